//! Restoring an archive: the same journal again, or nothing is written.

use std::path::PathBuf;
use std::time::Duration;

use journal::archive::restore;
use journal::{Error, Identity, Journal, Options, Position, Record, Writer};

use crate::archive::{archive, assert_same, open, place};
use crate::kill::{acknowledge, run_and_kill};
use crate::world::{Random, World, entries, within};

fn route(record: &Record<'_>) -> String {
    format!("52.N-{}", record.position)
}

/// An archive of that many records, in a world of its own.
async fn archived(records: u64) -> (World, Journal) {
    let world = World::dir().await;
    world.writer().await.append(&entries(0, records)).await.unwrap();
    archive(&world, &place(&world)).await.unwrap();
    let kept = open(&place(&world)).await;
    (world, kept)
}

async fn restore_into(world: &World, from: &Journal) -> journal::Result<u64> {
    let mut told = Vec::new();
    let tell = |end: Position| told.push(end);
    let restored = within(restore(from, &world.url, &world.options, route, tell)).await?;
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(told.last().copied().unwrap_or(Position(restored.before)), restored.end);
    assert_same(from, &restored.journal).await;
    assert_same(from, &world.journal().await).await;
    Ok(restored.before)
}

#[tokio::test]
async fn an_archive_comes_back_under_its_identity_with_its_receive_times() {
    for records in [0, 1, 5000] {
        let (_kept, from) = archived(records).await;
        for world in [World::dir().await, World::nats().await] {
            assert_eq!(restore_into(&world, &from).await.unwrap(), 0);
            assert_eq!(restore_into(&world, &from).await.unwrap(), records, "nothing to do");
        }
    }
}

#[tokio::test]
async fn what_was_appended_after_a_restore_is_archived_behind_the_rest() {
    let (kept, from) = archived(300).await;
    let mut world = World::nats().await;
    restore_into(&world, &from).await.unwrap();
    world.options.identity = Some(from.identity());
    world.writer().await.append(&entries(300, 310)).await.unwrap();
    assert_eq!(archive(&world, &place(&kept)).await.unwrap(), Position(310));
    assert_same(&world.journal().await, &open(&place(&kept)).await).await;
}

#[tokio::test]
async fn a_restore_goes_on_behind_what_an_earlier_one_wrote() {
    let (world, part) = archived(900).await;
    let mut targets = [World::dir().await, World::nats().await];
    for target in &targets {
        restore_into(target, &part).await.unwrap();
    }
    world.writer().await.append(&entries(900, 2500)).await.unwrap();
    archive(&world, &place(&world)).await.unwrap();
    let whole = open(&place(&world)).await;
    for target in &mut targets {
        assert_eq!(restore_into(target, &whole).await.unwrap(), 900);
    }
}

#[tokio::test]
async fn whatever_is_not_the_beginning_of_the_archive_is_refused_and_not_touched() {
    let (_kept, from) = archived(20).await;
    let ours = from.identity();
    for (what, identity, records, said) in [
        ("another journal", Identity::random(), 0..0, "its identity is"),
        ("another record", ours, 5..10, "its record at position 1 is not the archive's"),
        ("received at another time", ours, 0..10, "its record at position 1 is not the archive's"),
        ("more than the archive", ours, 0..21, "it ends at position 21, the archive at 20"),
    ] {
        for world in [World::dir().await, World::nats().await] {
            let options = Options { identity: Some(identity), ..world.options.clone() };
            let mut writer = Writer::open(&world.url, &options).await.unwrap();
            writer.append(&entries(records.start, records.end)).await.unwrap();
            drop(writer);
            let error = restore_into(&world, &from).await.expect_err(what);
            assert!(matches!(error, Error::Occupied { .. }), "{what}: {error}");
            assert!(error.to_string().contains(said), "{what}: {error}");
            let there = world.journal().await;
            let end = records.end - records.start;
            let found = (there.identity(), there.end().await.unwrap());
            assert_eq!(found, (identity, Position(end)), "{what}");
        }
    }
}

#[tokio::test]
async fn a_damaged_archive_is_told_and_restored_as_far_as_it_is_good() {
    let (world, from) = archived(10).await;
    let file: PathBuf = place(&world).join("00000000000000000001.active");
    let good = std::fs::read(&file).unwrap();
    let mut damaged = good.clone();
    damaged[60] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    let target = World::nats().await;
    let error = restore_into(&target, &from).await.expect_err("damaged");
    assert_eq!(error.corrupt_at().map(|(file, _)| file), Some(&*file), "{error}");
    std::fs::write(&file, &good).unwrap();
    restore_into(&target, &from).await.unwrap();
}

/// Set for the process that is to be killed: the archive's place, a blank, the target's address.
const CHILD: &str = "TONGHOP_TEST_RESTORE";

/// Not a test by itself: what [`a_restore_killed_at_any_moment_is_gone_on_with`] starts.
#[tokio::test]
async fn a_child_restores_until_it_is_killed() {
    let Ok(value) = std::env::var(CHILD) else { return };
    let (from, target) = value.split_once(' ').unwrap();
    let from = open(from.as_ref()).await;
    restore(&from, target, &Options::create(), route, |end| acknowledge(end.0)).await.unwrap();
    acknowledge(u64::MAX);
}

#[tokio::test]
async fn a_restore_killed_at_any_moment_is_gone_on_with() {
    let (world, from) = archived(30_000).await;
    for target in [World::dir().await, World::nats().await] {
        let mut random = Random::seeded("restore kill -9");
        let value = format!("{} {}", place(&world).display(), target.url);
        let mut killed = 0;
        loop {
            let patience = Duration::from_millis(random.below(30));
            let child = "restore::a_child_restores_until_it_is_killed";
            match run_and_kill(child, CHILD, &value, (patience, u64::MAX)) {
                Some(seen) if seen != u64::MAX => killed += 1,
                Some(_) | None => break,
            }
        }
        assert!(killed >= 1, "{}: it was never killed", target.url);
        restore_into(&target, &from).await.unwrap();
    }
}
