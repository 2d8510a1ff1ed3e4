//! A part that fails, fails alone: figures are shown and facts taken all the same, it is said what is
//! out of order, and a command mends it.

use std::path::Path;

use journal::server::{Config, Server};

use crate::runner::{Dice, command, json, run, simulated, start, stop, succeed, text, until, wait};
use crate::serve::{address, ask, metric, officer, post};

/// A running `up`, killed when the test is over, however it ends.
struct Up(Option<std::process::Child>, String);

impl Up {
    fn start(data: &Path, more: &[&str]) -> Up {
        let args = ["up", "--listen", "127.0.0.1:0", "--data", text(data)];
        let child = start(&[&args, more].concat());
        // Before the address is known: what fails meanwhile must not leave it behind.
        let mut up = Up(Some(child), String::new());
        up.1 = address(data);
        up
    }

    fn ready(&self) -> (u16, serde_json::Value) {
        let (status, answer) = ask(&self.1, "GET /readyz", "", "");
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        (status, serde_json::from_str(body).expect("it is JSON"))
    }

    /// All that is said, what of a part, and whether it is as it should be.
    fn part(&self, part: &str) -> (serde_json::Value, serde_json::Value, bool) {
        let (status, ready) = self.ready();
        assert_eq!(status, 200, "{ready}");
        let parts = ready["parts"].as_array().expect("a list");
        let found = parts.iter().find(|one| one["name"] == part).expect("the part is there");
        let (found, ok) = (found.clone(), found["ok"].as_bool().expect("a truth"));
        (ready, found, ok)
    }

    /// What is said of a part in English; none when it is as it should be.
    fn fault(&self, part: &str) -> Option<String> {
        let (mut ready, mut found, mut ok) = self.part(part);
        // A part may change between two questions: what is asked before and after is the same.
        loop {
            let told = metric(&self.1, &format!("tonghop_part_ok{{part=\"{part}\"}}"));
            let again = self.part(part);
            if again.2 == ok {
                assert_eq!(told, Some(ok.into()), "{part}");
                break;
            }
            (ready, found, ok) = again;
        }
        assert!(ok || ready["degraded"] == true, "{ready}");
        (!ok).then(|| found["reason_en"].as_str().expect("a text").to_owned())
    }

    /// Figures are shown and facts taken.
    fn goes_on(&self, token: &str, fact: &str) {
        let (status, answer) = post(&self.1, token, fact);
        assert_eq!(status, 200, "{answer}");
        until("everything is folded", || metric(&self.1, "tonghop_lag_records") == Some(0));
        let path = "GET /v1/figures?unit=L-62&indicator=poor_households&period=2021";
        assert_eq!(ask(&self.1, path, "", "").0, 200);
    }

    fn stop(mut self) {
        let child = self.0.take().expect("it was started");
        stop(&child);
        assert!(wait(child).success(), "told to stop, it stops gracefully");
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let found = std::fs::read_dir(folder).expect("a folder").map(|one| one.expect("a file").path());
    let mut found: Vec<_> = found.filter(|path| path.is_file()).collect();
    found.sort_unstable();
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("it works here");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let there = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy(&path, &there),
            false => drop(std::fs::copy(&path, &there).expect("it is copied")),
        }
    }
}

