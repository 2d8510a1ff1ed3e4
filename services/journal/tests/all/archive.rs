//! The archive of a journal: the same record by record, whatever happens to either.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::HeaderMap;
use journal::archive::{Archiver, compare};
use journal::{Error, Identity, Journal, Options, Position, Writer};

use crate::kill::{acknowledge, run_and_kill};
use crate::world::{Random, World, entries, within};

/// Where the archive of a world is.
pub(crate) fn place(world: &World) -> PathBuf {
    world.dir.path().join("archive")
}

/// Archives up to the end of the journal; the archive's end.
pub(crate) async fn archive(world: &World, to: &Path) -> journal::Result<Position> {
    let source = world.journal().await;
    let end = source.end().await?;
    let mut archiver = within(Archiver::open(&source, to, &world.options)).await?;
    while archiver.end() < end {
        within(archiver.next(700)).await?;
    }
    Ok(archiver.end())
}

pub(crate) async fn open(archive: &Path) -> Journal {
    let url = format!("dir:{}", archive.display());
    Journal::open(&url, &Options::default()).await.unwrap()
}

/// The two are one journal, up to the end of both.
pub(crate) async fn assert_same(left: &Journal, right: &Journal) {
    assert_eq!(left.identity(), right.identity());
    let end = left.end().await.unwrap();
    assert_eq!(end, right.end().await.unwrap());
    let mut pairs = 0;
    let differs = within(compare(left, right, end, |_, _| pairs += 1)).await.unwrap();
    assert_eq!((differs, pairs), (None, end.0));
}

#[tokio::test]
async fn an_archive_is_the_journal_again_and_goes_on_where_it_ended() {
    for mut world in [World::dir().await, World::nats().await] {
        world.options.dir.segment_bytes_max = 256 << 10;
        let to = place(&world);
        let mut writer = world.writer().await;
        assert_eq!(archive(&world, &to).await.unwrap(), Position(0), "of an empty journal");
        for (from, end) in [(0, 1), (1, 5000), (5000, 5001), (5001, 9000)] {
            writer.append(&entries(from, end)).await.unwrap();
            assert_eq!(archive(&world, &to).await.unwrap(), Position(end));
            assert_same(&world.journal().await, &open(&to).await).await;
        }
        let names = fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().path());
        let sealed = names.filter(|name| name.extension().is_some_and(|kind| kind == "sealed"));
        let (sealed, url) = (sealed.count(), &world.url);
        assert!(sealed >= 4, "{url}: complete segments are sealed, here {sealed}");
    }
}

#[tokio::test]
async fn an_archive_follows_what_is_appended() {
    for world in [World::dir().await, World::nats().await] {
        let mut writer = world.writer().await;
        let source = writer.journal();
        let mut archiver = Archiver::open(&source, &place(&world), &world.options).await.unwrap();
        let appending = tokio::spawn(async move {
            for n in 0..40 {
                writer.append(&entries(n * 10, n * 10 + 10)).await.unwrap();
            }
        });
        while archiver.end() < Position(400) {
            let before = archiver.end();
            assert!(within(archiver.next(90)).await.unwrap() > before);
            assert!(archiver.end().0 - before.0 <= 90);
        }
        appending.await.unwrap();
        assert_same(&source, archiver.archive()).await;
    }
}

#[tokio::test]
async fn receive_times_that_go_back_are_archived_as_they_are() {
    let world = World::nats().await;
    let source = world.writer().await.journal();
    let js = async_nats::jetstream::new(async_nats::connect(&world.url).await.unwrap());
    let times = [1_700_000_000_500_i64, 1_700_000_000_400, 1_700_000_000_450];
    for time in times {
        // A server whose clock went back cannot be had: these say what its messages would.
        let mut headers = HeaderMap::new();
        headers.insert("Tonghop-Received", time.to_string());
        let subject = "tonghop.facts.VN";
        let ack = js.publish_with_headers(subject, headers, "{}".into()).await.unwrap();
        ack.await.unwrap();
    }
    archive(&world, &place(&world)).await.unwrap();
    let copy = open(&place(&world)).await;
    for (at, time) in (1..).zip(times) {
        assert_eq!(copy.record(Position(at)).await.unwrap().unwrap().0.0, time);
    }
    assert_same(&source, &copy).await;
}

