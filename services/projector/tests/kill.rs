//! kill -9 at random moments, in the middle of anything.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Source, caught_up, config, digest, notices, seed, told_anew, truth, writer};
use projector::Projector;

const ROUNDS: u64 = 14;

/// What the child does: follows the journal until it is killed, committing as often as it can.
async fn follow(folder: PathBuf) {
    let mut config = config(&folder).await;
    config.pace.behind_max = 150;
    config.pace.caught_up_lag_max = 100;
    config.pace.upper_lull = Duration::from_millis(1);
    let projector = Projector::open(config).await.unwrap();
    assert_eq!(projector.rebuild(), None, "the rows are good after a kill");
    std::fs::write(folder.join("begun"), "").unwrap();
    projector.run(std::future::pending()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projector_that_is_killed_anywhere_loses_and_repeats_nothing() {
    if let Some(folder) = std::env::var_os("PROJECTOR_CHILD") {
        return follow(folder.into()).await;
    }
    let seed = seed(61);
    let folder = tempfile::tempdir().unwrap();
    let mut source = Source::new(seed);
    let mut writer = writer(folder.path()).await;
    writer.append(&source.batch(2_000)).await.unwrap();
    let mut resumed = 0;
    for round in 0..ROUNDS {
        let begun = folder.path().join("begun");
        let _ = std::fs::remove_file(&begun);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_projector_that_is_killed_anywhere_loses_and_repeats_nothing"])
            .args(["--nocapture"])
            .env("PROJECTOR_CHILD", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        while !begun.exists() {
            assert!(Instant::now() < end, "seed {seed} round {round}: the child does not begin");
            assert_eq!(child.try_wait().unwrap(), None, "seed {seed} round {round}");
            tokio::task::yield_now().await;
        }
        // Appending goes on until the moment of the kill.
        let moment = Instant::now() + Duration::from_micros(source.random.below(60_000));
        while Instant::now() < moment {
            let records = 1 + source.random.below(200);
            writer.append(&source.batch(records)).await.unwrap();
        }
        assert_eq!(child.try_wait().unwrap(), None, "seed {seed} round {round}: it runs");
        child.kill().unwrap();
        child.wait().unwrap();
        if round % 5 == 4 {
            let report = caught_up(folder.path()).await;
            assert_eq!(report.rebuild, None, "seed {seed} round {round}");
            resumed += u64::from(report.records < source.written.records);
            let (right, accounting) = truth(folder.path()).await;
            assert_eq!(report.accounting, accounting, "seed {seed} round {round}");
            assert_eq!(digest(report.fold.books), right, "seed {seed} round {round}");
        }
    }
    let report = caught_up(folder.path()).await;
    let (right, accounting) = truth(folder.path()).await;
    assert_eq!(report.accounting, accounting, "seed {seed}");
    assert_eq!(digest(report.fold.books), right, "seed {seed}");
    // Told once, in one order, as if nothing had happened.
    let (told, anew) = (notices(folder.path()).await, told_anew(folder.path()).await);
    assert!(told.len() > 100, "seed {seed}: only {} notices", told.len());
    assert!(told == anew, "seed {seed}: {} told, {} anew", told.len(), anew.len());
    assert!(resumed > 0, "seed {seed}: no commit was ever resumed from");
}