#[test]
fn damaged_deliveries_stop_nothing_but_webhooks_and_a_command_mends_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 1_000, 4);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let data = folder.path().join("data");
    let token = officer(&data);
    let url = "https://example.invalid/";
    succeed(&["webhook", "add", "--name", "x", "--url", url, "--data", text(&data)]);
    let up = Up::start(&data, &[]);
    up.goes_on(&token, &facts);
    assert_eq!(up.fault("webhooks"), None);
    up.stop();
    let whole = folder.path().join("whole");
    copy(&data.join("herald"), &whole);

    let mut dice = Dice::new("flipped bytes of deliveries");
    let mut seen = 0;
    for round in 0..6 {
        for path in files(&data.join("herald")) {
            let mut bytes = std::fs::read(&path).expect("the file");
            let is_conf = path.file_name().is_some_and(|name| name == "conf");
            match (round, is_conf) {
                (0, true) => bytes.fill(0xff),
                (1, true) => bytes.truncate(bytes.len() / 2),
                (2, false) => bytes.iter_mut().take(4096).for_each(|byte| *byte ^= 0x55),
                (3.., _) if !bytes.is_empty() => {
                    let most = bytes.len().min(8192) as u64;
                    for _ in 0..24 {
                        bytes[dice.below(most) as usize] ^= 1 << dice.below(8);
                    }
                }
                _ => continue,
            }
            std::fs::write(&path, bytes).expect("it is written");
        }
        let up = Up::start(&data, &[]);
        up.goes_on(&token, &facts);
        if let Some(fault) = up.fault("webhooks") {
            seen += 1;
            assert!(fault.contains("tonghop webhook repair"), "{fault}");
            let list = run(&["webhook", "list", "--data", text(&data)]);
            let said = String::from_utf8_lossy(&list.stderr).into_owned();
            assert!(said.contains("webhook repair"), "{said}");
            assert_eq!(ask(&up.1, "GET /v1/webhooks", "", "").0, 503, "the API says it, too");
        }
        up.stop();
        let repaired = run(&["webhook", "repair", "--data", text(&data)]);
        assert!(repaired.status.success(), "{}", String::from_utf8_lossy(&repaired.stderr));
        let aside = data.join(format!("herald.damaged-{}", round + 1));
        assert!(aside.is_dir(), "what was there is kept");
        let up = Up::start(&data, &[]);
        assert_eq!(up.fault("webhooks"), None, "round {round}");
        until("each webhook has begun anew", || {
            let list = succeed(&["webhook", "list", "--data", text(&data), "--format", "json"]);
            list.contains("cursor")
        });
        up.stop();
        std::fs::remove_dir_all(data.join("herald")).expect("it is there");
        copy(&whole, &data.join("herald"));
    }
    assert!(seen >= 2, "damage is noticed: {seen} of 6");
}

