//! Milestones as subscribers see them: told once, in order, whatever is killed.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use journal::server::{Config, Server};
use journal::{Journal, Options};
use serde_json::Value;

use crate::endpoint::{Endpoint, lane};
use crate::runner::{Dice, command, json, run, simulated, start, stop, succeed, text, until, wait};

/// Rules that a simulated province crosses often.
const RULES: &str = r#"
[[milestone]]
id = "loans_5"
vi = "Năm lượt vay trong tháng"
en = "Five loans in a month"
indicator = "loan_instances"
counted_in = "household_time"
is = "at_least"
number = "5"
grain = "civil.month"
levels = ["commune", "district"]
on = "running"

[[milestone]]
id = "poor_20"
vi = "Từ 20 hộ nghèo"
en = "Twenty poor households"
indicator = "poor_households"
counted_in = "household"
is = "at_least"
number = "20"
grain = "civil.year"
levels = ["commune"]
on = "running"

[[milestone]]
id = "relapse"
vi = "Có hộ tái nghèo"
en = "A relapse"
indicator = "poor_households_relapsed"
counted_in = "household"
is = "at_least"
number = "1"
grain = "administrative.half"
levels = ["commune", "district", "province"]
on = "running"
"#;

pub(crate) fn rules(folder: &Path) -> PathBuf {
    let file = folder.join("rules.toml");
    std::fs::write(&file, RULES).expect("a file");
    file
}

pub(crate) fn loan(n: u64, unit: &str, corrects: &str) -> String {
    let home = if corrects.is_empty() { n } else { n - 1 };
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.loan.disbursed.v1\",\"source\":\"//bank\",\
         \"id\":\"f{n}\",\"subject\":\"household/52.74f874a7ac1ab9{home:02x}\",\
         \"time\":\"2021-03-{:02}T09:30:00+07:00\",{corrects}\"data\":{{\"unit\":\"{unit}\",\
         \"class\":\"poor\",\"programme\":\"poor_household\",\"purpose\":\"housing\",\
         \"amount\":1000000}}}}\n",
        1 + n
    )
}

/// The events of a data folder's feed.
fn feed(data: &Path, more: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["milestones", "--since", "0", "--limit", "100000"];
    arguments.extend(["--data", text(data)]);
    arguments.extend(more);
    let told = json(&arguments);
    told["events"].as_array().expect("events").clone()
}

fn said(events: &[Value]) -> Vec<String> {
    let one = |told: &Value| {
        let of = &told["event"]["data"];
        let word = |name: &str| of[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {} {}", word("unit"), word("period"), word("act"), of["revision"])
    };
    events.iter().map(one).collect()
}

/// Whether the feed is there and has so many.
fn has(data: &Path, count: usize) -> bool {
    let data = text(data);
    let arguments = ["milestones", "--since", "0", "--data", data, "--format", "json"];
    let output = run(&arguments);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    told["end"].as_u64().is_some_and(|end| end >= count as u64)
}

fn up(data: &Path, rules: &Path, journal: &str) -> Child {
    start(&["up", "--data", text(data), "--journal", journal, "--milestones", text(rules)])
}

#[test]
fn a_milestone_is_reached_withdrawn_by_a_correction_and_reached_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, rules) = (folder.path().join("data"), rules(folder.path()));
    let journal = format!("dir:{}", text(&data.join("journal")));
    let import = |lines: String| {
        let file = folder.path().join("next.ndjson");
        std::fs::write(&file, lines).expect("a file");
        succeed(&["import", text(&file), "--journal", &journal, "--allow-unsynced"]);
    };
    store::folder::claim(&data).expect("a data folder");
    import((1..=5).map(|n| loan(n, "L-24097", "")).collect());
    let running = up(&data, &rules, &journal);
    until("five loans are told", || has(&data, 3));
    let (seen, data_of) = (folder.path().join("seen"), text(&data));
    let mut following = command(&["milestones", "--follow", "--unit", "L-24097", "--since", "0"])
        .args(["--data", data_of])
        .stdout(std::fs::File::create(&seen).expect("a file"))
        .spawn()
        .expect("it starts");
    let shown = || std::fs::read_to_string(&seen).unwrap_or_default();
    until("it is shown", || shown().lines().count() == 1);
    // The fifth was another commune's: the commune's milestone is taken back, the district's stays.
    let corrects = "\"correctsid\":\"f5\",\"correctsreason\":\"sai xã\",";
    import(loan(6, "L-24076", corrects));
    until("it is withdrawn", || has(&data, 4));
    import(loan(7, "L-24097", ""));
    until("it is reached again", || has(&data, 5));
    let events = feed(&data, &[]);
    let mut told = said(&events);
    told[..3].sort_unstable();
    let expected = [
        "L-24097 2021-03@civil reached 1",
        "L-637 2021-03@civil reached 1",
        "N-24076 2021-03@civil reached 1",
        "L-24097 2021-03@civil withdrawn 1",
        "L-24097 2021-03@civil reached 2",
    ];
    assert_eq!(told, expected);
    let withdrawn = &events[3]["event"]["data"];
    assert_eq!(
        (withdrawn["position"].as_u64(), withdrawn["value"].to_string()),
        (Some(6), "[4,1]".into())
    );
    let reached = &events[0]["event"];
    assert_ne!(reached["id"], events[3]["event"]["id"], "each event has an id of its own");
    until("whoever follows is shown the same", || shown().lines().count() == 3);
    assert!(shown().contains("withdrawn"), "{}", shown());
    stop(&following);
    assert!(following.wait().expect("it ends").success());
    assert_eq!(feed(&data, &["--unit", "L-24097"]).len(), 3);
    assert_eq!(feed(&data, &["--rule", "loans_5"]).len(), 5);
    assert_eq!(feed(&data, &["--rule", "relapse"]).len(), 0);
    let shown = succeed(&["milestones", "--data", text(&data), "--lang", "vi"]);
    assert!(shown.contains("Năm lượt vay trong tháng") && shown.contains("thu hồi"), "{shown}");
    stop(&running);
    assert!(wait(running).success());
    // Another start tells nothing again.
    let running = up(&data, &rules, &journal);
    import(loan(8, "L-24076", ""));
    until("it answers", || data.join("query.sock").exists());
    until("it is folded", || {
        json(&[
            "figures",
            "--data",
            text(&data),
            "--unit",
            "L-637",
            "--period",
            "2021-03",
            "--indicator",
            "loan_instances",
        ])["position"]
            == 8
    });
    stop(&running);
    assert!(wait(running).success());
    assert_eq!(feed(&data, &[]).len(), 5);
}