/// Another journal in the place of the world's, under its identity or another.
async fn replace(world: &World, identity: Identity, records: std::ops::Range<u64>) {
    let journal = world.dir.path().join("journal");
    fs::remove_dir_all(&journal).unwrap();
    let options = Options { identity: Some(identity), ..world.options.clone() };
    let mut writer = Writer::open(&world.url, &options).await.unwrap();
    writer.append(&entries(records.start, records.end)).await.unwrap();
}

#[tokio::test]
async fn an_archive_that_is_not_of_this_journal_stops_and_stays_as_it_is() {
    for (what, said) in [
        ("another identity", "its identity is"),
        ("lost its tail", "ends at position 9, its archive at 10"),
        ("another record", "at position 10 it has another record"),
        ("the same records, received later", "at position 10 it has another record"),
    ] {
        let world = World::dir().await;
        let mut writer = world.writer().await;
        writer.append(&entries(0, 10)).await.unwrap();
        drop(writer);
        archive(&world, &place(&world)).await.unwrap();
        let ours = world.journal().await.identity();
        // So that what is received later is so.
        let (received, _) = open(&place(&world)).await.record(Position(10)).await.unwrap().unwrap();
        let later = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
        while later() <= u128::try_from(received.0).unwrap() {
            tokio::task::yield_now().await;
        }
        match what {
            "another identity" => replace(&world, Identity::random(), 0..10).await,
            "lost its tail" => replace(&world, ours, 0..9).await,
            "another record" => replace(&world, ours, 1..20).await,
            _ => replace(&world, ours, 0..20).await,
        }
        let before = open(&place(&world)).await.record(Position(10)).await.unwrap();
        let error = archive(&world, &place(&world)).await.expect_err(what);
        assert!(matches!(error, Error::Diverged { .. }), "{what}: {error}");
        assert!(error.to_string().contains(said), "{what}: {error}");
        let kept = open(&place(&world)).await;
        assert_eq!((kept.identity(), kept.end().await.unwrap()), (ours, Position(10)), "{what}");
        assert_eq!(kept.record(Position(10)).await.unwrap(), before, "{what}");
    }
}

#[tokio::test]
async fn a_stream_that_lost_its_tail_stops_its_archive() {
    let world = World::nats().await;
    let mut writer = world.writer().await;
    let ours = writer.journal().identity();
    writer.append(&entries(0, 10)).await.unwrap();
    archive(&world, &place(&world)).await.unwrap();
    let js = async_nats::jetstream::new(async_nats::connect(&world.url).await.unwrap());
    js.delete_stream(journal::Stream::Facts.name()).await.unwrap();
    let options = Options { identity: Some(ours), ..world.options.clone() };
    Writer::open(&world.url, &options).await.unwrap().append(&entries(0, 3)).await.unwrap();
    let error = archive(&world, &place(&world)).await.expect_err("a shorter journal");
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
    assert_eq!(open(&place(&world)).await.end().await.unwrap(), Position(10));
}

