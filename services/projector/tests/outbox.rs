//! The outbox: the same notices in the same order, however the journal is cut and wherever the
//! projector stops.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{Source, config, notices, seed, told_anew, writer};
use milestones::{Act, Notice};
use projector::{Projector, Shard, catch_up};
use proto::gazetteer::Gazetteer;

async fn journal(folder: &Path, own: u64, records: u64) {
    let mut source = Source::new(seed(own));
    writer(folder).await.append(&source.batch(records)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_anywhere_changes_nothing_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = Source::new(seed(71));
    let mut writer = writer(folder.path()).await;
    for _ in 0..10 {
        let records = 1 + source.random.below(400);
        writer.append(&source.batch(records)).await.unwrap();
        let mut config = config(folder.path()).await;
        config.pace.behind_max = 1 + source.random.below(300) as usize;
        let projector = Projector::open(config).await.unwrap();
        let handle = projector.handle();
        let until = source.random.below(source.written.records + 1);
        tokio::select! {
            result = projector.run(std::future::pending()) => result.unwrap(),
            progress = handle.folded(until) => drop(progress.unwrap()),
        }
    }
    catch_up(config(folder.path()).await, |_| {}).await.unwrap();
    let (told, anew) = (notices(folder.path()).await, told_anew(folder.path()).await);
    assert!(told.iter().any(|one| one.act == Act::Withdrawn && one.revision > 1), "{}", told.len());
    assert!(told.windows(2).all(|two| two[0].position <= two[1].position));
    assert!(told == anew, "{} told, {} anew", told.len(), anew.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_tell_together_what_one_program_tells() {
    let folder = tempfile::tempdir().unwrap();
    journal(folder.path(), 81, 3_000).await;
    let whole = told_anew(folder.path()).await;
    let gazetteer = Gazetteer::embedded();
    let provinces: BTreeSet<_> = whole
        .iter()
        .filter_map(|one| gazetteer.atlas.today_province(one.instance.unit.into()))
        .collect();
    assert!(provinces.len() > 1, "the journal is of several provinces");
    let mut together: Vec<Notice> = Vec::new();
    for province in provinces {
        let mut config = config(folder.path()).await;
        config.data = folder.path().join(format!("shard-{}", gazetteer.key(province)));
        config.shard = Shard::Provinces { of: [province].into(), nation: false };
        catch_up(config.clone(), |_| {}).await.unwrap();
        let projector = Projector::open(config).await.unwrap();
        let told = projector.outbox().unwrap().after(0, 1 << 32).await.unwrap().unwrap();
        together.extend(told);
    }
    together.sort_by_key(|one| (one.position, one.instance));
    let apart = together.iter().zip(&whole).find(|(one, other)| one != other);
    assert_eq!(apart, None);
    assert_eq!(together.len(), whole.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rules_tell_of_the_past_too() {
    let folder = tempfile::tempdir().unwrap();
    journal(folder.path(), 91, 2_000).await;
    let mut none = config(folder.path()).await;
    none.milestones = None;
    let report = catch_up(none, |_| {}).await.unwrap();
    assert_eq!(report.rebuild, None);
    let report = catch_up(config(folder.path()).await, |_| {}).await.unwrap();
    let why = report.rebuild.expect("the rows were made without rules");
    assert!(why.contains("another list of milestones"), "{why}");
    assert!(notices(folder.path()).await == told_anew(folder.path()).await);
}
