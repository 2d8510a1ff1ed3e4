//! The whole as it is run: `tonghop up --journal nats:… --listen …` beside a real nats-server, each
//! of which is killed in turn.

use std::path::Path;
use std::process::Child;

use journal::server::{Config, Server};

use crate::runner::{run, simulated, start, stop, succeed, text, until, wait};
use crate::serve::{address, ask, metric, officer, post};

/// A program that is killed when the test is over, however it ends.
struct Program(Option<Child>);

impl Program {
    fn start(url: &str, monitoring: &str, data: &Path) -> Program {
        let args = ["up", "--journal", url, "--data", text(data), "--listen", "127.0.0.1:0"];
        Program(Some(start(&[&args[..], &["--nats-monitoring", monitoring]].concat())))
    }

    /// As a crash ends it: kill -9.
    fn kill(mut self) {
        let mut child = self.0.take().expect("it was started");
        child.kill().expect("it can be killed");
        child.wait().expect("it has ended");
    }

    fn stop(mut self) {
        let child = self.0.take().expect("it was started");
        stop(&child);
        assert!(wait(child).success(), "told to stop, it stops gracefully");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How many facts had this outcome.
fn count(answer: &str, outcome: &str) -> usize {
    answer.matches(&format!("\"outcome\":\"{outcome}\"")).count()
}

/// The last position that any fact was acknowledged at.
fn last(answer: &str) -> u64 {
    let after = |piece: &str| piece.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    answer.split("\"position\":").skip(1).filter_map(after).max().unwrap_or(0)
}

/// The figure of poor households of the province, without what it is the answer of.
fn figure(at: &str) -> String {
    let path = "GET /v1/figures?unit=L-62&indicator=poor_households&period=2021";
    let (status, answer) = ask(at, path, "", "");
    assert_eq!(status, 200, "{answer}");
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    body.split_once("\"figures\":").map_or(body, |(_, figures)| figures).to_owned()
}

fn folded(at: &str, position: u64) {
    until("all that was acknowledged is folded", || {
        metric(at, "tonghop_folded_position") == Some(position)
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_outlives_the_program_and_the_server_of_its_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 3_000, 4);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let data = folder.path().join("data");
    let token = officer(&data);
    let server = Server::start(Config::new(folder.path().join("nats"))).await;
    let server = server.expect("the nats-server starts");
    let (url, monitoring) = (server.url(), server.monitoring());
    let lines: Vec<&str> = facts.lines().collect();
    let (first, rest) = lines.split_at(lines.len() / 2);
    let (first, rest) = (first.join("\n"), rest.join("\n"));

    let program = Program::start(&url, &monitoring, &data);
    let at = address(&data);
    let (status, answer) = post(&at, &token, &first);
    assert_eq!(status, 200, "{answer}");
    let accepted = count(&answer, "accepted");
    assert!(accepted > 500, "{accepted}");
    let (told, position) = (accepted + count(&answer, "duplicate"), last(&answer));
    assert_eq!(position, accepted as u64, "each has a position of its own");
    folded(&at, position);
    let seen = figure(&at);
    assert!(seen.contains("\"value\":"), "{seen}");

    // Killed, it has lost nothing that it had acknowledged.
    program.kill();
    std::fs::remove_file(data.join("listening")).expect("a crash leaves it");
    let program = Program::start(&url, &monitoring, &data);
    let at = address(&data);
    folded(&at, position);
    assert_eq!(figure(&at), seen);
    let (status, again) = post(&at, &token, &first);
    assert_eq!((status, count(&again, "accepted")), (200, 0), "all are there");
    assert_eq!(count(&again, "duplicate"), told, "each is known again");

    // Without its journal it takes nothing, says so, and still shows what it has.
    let config = server.kill().await;
    until("it is noticed without anybody's facts", || ask(&at, "GET /readyz", "", "").0 == 503);
    let ready = ask(&at, "GET /readyz", "", "").1;
    for reason in ["sổ không trả lời", "the journal does not answer"] {
        assert!(ready.contains(reason), "{ready}");
    }
    let (status, answer) = post(&at, &token, &rest);
    assert_eq!(status, 503, "{answer}");
    assert!(answer.to_lowercase().contains("\r\nretry-after: "), "{answer}");
    assert!(answer.contains("problem/busy"), "{answer}");
    assert_eq!(figure(&at), seen, "figures are still answered");

    // With it, everything goes on: ready before anybody tries, and the same facts once more.
    let server = Server::start(config).await.expect("the nats-server starts again");
    until("it is ready again", || ask(&at, "GET /readyz", "", "").0 == 200);
    until("the same facts are taken", || post(&at, &token, &rest).0 == 200);
    let (_, again) = post(&at, &token, &rest);
    assert_eq!(count(&again, "accepted"), 0, "all are there: {again}");
    let end = last(&again);
    assert!(end > position, "{end}");
    folded(&at, end);
    program.stop();
    succeed(&["rebuild", "--data", text(&data), "--journal", &url]);
    server.stop().await.expect("the nats-server stops");
    let output = run(&["digest", "--data", text(&data)]);
    assert!(output.status.success(), "the store is whole");
}