#[tokio::test]
async fn a_directory_that_cannot_be_the_archive_is_refused() {
    let mut world = World::dir().await;
    world.options.dir.lock_wait = Duration::from_millis(50);
    drop(world.writer().await);
    let source = world.journal().await;
    let held = world.dir.path().join("held");
    let _first = Archiver::open(&source, &held, &world.options).await.unwrap();
    let full = world.dir.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("letter.odt"), "").unwrap();
    for (to, said) in [
        (world.dir.path().join("journal"), "is the journal itself"),
        (held, "is held by another writer"),
        (full, "it holds other files"),
    ] {
        let refused = Archiver::open(&source, &to, &world.options).await;
        let error = refused.expect_err(said);
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn an_archive_torn_at_any_byte_of_its_last_records_goes_on_whole() {
    let world = World::dir().await;
    let mut writer = world.writer().await;
    writer.append(&entries(0, 5)).await.unwrap();
    archive(&world, &place(&world)).await.unwrap();
    let file = place(&world).join("00000000000000000001.active");
    let bytes = fs::read(&file).unwrap();
    // From within the header's frames to the last byte: the last three records and a bit.
    for len in bytes.len() / 3..bytes.len() {
        fs::write(&file, &bytes[..len]).unwrap();
        assert_eq!(archive(&world, &place(&world)).await.unwrap(), Position(5), "torn at {len}");
        assert!(fs::read(&file).unwrap() == bytes, "torn at {len}");
    }
}

/// Set for the process that is to be killed: the journal's address, a blank, the archive's place.
const CHILD: &str = "TONGHOP_TEST_ARCHIVE";

fn small() -> Options {
    let mut options = Options::create();
    options.dir.segment_bytes_max = 64 << 10; // so that some are killed while sealing
    options.dir.lock_wait = Duration::from_secs(10);
    options
}

/// Not a test by itself: what [`an_archive_killed_at_any_moment_goes_on_whole`] starts.
#[tokio::test]
async fn a_child_archives_until_it_is_killed() {
    let Ok(value) = std::env::var(CHILD) else { return };
    let (url, to) = value.split_once(' ').unwrap();
    let source = Journal::open(url, &Options::default()).await.unwrap();
    let mut archiver = Archiver::open(&source, Path::new(to), &small()).await.unwrap();
    let end = source.end().await.unwrap();
    let mut random = Random::seeded("child");
    while archiver.end() < end {
        let size = usize::try_from(1 + random.below(60)).unwrap();
        acknowledge(archiver.next(size).await.unwrap().0);
    }
}

#[tokio::test]
async fn an_archive_killed_at_any_moment_goes_on_whole() {
    const RECORDS: u64 = 12_000;
    for world in [World::dir().await, World::nats().await] {
        let mut random = Random::seeded("archive kill -9");
        world.writer().await.append(&entries(0, RECORDS)).await.unwrap();
        let source = world.journal().await;
        let value = format!("{} {}", world.url, place(&world).display());
        let mut rounds = 0;
        let mut acknowledged = 0;
        loop {
            let patience = Duration::from_millis(random.below(60));
            let child = "archive::a_child_archives_until_it_is_killed";
            // However fast the machine is, it is killed before all is there.
            let dice = (patience, random.below(80));
            let Some(seen) = run_and_kill(child, CHILD, &value, dice) else { break };
            assert!(seen > acknowledged, "round {rounds}: it did not go on after {acknowledged}");
            acknowledged = seen;
            rounds += 1;
            let kept = open(&place(&world)).await;
            let end = kept.end().await.unwrap();
            assert!(end.0 >= acknowledged, "round {rounds}: lost after {end}");
            let differs = compare(&source, &kept, end, |_, _| {}).await.unwrap();
            assert_eq!(differs, None, "round {rounds}");
        }
        assert!(rounds >= 3, "{}: killed only {rounds} times", world.url);
        assert_same(&source, &open(&place(&world)).await).await;
    }
}

/// A stream takes from anybody whatever fits, also nothing at all.
#[tokio::test]
async fn an_archive_keeps_any_bytes_and_gives_them_back() {
    let world = World::nats().await;
    let to = place(&world);
    world.writer().await.append(&entries(0, 3)).await.unwrap();
    let client = async_nats::connect(&world.url).await.unwrap();
    let js = async_nats::jetstream::new(client);
    // Larger than anybody may append by this program, and with room for what a restore says of it.
    let largest = vec![7; (1 << 20) - 1024];
    for bytes in [b"".to_vec(), b"junk".to_vec(), vec![0; 20], largest, b"".to_vec()] {
        let sent = js.publish("tonghop.facts.x.y", bytes.into()).await.unwrap();
        sent.await.unwrap();
    }
    world.writer().await.append(&entries(3, 5)).await.unwrap();
    assert_eq!(archive(&world, &to).await.unwrap(), Position(10));
    let kept = open(&to).await;
    assert_same(&world.journal().await, &kept).await;
    // Sealed, it is the same; and so is what is restored from it.
    let sealing = Writer::open(&format!("dir:{}", to.display()), &Options::default()).await;
    let Writer::Dir(_, mut sealing) = sealing.unwrap() else { panic!("a directory") };
    sealing.seal().await.unwrap();
    drop(sealing);
    assert_same(&world.journal().await, &open(&to).await).await;
    let other = World::nats().await;
    let route = |_: &journal::Record<'_>| "VN".to_owned();
    let restored =
        within(journal::archive::restore(&kept, &other.url, &other.options, route, |_| {})).await;
    assert_same(&kept, &restored.unwrap().journal).await;
}
