//! The `nats` engine while its server crashes, starts again or is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use journal::server::Server;
use journal::{Error, Position, Tail, Writer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;

use crate::world::{Random, World, body, entries, follow, read_all, within};

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

/// A monitoring page that says whether the server syncs always, as the test wishes.
async fn monitoring(always: Arc<AtomicBool>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut asking, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = asking.read(&mut request).await;
            let body = match always.load(Ordering::Acquire) {
                true => r#"{"jetstream":{"config":{"sync_always":true}}}"#,
                false => r#"{"jetstream":{"config":{}}}"#,
            };
            let answer = format!("HTTP/1.0 200 OK\r\n\r\n{body}");
            let _ = asking.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_server_that_comes_back_without_syncing_gets_nothing_until_it_does() {
    let mut world = World::nats().await;
    let always = Arc::new(AtomicBool::new(true));
    world.options.nats.monitoring = Some(monitoring(Arc::clone(&always)).await);
    world.options.nats.needs_sync = true;
    world.options.nats.busy_after = Duration::from_millis(300);
    let mut writer = world.writer().await;
    let journal = writer.journal();
    assert_eq!(journal.unsynced(), None);
    within(writer.append(&entries(0, 5))).await.unwrap();
    let mut careless = {
        let mut options = world.options.clone();
        options.nats.needs_sync = false;
        within(Writer::open(&world.url, &options)).await.unwrap()
    };
    always.store(false, Ordering::Release);
    let config = world.server.take().unwrap().kill().await;
    world.server = Some(within(Server::start(config)).await.unwrap());
    let refused = async {
        // At first it may be the connection that is not there yet.
        loop {
            let error = writer.append(&entries(5, 10)).await.expect_err("it does not sync");
            assert!(matches!(error, Error::Busy { .. }), "{error}");
            if error.to_string().contains("sync_interval") {
                break;
            }
        }
    };
    within(refused).await;
    assert!(journal.unsynced().is_some_and(|why| why.contains("sync_interval")));
    assert_eq!(journal.end().await.unwrap(), Position(5), "nothing was published");
    let unheeded = async {
        while let Err(error) = careless.append(&entries(5, 7)).await {
            assert!(error.is_transient(), "{error}");
        }
    };
    within(unheeded).await;
    always.store(true, Ordering::Release);
    within(writer.append(&entries(7, 10))).await.unwrap();
    assert_eq!(journal.unsynced(), None);
    assert_eq!(journal.end().await.unwrap(), Position(10));
}
