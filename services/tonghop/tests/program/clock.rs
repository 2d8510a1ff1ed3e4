//! One start with a clock that is years ahead: it is refused and told, and what an earlier version
//! wrote of such a time does not spoil `--as-of` for ever.

use std::path::Path;

use journal::{Clock, Entry, Options, Position, Writer};

use crate::runner::{json, run, simulated, start, stop, succeed, text, wait};
use crate::serve::{address, ask, officer, post};

const DAY: i64 = 86_400_000;

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_millis()).expect("before the end of time")
}

/// Appends lines as if the clock showed this, which somebody says is right.
fn append(data: &Path, shown: i64, lines: &[&str]) {
    let clock = Clock::of(move || shown).stating(shown..shown + 1);
    let options = Options { clock, ..Options::create() };
    let url = format!("dir:{}", data.join("journal").display());
    let entries: Vec<Entry> = lines.iter().map(|line| Entry::new("VN", line.to_string())).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut writer = Writer::open(&url, &options).await.expect("it opens");
        writer.append(&entries).await.expect("they are taken");
    });
}

/// The last position that was known on a day, and what is said beside.
fn as_of(data: &Path, day: &str) -> (u64, String) {
    let args = ["figures", "--data", text(data), "--unit", "VN", "--period", "2021"];
    let output = run(&[&args[..], &["--as-of", day, "--format", "json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{day}: {said}");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    (answer["position"].as_u64().expect("a position"), said)
}

/// A day in Viet Nam, so many days from now.
fn day(from_now: i64) -> String {
    let written = proto::instant::rfc3339(now() + from_now * DAY);
    written[..10].to_owned()
}

#[test]
fn as_of_a_day_stays_right_after_a_clock_was_years_ahead() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let file = simulated(folder.path(), 500, 1);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let lines: Vec<&str> = facts.lines().collect();
    // The folder becomes one of the program's.
    officer(&data);
    append(&data, now() - 20 * DAY, &lines[..20]);
    // An earlier version wrote what the clock showed, and would have done so for ever.
    append(&data, now() + 4_000 * DAY, &lines[20..40]);
    let rest = folder.path().join("rest.ndjson");
    std::fs::write(&rest, lines[40..60].join("\n")).expect("it is written");

    let refused = run(&["import", text(&rest), "--data", text(&data)]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("the clock shows") && said.contains("--today"), "{said}");
    // Until somebody has said which time is right, the records are of a time that is yet to come.
    let (position, said) = as_of(&data, &day(0));
    assert_eq!(position, 20);
    assert!(said.contains("yet to come"), "{said}");

    let other = run(&["import", text(&rest), "--data", text(&data), "--today", "2020-01-01"]);
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(!other.status.success() && said.contains("clock shows"), "{said}");
    succeed(&["import", text(&rest), "--data", text(&data), "--today", &day(0)]);
    // The records before the first of today were received no later than it.
    for (from_now, expected) in [(-21, None), (-20, Some(20)), (-1, Some(20)), (1, Some(60))] {
        match expected {
            Some(expected) => {
                let (position, said) = as_of(&data, &day(from_now));
                assert_eq!(position, expected, "{from_now} days from now");
                assert!(!said.contains("yet to come"), "{said}");
            }
            None => {
                let args = ["figures", "--data", text(&data), "--unit", "VN", "--period", "2021"];
                let output = run(&[&args[..], &["--as-of", &day(from_now)]].concat());
                assert!(!output.status.success(), "nothing was known then");
            }
        }
    }
    // From then on it is as before.
    succeed(&["import", text(&rest), "--data", text(&data)]);
    let journal = json(&["rebuild", "--data", text(&data)]);
    assert_eq!(journal["equal"], true);
}

#[test]
fn a_server_whose_clock_cannot_be_right_takes_no_facts_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let token = officer(&data);
    let file = simulated(folder.path(), 300, 1);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let lines: Vec<&str> = facts.lines().collect();
    append(&data, now() + 4_000 * DAY, &lines[..20]);

    let up = |more: &[&str]| {
        let args = ["up", "--listen", "127.0.0.1:0", "--data", text(&data)];
        start(&[&args[..], more].concat())
    };
    let clock = |at: &str| {
        let (status, answer) = ask(at, "GET /readyz", "", "");
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        let ready: serde_json::Value = serde_json::from_str(body).expect("it is JSON");
        let checks = ready["checks"].as_array().expect("a list").clone();
        let found = checks.into_iter().find(|one| one["name"] == "clock").expect("it is there");
        (status, found)
    };
    let server = up(&[]);
    let at = address(&data);
    let (status, told) = clock(&at);
    assert_eq!((status, &told["ok"]), (503, &false.into()), "before anybody sends: {told}");
    assert!(told["reason_en"].as_str().expect("a text").contains("--today"), "{told}");
    assert_eq!(post(&at, &token, lines[20]).0, 503);
    let figures = "GET /v1/figures?unit=L-62&indicator=poor_households&period=2021";
    assert_eq!(ask(&at, figures, "", "").0, 200, "figures are shown");
    stop(&server);
    wait(server);

    let server = up(&["--today", &day(0)]);
    let at = address(&data);
    let (status, answer) = post(&at, &token, &lines[20..].join("\n"));
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("\"accepted\""), "{answer}");
    assert_eq!(clock(&at).1["ok"], true);
    stop(&server);
    wait(server);
    let url = format!("dir:{}", data.join("journal").display());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let last = runtime.block_on(async {
        let journal = journal::Journal::open(&url, &Options::default()).await.expect("it opens");
        let end = journal.end().await.expect("an end");
        assert!(end > Position(20));
        journal.record(end).await.expect("it is read").expect("it is there").0.0
    });
    assert!(last < now() + DAY, "the time is right again");
}
