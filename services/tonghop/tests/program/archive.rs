//! The second copy of a journal: kept while facts come in, and all that is left after a fire.

use std::path::Path;
use std::process::Child;
use std::time::Instant;

use journal::server::{Config, Server};
use journal::{Journal, Options, Position};

use crate::runner::{DEADLINE, json, run, simulated, start, stop, succeed, text, until, wait};

/// Receive time and bytes of every record, in order.
async fn records(url: &str) -> Vec<(i64, Vec<u8>)> {
    let journal = Journal::open(url, &Options::default()).await.expect("the journal");
    let mut blocks = journal.read(Position(1), Position(u64::MAX));
    let mut found = Vec::new();
    while let Some(block) = blocks.next().await {
        let block = block.expect("a block").open().expect("a good block");
        found.extend(block.records().map(|record| (record.received.0, record.bytes.to_vec())));
    }
    found
}

/// A program that is killed when the test is over, however it ends.
struct Running(Option<Child>);

impl Running {
    fn stop(mut self) {
        let child = self.0.take().expect("it was started");
        stop(&child);
        assert!(wait(child).success(), "told to stop, it stops by itself");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a journal comes to in a data folder: position, digest and figures.
fn folded(url: &str, data: &Path, end: usize) -> (String, String) {
    let up = Running(Some(start(&["up", "--journal", url, "--data", text(data)])));
    let digest = ["digest", "--data", text(data), "--format", "json"];
    let end = format!("\"position\": {end},");
    // Otherwise a store of an earlier run would answer, while nobody owns it yet.
    until("the projector answers", || data.join("query.sock").exists());
    until("everything is folded", || {
        let output = run(&digest);
        output.status.success() && String::from_utf8_lossy(&output.stdout).contains(&end)
    });
    let digest = succeed(&digest);
    let asked = ["figures", "--data", text(data), "--unit", "L-62", "--period", "2021"];
    let figures = succeed(&[&asked[..], &["--format", "json"]].concat());
    up.stop();
    (digest, figures)
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_receive_times_outlive_the_loss_of_the_server_by_the_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let server = Server::start(Config::new(path("nats"))).await.expect("the nats-server starts");
    let (url, archive) = (server.url(), path("archive"));
    let once = ["archive", text(&archive), "--journal", &url, "--once"];
    let mut position = 0;
    for seed in 1..=2 {
        let file = simulated(folder.path(), 3_000, seed);
        succeed(&["import", text(&file), "--journal", &url, "--allow-unsynced"]);
        let answer = json(&once);
        assert_eq!(answer["answer"], "archived");
        let now = answer["position"].as_u64().expect("a position");
        assert_eq!(answer["copied"], now - position, "only what is new");
        position = now;
    }
    assert!(position > 5_000, "{position}");
    // One that follows takes what comes while it runs.
    let following = Running(Some(start(&["archive", text(&archive), "--journal", &url])));
    let last = simulated(folder.path(), 500, 3);
    succeed(&["import", text(&last), "--journal", &url, "--allow-unsynced"]);
    let before = records(&url).await;
    let of_archive = format!("dir:{}", archive.display());
    let kept = Journal::open(&of_archive, &Options::default()).await.expect("the archive");
    let begun = Instant::now();
    while kept.end().await.expect("its end").0 < before.len() as u64 {
        assert!(begun.elapsed() < DEADLINE, "it does not follow");
        tokio::task::yield_now().await;
    }
    following.stop();
    let (old, fresh) = (path("old"), path("fresh"));
    let seen = folded(&url, &old, before.len());

    server.kill().await;
    std::fs::remove_dir_all(path("nats")).expect("everything of the server is lost");
    let server = Server::start(Config::new(path("new"))).await.expect("another nats-server");
    let url = server.url();
    // Whether it syncs nobody can verify: nothing is published unless somebody says so.
    let restore = ["restore", text(&archive), "--journal", &url, "--allow-unsynced"];
    let output = run(&restore[..4]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["nothing was written, for a power cut may take it back", "--allow-unsynced"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(records(&url).await.is_empty(), "something was published");
    let answer = json(&restore);
    assert_eq!(
        (&answer["answer"], &answer["restored"]),
        (&"restored".into(), &before.len().into())
    );
    assert_eq!(answer["identity"], kept.identity().to_string());

    let after = records(&url).await;
    assert_eq!(after.len(), before.len());
    let differs = before.iter().zip(&after).position(|(one, other)| one != other);
    assert_eq!(differs, None, "the index of a record that differs");
    // A store that is left goes on with it; one that is lost, too, comes to the same.
    for data in [old, fresh] {
        assert_eq!(folded(&url, &data, after.len()), seen, "{}", data.display());
    }
    assert!(succeed(&restore).ends_with("Equal.\n"), "nothing is left to do");
    server.stop().await.expect("the nats-server stops");
}

#[test]
fn what_cannot_be_archived_or_restored_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 200, 1);
    let path = |name: &str| text(&folder.path().join(name)).to_owned();
    let (one, other) = (format!("dir:{}", path("one")), format!("dir:{}", path("other")));
    succeed(&["import", text(&file), "--journal", &one]);
    succeed(&["import", text(&file), "--journal", &other]);
    succeed(&["archive", &path("archive"), "--journal", &one, "--once"]);
    let absent = format!("dir:{}", path("absent"));
    for (args, said) in [
        (["archive", &path("archive"), "--journal", &other], "cannot be the archive of dir:"),
        (["archive", &path("archive"), "--journal", &absent], "was lost: tonghop restore"),
        (["archive", &path("never"), "--journal", &absent], "is not a journal"),
        (["archive", &path("one"), "--journal", &one], "is the journal itself"),
        (["restore", &path("archive"), "--journal", &other], "nothing was written, name an empty"),
        (["restore", &path("absent"), "--journal", &absent], "is not a journal"),
    ] {
        let output = run(&args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {error}");
        assert!(error.contains(said), "{args:?}: {error}");
    }
    for name in ["absent", "never"] {
        assert!(!folder.path().join(name).exists(), "{name} was made");
    }
    let copy = format!("dir:{}", path("copy"));
    let restored = succeed(&["restore", &path("archive"), "--journal", &copy, "--lang", "vi"]);
    assert!(restored.ends_with("Bằng nhau.\n"), "{restored}");
}
