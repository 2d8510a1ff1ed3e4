//! The `nats` engine: a server that crashes, a stream that is not ours, and duplicates.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::{self, stream};
use journal::server::Server;
use journal::{
    Credentials, Entry, Error, Identity, Journal, Options, Position, Stream, Tail, Writer,
};
use tokio::sync::watch;

use crate::world::{Random, World, body, entries, follow, read_all, within};

async fn js(world: &World) -> jetstream::Context {
    jetstream::new(async_nats::connect(&world.url).await.unwrap())
}

/// Appends batches of many sizes until told to stop; how many records.
async fn append_until(mut writer: Writer, stop: Arc<AtomicBool>) -> u64 {
    let (mut next, mut size) = (0, 1);
    while !stop.load(Ordering::Relaxed) {
        size = size * 7 % 997; // from single records to almost full batches
        let receipts = writer.append(&entries(next, next + size)).await.unwrap();
        let positions = receipts.iter().map(|receipt| receipt.position.0);
        assert!(positions.eq(next + 1..=next + size), "after {next}");
        next += size;
    }
    next
}

/// Follows until as many records as there will be were seen, each once and in order.
async fn follow_until(mut tail: Tail, mut total: watch::Receiver<Option<u64>>) -> u64 {
    let mut next = 1;
    while *total.borrow_and_update() != Some(next - 1) {
        let block = tokio::select! {
            block = tail.next(5000) => block.unwrap(),
            changed = total.changed() => {
                changed.unwrap();
                continue;
            }
        };
        for record in block.records() {
            assert_eq!(record.position.0, next);
            assert_eq!(record.bytes, body(next - 1));
            next += 1;
        }
    }
    next - 1
}

#[tokio::test]
async fn kill_9_of_the_server_loses_and_doubles_nothing_and_the_tail_goes_on() {
    const ROUNDS: u64 = 10;
    let mut world = World::nats().await;
    let mut random = Random::seeded("server kill -9");
    let writer = world.writer().await;
    let journal = writer.journal();
    let tail = journal.tail(Position(0)).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let (told, total) = watch::channel(None);
    let appending = tokio::spawn(append_until(writer, Arc::clone(&stop)));
    let following = tokio::spawn(follow_until(tail, total));
    for _ in 0..ROUNDS {
        // The moment of the crash is what this test varies; nothing is waited for.
        tokio::time::sleep(Duration::from_millis(50 + random.below(500))).await;
        let config = world.server.take().unwrap().kill().await;
        world.server = Some(within(Server::start(config)).await.unwrap());
    }
    stop.store(true, Ordering::Relaxed);
    let appended = within(appending).await.unwrap();
    told.send(Some(appended)).unwrap();
    assert_eq!(within(following).await.unwrap(), appended);
    assert_eq!(journal.end().await.unwrap(), Position(appended));
    let expected: Vec<_> = (0..appended).map(body).collect();
    assert!(read_all(&journal).await.unwrap() == expected);
}