#[test]
fn rules_that_cannot_be_are_refused_with_their_line_and_the_old_ones_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, good) = (folder.path().join("data"), rules(folder.path()));
    succeed(&["milestones", "set", text(&good), "--data", text(&data)]);
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, RULES.replace("poor_households_relapsed", "poor_households_relapse"))
        .expect("a file");
    for arguments in [
        vec!["milestones", "check", text(&bad)],
        vec!["milestones", "set", text(&bad), "--data", text(&data)],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("bad.toml:30: milestone relapse: "), "{said}");
        assert!(said.contains("did you mean \"poor_households_relapsed\"?"), "{said}");
    }
    let journal = format!("dir:{}", text(&data.join("journal")));
    let mut running = command(&["up", "--data", text(&data), "--journal", &journal])
        .args(["--milestones", text(&bad)])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    until("it runs", || data.join("milestones/journal.json").exists());
    stop(&running);
    assert!(running.wait().expect("it ends").success());
    let mut told = String::new();
    let mut stderr = running.stderr.take().expect("it is piped");
    stderr.read_to_string(&mut told).expect("it is text");
    assert!(
        told.contains("bad.toml:30") && told.contains("the milestones in force stay"),
        "{told}"
    );
    let rules = json(&["milestones", "rules", "--data", text(&data)]);
    assert_eq!(rules["milestones"].as_array().map(Vec::len), Some(3));
}

/// What a subscriber may count on: every event once, under one id, in order per unit and rule.
fn ids(events: &[Value]) -> Vec<String> {
    let id = |told: &Value| told["event"]["id"].as_str().expect("an id").to_owned();
    events.iter().map(id).collect()
}

/// The last position of a journal.
fn end(journal: &str) -> u64 {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let end = runtime.block_on(async {
        Journal::open(journal, &Options::default()).await.expect("it is there").end().await
    });
    end.expect("it has an end").0
}

/// The feed of an undisturbed run over a journal that is whole.
fn undisturbed(folder: &Path, rules: &Path, journal: &str) -> Vec<Value> {
    let data = folder.join("undisturbed");
    let end = end(journal);
    let running = up(&data, rules, journal);
    until("it answers", || UnixStream::connect(data.join("query.sock")).is_ok());
    until("all is folded", || json(&["digest", "--data", text(&data)])["position"] == end);
    // Whoever is told to stop first tells what the outbox holds.
    stop(&running);
    assert!(wait(running).success());
    feed(&data, &[])
}

