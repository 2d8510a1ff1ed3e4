//! The demo, as a newcomer runs it.

use serde_json::Value;

use crate::runner::{digest, run, start, stop, succeed, text, until, wait};

#[test]
fn the_demo_shows_the_districts_report_equal_to_the_ledger() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let shown = succeed(&["demo", "--no-serve", "--data", text(&data), "--facts", "3000"]);
    assert!(shown.contains("result: 87 of 90 equal what is counted from facts"), "{shown}");
    assert!(shown.contains("target: 17 of 17 equal the target in the ledger"), "{shown}");
    // Each row says what it is; a target is not the proof of a result.
    let fall = shown.lines().find(|line| line.starts_with("Fall in poor households "));
    assert!(fall.is_some_and(|line| line.contains(" target ")), "{shown}");
    assert!(shown.contains("The table balances") && !shown.contains('✗'), "{shown}");
    let once = digest(&data);
    let again = ["demo", "--no-serve", "--data", text(&data), "--facts", "3000", "--lang", "vi"];
    let again = succeed(&again);
    assert!(again.contains("kết quả: 87 trên 90 số bằng số đếm từ dữ kiện"), "{again}");
    assert_eq!(digest(&data), once, "a second demo changes nothing");
}

#[test]
fn the_demo_shows_a_milestone_reached_withdrawn_and_reached_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let demo = ["demo", "--facts", "3000", "--listen", "127.0.0.1:0", "--data", text(&data)];
    let running = start(&demo);
    let feed = ["milestones", "--since", "0", "--limit", "100000", "--rule", "first_relapse"];
    until("the scene is told", || {
        let output = run(&[&feed[..], &["--data", text(&data), "--format", "json"]].concat());
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let events = told["events"].as_array().cloned().unwrap_or_default();
        let of = |told: &Value| told["event"]["data"].clone();
        let again = |one: &&Value| one["revision"] == 2 && one["act"] == "reached";
        let all: Vec<Value> = events.iter().map(of).collect();
        all.iter().filter(again).any(|last| {
            let same = all
                .iter()
                .filter(|one| one["unit"] == last["unit"] && one["period"] == last["period"]);
            let acts: Vec<&Value> = same.map(|one| &one["act"]).collect();
            acts.len() >= 3 && acts[..3] == ["reached", "withdrawn", "reached"]
        })
    });
    stop(&running);
    assert!(wait(running).success());
}