#[tokio::test]
async fn a_tail_that_waits_survives_a_restart_of_the_server() {
    let mut world = World::nats().await;
    let mut writer = world.writer().await;
    writer.append(&entries(0, 10)).await.unwrap();
    // One that has delivered, and one that has delivered nothing yet.
    let mut tail = writer.journal().tail(Position(0)).await.unwrap();
    let mut fresh = writer.journal().tail(Position(10)).await.unwrap();
    assert_eq!(follow(&mut tail, 1, 10).await.len(), 10);
    assert!(tokio::time::timeout(Duration::from_millis(100), fresh.next(1)).await.is_err());
    let mut config = world.server.take().unwrap().kill().await;
    world.server = Some(within(Server::start(config)).await.unwrap());
    writer.append(&entries(10, 20)).await.unwrap();
    for tail in [&mut tail, &mut fresh] {
        assert_eq!(follow(tail, 11, 10).await, (10..20).map(body).collect::<Vec<_>>());
    }
    let server = world.server.take().unwrap();
    config = journal::server::Config {
        port: server.url().rsplit(':').next().and_then(|port| port.parse().ok()),
        ..journal::server::Config::new(world.dir.path())
    };
    server.stop().await.unwrap();
    world.server = Some(within(Server::start(config)).await.unwrap());
    writer.append(&entries(20, 25)).await.unwrap();
    assert_eq!(follow(&mut fresh, 21, 5).await, (20..25).map(body).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_append_while_the_server_is_away_is_busy_and_may_be_repeated() {
    let mut world = World::nats().await;
    world.options.nats.busy_after = Duration::from_millis(300);
    let mut writer = world.writer().await;
    writer.append(&entries(0, 5)).await.unwrap();
    let config = world.server.take().unwrap().kill().await;
    let error = within(writer.append(&entries(5, 50))).await.expect_err("no server");
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    assert!(error.is_transient());
    world.server = Some(within(Server::start(config)).await.unwrap());
    let repeat = async {
        loop {
            match writer.append(&entries(5, 50)).await {
                Ok(receipts) => break receipts,
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
    };
    assert_eq!(within(repeat).await.last().unwrap().position, Position(50));
    assert_eq!(read_all(&writer.journal()).await.unwrap().len(), 50);
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
async fn a_writer_does_not_append_to_another_journal_after_the_server_was_away() {
    let mut world = World::nats().await;
    let mut writer = world.writer().await;
    writer.append(&entries(0, 10)).await.unwrap();
    let config = world.server.take().unwrap().kill().await;
    // Somebody brings another disk.
    std::fs::remove_dir_all(world.dir.path().join("store")).unwrap();
    let answer = tokio::spawn(async move { writer.append(&entries(10, 20)).await });
    world.server = Some(within(Server::start(config)).await.unwrap());
    let other = world.writer().await;
    let error = within(answer).await.unwrap().expect_err("another journal");
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
    assert_eq!(other.journal().end().await.unwrap(), Position(0));
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

#[tokio::test]
async fn what_cannot_be_verified_is_a_warning() {
    let mut world = World::nats().await;
    assert!(world.writer().await.journal().warnings().is_empty());
    for (monitoring, said) in [
        (None, "give the address of its monitoring port"),
        (Some("http://127.0.0.1:1".to_owned()), "could not verify"),
        (Some("127.0.0.1:8222".to_owned()), "not of the form"),
    ] {
        world.options.nats.monitoring = monitoring;
        let warnings = world.journal().await.warnings();
        assert!(warnings.len() == 1 && warnings[0].contains(said), "{warnings:?}");
    }
}

#[tokio::test]
async fn addresses_that_cannot_be_opened_say_why() {
    let mut options = Options::create();
    options.nats.connect_wait = Duration::from_millis(200);
    for (url, said) in [
        ("dir:", "needs a path"),
        ("/var/lib/journal", "use dir:PATH or nats://HOST:PORT"),
        ("nats://user:secret@127.0.0.1:4222", "never part of"),
        ("nats://127.0.0.1:1", "no nats server at"),
    ] {
        let error = within(Journal::open(url, &options)).await.expect_err(url);
        assert!(error.to_string().contains(said), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_password_is_taken_from_the_options_and_never_shown() {
    let world = World::nats().await;
    world.server.unwrap().kill().await;
    let mut text = std::fs::read_to_string(world.dir.path().join("nats.conf")).unwrap();
    text.push_str("authorization { user: gateway, password: bimat }\n");
    let file = world.dir.path().join("auth.conf");
    std::fs::write(&file, text).unwrap();
    let binary = std::env::var("TONGHOP_NATS_SERVER").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/nats-server").to_owned()
    });
    let _server = tokio::process::Command::new(binary)
        .arg("-c")
        .arg(&file)
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut options = Options::create();
    options.identity = Some(Identity::random());
    let open = async |options: &Options| within(Writer::open(&world.url, options)).await;
    options.nats.credentials = Credentials::User { user: "gateway".into(), password: "sai".into() };
    let error = open(&options).await.expect_err("a wrong password");
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    options.nats.credentials =
        Credentials::User { user: "gateway".into(), password: "bimat".into() };
    assert!(!format!("{options:?}").contains("bimat"));
    let mut writer = open(&options).await.unwrap();
    writer.append(&entries(0, 3)).await.unwrap();
}

/// Set for a process that must not find a nats-server.
const NO_SERVER: &str = "TONGHOP_TEST_NO_SERVER";

/// Not a test by itself: what [`a_missing_binary_is_one_sentence_that_says_what_to_do`] starts.
#[tokio::test]
async fn a_child_looks_for_a_server_that_is_not_there() {
    let Ok(dir) = std::env::var(NO_SERVER) else { return };
    let error = Server::start(journal::server::Config::new(dir)).await.expect_err("no binary");
    assert!(error.to_string().contains("`make tools`"), "{error}");
}

#[test]
fn a_missing_binary_is_one_sentence_that_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    for named in [None, Some("/no/such/nats-server")] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "stream::a_child_looks_for_a_server_that_is_not_there"]);
        child.env(NO_SERVER, dir.path()).env("PATH", "").env_remove(journal::server::BINARY);
        if let Some(named) = named {
            child.env(journal::server::BINARY, named);
        }
        let output = child.current_dir(dir.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[tokio::test]
async fn a_route_of_the_feed_is_published_once_for_ever_whoever_publishes() {
    let mut world = World::nats().await;
    world.options.nats.stream = Stream::Milestones;
    let mut first = world.writer().await;
    let mut second = world.writer().await;
    let told = |routes: std::ops::Range<u64>, text: &str| -> Vec<Entry> {
        routes.map(|n| Entry::new(format!("rule.L-{n}.1.reached"), format!("{text} {n}"))).collect()
    };
    let receipts = first.append(&told(0..40, "first")).await.unwrap();
    assert!(
        receipts.iter().map(|one| (one.position.0, one.duplicate)).eq((1..=40).map(|n| (n, false)))
    );
    // Another one says it again in other words, and goes on: only what is new is there.
    let receipts = second.append(&told(20..60, "second")).await.unwrap();
    let expected = (21..=40).map(|n| (n, true)).chain((41..=60).map(|n| (n, false)));
    assert!(
        receipts.iter().map(|one| (one.position.0, one.duplicate)).eq(expected),
        "{receipts:?}"
    );
    let bytes = read_all(&first.journal()).await.unwrap();
    let texts: Vec<String> =
        bytes.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    let said = (0..60).map(|n| format!("{} {n}", if n < 40 { "first" } else { "second" }));
    assert!(texts.into_iter().eq(said));
    // The feed and the journal stand side by side.
    world.options.nats.stream = Stream::Facts;
    assert_eq!(world.writer().await.journal().end().await.unwrap(), Position(0));
}