#[test]
fn a_program_killed_at_fifty_moments_tells_what_one_that_was_not_tells() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = rules(folder.path());
    let file = simulated(folder.path(), 6_000, 3);
    let journal = format!("dir:{}", text(&folder.path().join("journal")));
    let data = folder.path().join("data");
    let importing = start(&["import", text(&file), "--journal", &journal, "--allow-unsynced"]);
    until("the journal is there", || folder.path().join("journal/journal.json").exists());
    let endpoint = Endpoint::open();
    let allow = ["--webhook-allow", "127.0.0.0/8"];
    let add = ["webhook", "add", "--name", "báo", "--since", "0", "--url", &endpoint.url];
    succeed(&[&add[..], &allow, &["--data", text(&data)]].concat());
    let up = |data: &Path| {
        let up = ["up", "--data", text(data), "--journal", &journal];
        start(&[&up[..], &allow, &["--milestones", text(&rules)]].concat())
    };
    let mut dice = Dice::new("milestones");
    for _ in 0..50 {
        let mut running = up(&data);
        let moment = Instant::now() + Duration::from_millis(20 + dice.below(700));
        while Instant::now() < moment {
            assert_eq!(running.try_wait().expect("it can be asked"), None, "it runs");
            std::thread::sleep(Duration::from_millis(1));
        }
        running.kill().expect("it can be killed");
        running.wait().expect("it has ended");
    }
    assert!(wait(importing).success());
    let expected = undisturbed(folder.path(), &rules, &journal);
    assert!(expected.len() > 50, "only {} milestones", expected.len());
    let last = up(&data);
    until("all are told", || has(&data, expected.len()));
    let wanted: HashSet<String> = ids(&expected).into_iter().collect();
    until("all are delivered", || {
        endpoint.got().iter().map(|(id, _)| id).collect::<HashSet<_>>().len() >= wanted.len()
    });
    stop(&last);
    assert!(wait(last).success());
    let told = feed(&data, &[]);
    assert!(ids(&told) == ids(&expected), "{} told, {} expected", told.len(), expected.len());
    assert!(said(&told).iter().any(|one| one.contains("withdrawn")), "corrections took some back");
    // Delivered at least once, each under one id, and first in the order of its unit and rule.
    let mut seen = HashSet::new();
    let first: Vec<(String, String)> =
        endpoint.got().into_iter().filter(|(id, _)| seen.insert(id.clone())).collect();
    assert!(seen == wanted, "{} delivered, {} wanted", seen.len(), wanted.len());
    let lanes = |all: &[(String, String)]| {
        let mut lanes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        all.iter().for_each(|(id, lane)| lanes.entry(lane.clone()).or_default().push(id.clone()));
        lanes
    };
    let of = |told: &Value| {
        let data = &told["event"]["data"];
        (told["event"]["id"].as_str().unwrap_or_default().to_owned(), lane(data))
    };
    let expected: Vec<(String, String)> = expected.iter().map(of).collect();
    assert!(lanes(&first) == lanes(&expected), "in another order within a unit and rule");
}

#[test]
fn milestones_are_published_on_subjects_that_say_what_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, rules) = (folder.path().join("data"), rules(folder.path()));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start(Config::new(folder.path().join("nats"))));
    let server = server.expect("the nats-server starts");
    let url = server.url();
    let file = folder.path().join("loans.ndjson");
    let loans: String = (1..=5).map(|n| loan(n, "L-24097", "")).collect();
    std::fs::write(&file, loans).expect("a file");
    succeed(&["import", text(&file), "--journal", &url, "--allow-unsynced"]);
    // Two programs with stores of their own tell the same: once.
    let other = folder.path().join("other");
    let (first, second) = (up(&data, &rules, &url), up(&other, &rules, &url));
    let there = ["milestones", "--since", "0", "--journal", &url, "--data", text(&data)];
    until("they are told", || {
        let output = run(&[&there[..], &["--format", "json"]].concat());
        serde_json::from_slice::<Value>(&output.stdout).is_ok_and(|told| told["end"] == 3)
    });
    for running in [first, second] {
        stop(&running);
        assert!(wait(running).success());
    }
    let told = json(&there);
    assert_eq!(told["end"], 3, "{told}");
    let subjects = runtime.block_on(async {
        let client = async_nats::connect(&url).await.expect("it connects");
        let js = async_nats::jetstream::new(client);
        let stream = js.get_stream("TONGHOP_MILESTONES").await.expect("it is there");
        let mut subjects = Vec::new();
        for at in 1..=3 {
            let message = stream.get_raw_message(at).await.expect("it is there");
            subjects.push(message.subject.to_string());
        }
        subjects
    });
    let definition = told["events"][0]["event"]["data"]["definition"].as_str().expect("it is told");
    for unit in ["L-24097", "L-637"] {
        let subject =
            format!("tonghop.milestones.loans_5.{definition}.{unit}.2021-03_civil.1.reached");
        assert!(subjects.contains(&subject), "{subject} is not in {subjects:?}");
    }
    runtime.block_on(server.stop()).expect("it stops");
}
