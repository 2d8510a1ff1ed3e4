//! kill -9 at random moments: nothing acknowledged is lost, and the digest is that of an
//! undisturbed run.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::runner::{DEADLINE, Dice, digest, run, simulated, start, succeed, text, until, wait};

/// Kills a process after a while; says whether it had ended by itself.
fn kill_after(mut child: Child, while_ms: u64) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(while_ms) {
        if child.try_wait().expect("the process can be waited for").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("the process can be killed");
    child.wait().expect("the process can be waited for");
    false
}

/// How often a program is killed: `TONGHOP_FAULTS`, fifty times without it.
fn kills() -> usize {
    let set = std::env::var("TONGHOP_FAULTS").ok();
    set.map_or(50, |text| text.parse().expect("TONGHOP_FAULTS is a number"))
}

/// A row of the table that `make faults` prints: it held, so often.
fn told(what: &str, times: usize) {
    let expected = "nothing acknowledged lost, the same digest";
    eprintln!("fault | {what} | kill -9 at random moments | {expected} | as expected | {times}");
}

fn undisturbed(folder: &Path, file: &Path) -> String {
    let data = folder.join("undisturbed");
    succeed(&["import", text(file), "--data", text(&data)]);
    digest(&data)
}

#[test]
fn an_import_killed_at_fifty_moments_ends_like_one_that_was_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 6_000, 1);
    let expected = undisturbed(folder.path(), &file);
    let data = folder.path().join("disturbed");
    let mut dice = Dice::new("import");
    let mut killed = 0;
    let times = kills();
    for _ in 0..times {
        let child = start(&["import", text(&file), "--data", text(&data)]);
        killed += usize::from(!kill_after(child, 20 + dice.below(500)));
    }
    assert!(killed >= times / 5, "only {killed} of {times} were killed before they ended");
    succeed(&["import", text(&file), "--data", text(&data)]);
    assert_eq!(digest(&data), expected);
    succeed(&["rebuild", "--data", text(&data)]);
    told("an import into a folder", killed);
}

#[test]
fn a_projector_killed_at_fifty_moments_ends_like_one_that_was_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 6_000, 2);
    let expected = undisturbed(folder.path(), &file);
    let journal = format!("dir:{}", text(&folder.path().join("journal")));
    let data = folder.path().join("data");
    let importing = start(&["import", text(&file), "--journal", &journal, "--allow-unsynced"]);
    let mut dice = Dice::new("projector");
    until("the journal is there", || folder.path().join("journal/journal.json").exists());
    let up = || start(&["up", "--journal", &journal, "--data", text(&data)]);
    let times = kills();
    for _ in 0..times {
        kill_after(up(), 20 + dice.below(500));
    }
    assert!(wait(importing).success(), "the import ends");
    let mut last = up();
    until("it answers questions", || {
        std::os::unix::net::UnixStream::connect(data.join("query.sock")).is_ok()
    });
    until("the projector has caught up", || {
        let output = run(&["digest", "--data", text(&data), "--format", "json"]);
        String::from_utf8_lossy(&output.stdout).contains(&expected)
    });
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&last),
        rustix::process::Signal::TERM,
    )
    .expect("it can be told to stop");
    let begun = Instant::now();
    until("it stops", || last.try_wait().expect("it can be waited for").is_some());
    assert!(begun.elapsed() < DEADLINE);
    let status = last.wait().expect("it has ended");
    assert!(status.success(), "told to stop, it stops gracefully: {status}");
    succeed(&["rebuild", "--data", text(&data), "--journal", &journal]);
    told("a projector that follows a journal", times);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_during_an_import_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 20_000, 3);
    let expected = undisturbed(folder.path(), &file);
    let config = journal::server::Config::new(folder.path().join("nats"));
    let mut server = journal::server::Server::start(config).await.expect("the server starts");
    let url = server.url();
    let mut dice = Dice::new("server");
    let mut importing = start(&["import", text(&file), "--journal", &url, "--allow-unsynced"]);
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(100 + dice.below(400))).await;
        let config = server.kill().await;
        server = journal::server::Server::start(config).await.expect("the server starts again");
    }
    // An import that gave up says so, and the same import can be run again.
    let begun = Instant::now();
    let ended = loop {
        if let Some(status) = importing.try_wait().expect("it can be waited for") {
            break status;
        }
        assert!(begun.elapsed() < DEADLINE, "the import did not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    if !ended.success() {
        succeed(&["import", text(&file), "--journal", &url, "--allow-unsynced"]);
    }
    let data = folder.path().join("data");
    let projector = start(&["up", "--journal", &url, "--data", text(&data)]);
    until("the projector has caught up", || {
        let output = run(&["digest", "--data", text(&data), "--format", "json"]);
        String::from_utf8_lossy(&output.stdout).contains(&expected)
    });
    kill_after(projector, 0);
    server.stop().await.expect("the server stops");
    told("a nats-server during an import", 5);
}
