//! The stream of the `nats` engine: duplicates in it, a stream that is not ours, and one put back.

use std::time::Duration;

use async_nats::jetstream::{self, stream};
use journal::{Entry, Error, Options, Position, Stream, Writer};

use crate::world::{World, body, entries, follow, read_all, within};

async fn js(world: &World) -> jetstream::Context {
    jetstream::new(async_nats::connect(&world.url).await.unwrap())
}

#[tokio::test]
async fn a_duplicate_is_told_with_its_first_position_and_takes_no_other() {
    let world = World::nats().await;
    let mut writer = world.writer().await;
    let first = writer.append(&entries(0, 1500)).await.unwrap();
    assert!(first.iter().all(|receipt| !receipt.duplicate));
    let again = writer.append(&entries(0, 1500)).await.unwrap();
    assert!(again.iter().all(|receipt| receipt.duplicate));
    assert!(first.iter().zip(&again).all(|(first, again)| first.position == again.position));
    // New ones between old ones, and one twice.
    let mut mixed = entries(1490, 1600);
    mixed.insert(50, Entry::new("VN", body(700)));
    mixed.push(Entry::new("VN", body(1595)));
    let receipts = writer.append(&mixed).await.unwrap();
    let found = read_all(&writer.journal()).await.unwrap();
    assert_eq!(found, (0..1600).map(body).collect::<Vec<_>>());
    for (entry, receipt) in mixed.iter().zip(&receipts) {
        assert_eq!(found[usize::try_from(receipt.position.0).unwrap() - 1], entry.bytes);
    }
    let duplicates = receipts.iter().filter(|receipt| receipt.duplicate).count();
    assert_eq!(duplicates, 10 + 2);
}

#[tokio::test]
async fn two_appenders_at_once_lose_and_double_nothing() {
    let world = World::nats().await;
    let (mut one, mut two) = (world.writer().await, world.writer().await);
    let (left, right) =
        tokio::join!(async { one.append(&entries(0, 3000)).await.unwrap() }, async {
            two.append(&entries(2000, 5000)).await.unwrap()
        },);
    let found = read_all(&one.journal()).await.unwrap();
    assert_eq!(found.len(), 5000);
    for (n, receipt) in (0..).zip(left).chain((2000..).zip(right)) {
        assert_eq!(found[usize::try_from(receipt.position.0).unwrap() - 1], body(n));
    }
}

#[tokio::test]
async fn a_stream_with_another_configuration_is_refused_in_one_sentence() {
    type Change = fn(&mut stream::Config);
    let cases: [(&str, Change); 7] = [
        ("its subjects are not", |config| config.subjects = vec!["tonghop.facts.52.>".into()]),
        ("it allows to delete", |config| config.deny_delete = false),
        ("it allows to purge", |config| config.deny_purge = false),
        ("it forgets by age", |config| config.max_age = Duration::from_secs(3600)),
        ("it does not allow atomic", |config| config.allow_atomic_publish = false),
        ("its metadata has no tonghop_identity", |config| {
            config.metadata.remove("tonghop_identity");
        }),
        ("its metadata has no tonghop_format", |config| config.metadata.clear()),
    ];
    let world = World::nats().await;
    let js = js(&world).await;
    drop(world.writer().await);
    let good = js.get_stream(Stream::Facts.name()).await.unwrap().cached_info().config.clone();
    for (why, change) in cases {
        js.delete_stream(Stream::Facts.name()).await.unwrap();
        let mut config = good.clone();
        change(&mut config);
        js.create_stream(config).await.unwrap();
        let error = Writer::open(&world.url, &world.options).await.expect_err(why);
        assert!(matches!(error, Error::NotAJournal { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_stream_that_was_made_anew_is_diverged() {
    let world = World::nats().await;
    let mut writer = world.writer().await;
    let journal = writer.journal();
    writer.append(&entries(0, 10)).await.unwrap();
    let mut tail = journal.tail(Position(0)).await.unwrap();
    assert_eq!(follow(&mut tail, 1, 10).await.len(), 10);
    js(&world).await.delete_stream(Stream::Facts.name()).await.unwrap();
    let mut other = world.writer().await;
    other.append(&entries(50, 80)).await.unwrap();
    let error = within(tail.next(100)).await.expect_err("another journal");
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
    let error = journal.end().await.expect_err("another journal");
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
}

#[tokio::test]
async fn a_stream_that_lost_its_end_is_diverged() {
    let world = World::nats().await;
    let mut writer = world.writer().await;
    let journal = writer.journal();
    writer.append(&entries(0, 10)).await.unwrap();
    let mut tail = journal.tail(Position(0)).await.unwrap();
    assert_eq!(follow(&mut tail, 1, 10).await.len(), 10);
    js(&world).await.delete_stream(Stream::Facts.name()).await.unwrap();
    let options = Options { identity: Some(journal.identity()), ..world.options.clone() };
    Writer::open(&world.url, &options).await.unwrap().append(&entries(0, 3)).await.unwrap();
    let error = within(tail.next(100)).await.expect_err("a shorter journal");
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
}

#[tokio::test]
async fn a_restored_journal_has_the_identity_positions_and_receive_times_of_its_archive() {
    let archive = World::dir().await;
    let mut writer = archive.writer().await;
    let twice = Entry::new("VN", "the same twice");
    writer.append(&[twice.clone(), twice]).await.unwrap();
    writer.append(&entries(2, 1200)).await.unwrap();
    let source = writer.journal();

    let world = World::nats().await;
    let options = Options { identity: Some(source.identity()), ..world.options.clone() };
    let mut target = Writer::open(&world.url, &options).await.unwrap();
    let Writer::Nats(_, nats) = &mut target else { panic!("a nats journal") };
    let mut blocks = source.read(Position(1), Position(u64::MAX));
    while let Some(block) = blocks.next().await {
        let block = block.unwrap().open().unwrap();
        nats.restore(&block, |record| format!("52.N-{}", record.position)).await.unwrap();
    }
    let restored = target.journal();
    assert_eq!(restored.identity(), source.identity());
    assert!(read_all(&restored).await.unwrap() == read_all(&source).await.unwrap());
    for at in [1, 2, 600, 1200].map(Position) {
        assert_eq!(restored.record(at).await.unwrap(), source.record(at).await.unwrap());
    }
    let block = within(restored.tail(Position(0)).await.unwrap().next(1)).await.unwrap();
    let (received, _) = source.record(Position(1)).await.unwrap().unwrap();
    assert_eq!(block.records().next().unwrap().received, received);
}

#[tokio::test]
async fn records_are_published_on_the_subject_of_their_route() {
    let world = World::nats().await;
    let mut writer = world.writer().await;
    writer.append(&[Entry::new("52.L-24097", "a"), Entry::new("VN", "b")]).await.unwrap();
    let stream = js(&world).await.get_stream(Stream::Facts.name()).await.unwrap();
    for (at, route) in [(1, "52.L-24097"), (2, "VN")] {
        let message = stream.get_raw_message(at).await.unwrap();
        assert_eq!(message.subject.as_str(), format!("tonghop.facts.{route}"));
    }
    let error = writer.append(&[Entry::new("52.>", "c")]).await.expect_err("a wildcard");
    assert!(matches!(error, Error::Route { .. }), "{error}");
}