#[test]
fn a_damaged_feed_and_a_key_that_is_away_stop_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 1_000, 4);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let data = folder.path().join("data");
    let token = officer(&data);
    let up = Up::start(&data, &[]);
    up.goes_on(&token, &facts);
    up.stop();
    std::fs::write(data.join("milestones/journal.json"), "{").expect("it is written");
    let key = folder.path().join("absent.key");
    let up = Up::start(&data, &["--key", text(&key)]);
    up.goes_on(&token, &facts);
    let fault = up.fault("feed").expect("the feed cannot be read");
    assert!(fault.contains("tonghop milestones repair"), "{fault}");
    let fault = up.fault("signing").expect("the key is away");
    assert!(fault.contains("tonghop keygen"), "{fault}");
    up.stop();
    succeed(&["milestones", "repair", "--data", text(&data)]);
    assert!(data.join("milestones.damaged-1").is_dir(), "what was there is kept");
    let up = Up::start(&data, &[]);
    assert_eq!((up.fault("feed"), up.fault("signing")), (None, None));
    up.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_write_into_the_streams_is_counted_told_and_passed_by() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 1_000, 4);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let lines: Vec<&str> = facts.lines().collect();
    let (first, rest) = lines.split_at(lines.len() / 2);
    let data = folder.path().join("data");
    let token = officer(&data);
    let server = Server::start(Config::new(folder.path().join("nats"))).await;
    let server = server.expect("the nats-server starts");
    let url = server.url();
    let monitoring = server.monitoring();
    let more = ["--journal", &url, "--nats-monitoring", &monitoring];
    let up = Up::start(&data, &more);
    up.goes_on(&token, &first.join("\n"));
    assert_eq!((up.fault("facts"), up.fault("milestones")), (None, None));
    let client = async_nats::connect(&url).await.expect("a client");
    let js = async_nats::jetstream::new(client);
    for (subject, bytes) in [
        ("tonghop.milestones.x.y.z.a.1.reached", "junk"),
        ("tonghop.milestones.x.y.z.a.2.reached", ""),
        ("tonghop.facts.x.y", "junk"),
        ("tonghop.facts.x.y", ""),
    ] {
        let sent = js.publish(subject, bytes.into()).await.expect("it is sent");
        sent.await.expect("anybody may, here");
    }
    let told = |up: &Up| {
        until("it is told", || up.fault("facts").is_some() && up.fault("milestones").is_some());
        let facts = up.fault("facts").expect("it was told");
        assert!(facts.starts_with("2 records of the journal are no facts"), "{facts}");
        until("both were met", || metric(&up.1, "tonghop_feed_foreign_records") == Some(2));
        let milestones = up.fault("milestones").expect("it was told");
        assert!(milestones.starts_with("2 records of the feed are no milestones"), "{milestones}");
        assert_eq!(metric(&up.1, "tonghop_unreadable_records"), Some(2));
    };
    told(&up);
    up.goes_on(&token, &rest.join("\n"));
    assert_eq!(ask(&up.1, "GET /v1/milestones?since=0", "", "").0, 200);
    // The command line names them, asked of the service and of the folder.
    let named = || {
        let args = ["findings", "--unit", "L-62", "--data", text(&data)];
        let unreadable = json(&args)["unreadable"].clone();
        assert_eq!(unreadable["count"], 2, "{unreadable}");
        let records = unreadable["records"].as_array().expect("a list");
        assert!(records.iter().all(|one| one["reason"].is_string()), "{unreadable}");
        let said = run(&args);
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        let first = format!("position {}:", records[0]["position"]);
        assert!(said.contains("2 records of the journal are no facts"), "{said}");
        assert!(said.contains(&first), "{said}");
    };
    named();
    up.stop();
    named();
    let up = Up::start(&data, &more);
    told(&up);
    up.stop();
    // The second copy keeps them, too.
    let copy = folder.path().join("copy");
    let args = ["archive", text(&copy), "--once", "--journal", &url, "--nats-monitoring"];
    let kept = command(&args).arg(&monitoring).output().expect("it runs");
    assert!(kept.status.success(), "{}", String::from_utf8_lossy(&kept.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_that_a_power_cut_may_take_back_unless_an_option_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 300, 4);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let data = folder.path().join("data");
    let token = officer(&data);
    let server = Server::start(Config::new(folder.path().join("nats"))).await;
    let server = server.expect("the nats-server starts");
    let url = server.url();
    // Nobody can verify it: figures are shown, facts are not taken.
    let up = Up::start(&data, &["--journal", &url]);
    let (status, answer) = post(&up.1, &token, &facts);
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("--allow-unsynced"), "{answer}");
    let (status, ready) = up.ready();
    assert_eq!(status, 503, "{ready}");
    assert!(ready.to_string().contains("sync_interval"), "{ready}");
    let path = "GET /v1/figures?unit=L-62&indicator=poor_households&period=2021";
    assert_eq!(ask(&up.1, path, "", "").0, 200);
    up.stop();
    let up = Up::start(&data, &["--journal", &url, "--allow-unsynced"]);
    up.goes_on(&token, &facts);
    assert!(up.fault("durability").is_some_and(|fault| fault.contains("power cut")));
    up.stop();
    let monitoring = server.monitoring();
    let up = Up::start(&data, &["--journal", &url, "--nats-monitoring", &monitoring]);
    up.goes_on(&token, &facts);
    assert_eq!(up.fault("durability"), None);
    up.stop();
}

#[test]
fn facts_are_turned_away_before_the_disk_is_full_and_figures_are_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 300, 4);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let data = folder.path().join("data");
    let token = officer(&data);
    // No disk has so much.
    let up = Up::start(&data, &["--disk-reserve-mb", "1000000000000"]);
    let (status, answer) = post(&up.1, &token, &facts);
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("no facts are taken until there is room"), "{answer}");
    assert!(answer.to_lowercase().contains("retry-after"), "{answer}");
    let (status, ready) = up.ready();
    assert_eq!(status, 503, "{ready}");
    let path = "GET /v1/figures?unit=L-62&indicator=poor_households&period=2021";
    assert_eq!(ask(&up.1, path, "", "").0, 200);
    assert!(metric(&up.1, "tonghop_disk_free_bytes").is_some_and(|free| free > 0));
    up.stop();
    let up = Up::start(&data, &["--disk-reserve-mb", "0"]);
    up.goes_on(&token, &facts);
    up.stop();
}
