//! Catching up and restarting over a journal of files.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::time::Duration;

use common::{Source, caught_up, config, digest, rules, seed, truth, writer};
use journal::{Entry, Identity, Options, Writer};
use projector::{Error, Projector, catch_up, evaluate_journal};

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_journal_is_caught_up_with_at_once() {
    let folder = tempfile::tempdir().unwrap();
    drop(writer(folder.path()).await);
    let report = caught_up(folder.path()).await;
    assert_eq!((report.mark.position, report.records), (0, 0));
    assert_eq!(digest(report.fold.books), truth(folder.path()).await.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_is_applied_or_duplicate_or_unreadable() {
    let seed = seed(11);
    let folder = tempfile::tempdir().unwrap();
    let mut source = Source::new(seed);
    writer(folder.path()).await.append(&source.batch(3_000)).await.unwrap();
    let report = caught_up(folder.path()).await;
    let (accounting, written) = (report.accounting, source.written);
    assert_eq!(accounting.total(), 3_000, "seed {seed}");
    assert_eq!(accounting.duplicate, written.duplicates, "seed {seed}");
    assert_eq!(accounting.unreadable, written.unreadable, "seed {seed}");
    assert_eq!(report.unreadable.len() as u64, written.unreadable, "seed {seed}");
    assert!(report.unreadable.iter().all(|one| !one.reason.is_empty() && one.position > 0));
    let (right, batch) = truth(folder.path()).await;
    assert_eq!(accounting, batch, "seed {seed}");
    assert_eq!(digest(report.fold.books), right, "seed {seed}");
    // A restart knows the same.
    let again = caught_up(folder.path()).await;
    assert_eq!((again.records, again.commits, again.rebuild), (0, 0, None), "seed {seed}");
    assert_eq!((again.accounting, again.unreadable), (accounting, report.unreadable));
    assert_eq!(digest(again.fold.books), right, "seed {seed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_anywhere_and_starting_again_gives_what_one_run_gives() {
    let seed = seed(21);
    let folder = tempfile::tempdir().unwrap();
    let mut source = Source::new(seed);
    let mut writer = writer(folder.path()).await;
    for round in 0..8 {
        for _ in 0..4 {
            let records = 1 + source.random.below(400);
            writer.append(&source.batch(records)).await.unwrap();
        }
        let mut config = config(folder.path()).await;
        config.pace.behind_max = 1 + source.random.below(300) as usize;
        config.pace.caught_up_lag_max = source.random.below(2_000);
        let projector = Projector::open(config).await.unwrap();
        assert_eq!(projector.rebuild(), None, "seed {seed}");
        let handle = projector.handle();
        let until = source.random.below(source.written.records + 1);
        match source.random.below(3) {
            // Dropped as it is, without a commit: a crash, but for open files.
            0 => {
                tokio::select! {
                    result = projector.run(std::future::pending()) => result.unwrap(),
                    progress = handle.folded(until) => drop(progress.unwrap()),
                }
            }
            // Stopped in good order: what was folded is committed.
            1 => {
                let stop = async { _ = handle.folded(until).await };
                projector.run(stop).await.unwrap();
                let progress = handle.progress();
                assert_eq!(progress.committed, progress.position, "seed {seed} round {round}");
            }
            _ => {
                drop((projector, handle));
                let report = caught_up(folder.path()).await;
                let (right, accounting) = truth(folder.path()).await;
                assert_eq!(report.accounting, accounting, "seed {seed} round {round}");
                assert_eq!(digest(report.fold.books), right, "seed {seed} round {round}");
            }
        }
    }
    let report = caught_up(folder.path()).await;
    assert_eq!(digest(report.fold.books.clone()), truth(folder.path()).await.0, "seed {seed}");
    let (config, rules) = (config(folder.path()).await, rules());
    let mut digests = Vec::new();
    for threads in [1, 3] {
        let books =
            evaluate_journal(&config.journal, None, &rules, config.gazetteer, threads, |_| {});
        let evaluated = books.await.unwrap();
        assert_eq!(evaluated.tree.root(), report.tree.root(), "{threads} threads, seed {seed}");
        digests.push(digest(evaluated.books));
    }
    assert_eq!(digests[0], digests[1], "seed {seed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_appended_is_soon_visible_and_durable() {
    let seed = seed(31);
    let folder = tempfile::tempdir().unwrap();
    let mut source = Source::new(seed);
    let mut writer = writer(folder.path()).await;
    let projector = Projector::open(config(folder.path()).await).await.unwrap();
    let handle = projector.handle();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(projector.run(async { drop(stopped.await) }));
    for _ in 0..10 {
        let records = 1 + source.random.below(30);
        writer.append(&source.batch(records)).await.unwrap();
        let all = source.written.records;
        let durable = tokio::time::timeout(Duration::from_secs(10), handle.committed(all));
        let progress = durable.await.expect("within ten seconds").unwrap();
        assert!(progress.position >= all && progress.lag() == 0, "seed {seed}");
        let (live, accounting) = handle.read(|fold, progress| {
            assert_eq!(progress.position, all, "seed {seed}");
            (digest(fold.books.clone()), progress.accounting)
        });
        assert_eq!((live, accounting), truth(folder.path()).await, "seed {seed}");
    }
    assert_eq!(handle.unreadable().len() as u64, source.written.unreadable);
    drop(stop);
    running.await.unwrap().unwrap();
    assert_eq!(handle.folded(u64::MAX).await, None, "it has stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rules_rebuild_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = Source::new(41);
    writer(folder.path()).await.append(&source.batch(500)).await.unwrap();
    caught_up(folder.path()).await;
    let mut other = config(folder.path()).await;
    other.catalogue_hash = "d".into();
    let report = catch_up(other, |_| {}).await.unwrap();
    assert!(report.rebuild.as_deref().is_some_and(|why| why.contains("another catalogue")));
    assert_eq!(report.records, 500);
    assert_eq!(digest(report.fold.books), truth(folder.path()).await.0);
}

/// A journal in the same place that has these records and, if told, the same identity.
async fn replaced(folder: &std::path::Path, records: &[Entry], same: Option<Identity>) {
    fs::remove_dir_all(folder.join("journal")).unwrap();
    let options = Options { create: true, identity: same, ..Options::default() };
    let mut writer = Writer::open(&common::url(folder), &options).await.unwrap();
    writer.append(records).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_not_the_one_we_knew_stops_us() {
    let table = [
        ("began anew", false, 100, "its identity is"),
        ("lost its end", true, 60, "ends at position 60"),
        ("changed", true, 100, "another record is at position 100"),
    ];
    for (what, same, records, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        let mut source = Source::new(51);
        writer(folder.path()).await.append(&source.batch(100)).await.unwrap();
        caught_up(folder.path()).await;
        let identity = config(folder.path()).await.journal.identity();
        let others = Source::new(52).batch(records);
        replaced(folder.path(), &others, same.then_some(identity)).await;
        // Not even a rebuild for another reason hides it.
        for catalogue in ["c", "d"] {
            let mut config = config(folder.path()).await;
            config.catalogue_hash = catalogue.into();
            let error = catch_up(config, |_| {}).await.unwrap_err();
            assert!(matches!(error, Error::Diverged { .. }), "{what}: {error}");
            assert!(error.to_string().contains(expected), "{what}: {error}");
            assert!(error.to_string().contains("rebuild the rollups"), "{what}: {error}");
        }
        let mut anew = config(folder.path()).await;
        anew.anew = true;
        let report = catch_up(anew, |_| {}).await.unwrap();
        assert_eq!(digest(report.fold.books), truth(folder.path()).await.0, "{what}");
    }
}
