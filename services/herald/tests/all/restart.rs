//! Heralds that stop and start again, and subscriptions that change meanwhile.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use herald::{Book, Error, Filter, Herald, Schedule, Status};
use journal::server::Server;
use journal::{Options, Writer};

use crate::endpoint::{Behaviour, Endpoint};
use crate::world::{DEADLINE, NEVER, World, is_done};

fn has_failed(status: &Status) -> bool {
    status.state.as_ref().is_some_and(|state| state.last_failure.is_some())
}

#[tokio::test]
async fn what_was_under_way_when_a_herald_ended_is_sent_by_the_next() {
    let mut world = World::new().await;
    let hangs = Arc::new(AtomicBool::new(true));
    let does_hang = hangs.clone();
    let endpoint = Endpoint::start(move |_| match does_hang.load(Ordering::Acquire) {
        true => Behaviour::Hang,
        false => Behaviour::Answer(200, ""),
    })
    .await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    let mut sent = vec![world.publish("L-637").await, world.publish("L-637").await];
    let mut config = world.config();
    config.limits.attempt = NEVER;
    let running = world.start(config.clone()).await;
    endpoint.until(1).await;
    running.stop().await;
    sent.push(world.publish("L-637").await);
    hangs.store(false, Ordering::Release);
    let running = world.start(config).await;
    running.until(id, |status| is_done(status, 3)).await;
    assert_eq!(endpoint.ids().split_off(1), sent);
    running.stop().await;
}

#[tokio::test]
async fn a_delivery_that_waits_waits_as_long_after_a_restart() {
    let mut world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(500, "")).await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    world.publish("L-637").await;
    let mut config = world.config();
    config.rules.schedule = Schedule(vec![NEVER; 2]);
    let running = world.start(config.clone()).await;
    let before = running.until(id, has_failed).await;
    let log = running.desk.log(id, 10).await.unwrap();
    running.stop().await;
    let running = world.start(config).await;
    assert_eq!(running.desk.status(id).await.unwrap(), before);
    assert_eq!(running.desk.log(id, 10).await.unwrap(), log);
    let never_ms = u64::try_from(NEVER.as_millis()).unwrap();
    assert!(before.next_ms.unwrap() >= log[0].at_ms + never_ms);
    running.stop().await;
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_until_that_ends() {
    let mut world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let (id, old) = world.subscribe(&endpoint.url(), Filter::default());
    let running = world.start(world.config()).await;
    running.until(id, |status| is_done(status, 0)).await;
    let (mut secrets, mut changes) = (vec![old], running.desk.changes());
    for (keep_hours, good) in [(24, 2), (0, 1)] {
        changes.borrow_and_update();
        secrets.insert(0, running.desk.rotate(id, keep_hours).await.unwrap());
        // The herald has read it.
        tokio::time::timeout(DEADLINE, changes.changed()).await.unwrap().unwrap();
        secrets.truncate(good);
        let outcome = running.desk.test(id).await.unwrap();
        assert!(outcome.is_delivered());
        let received = endpoint.received().pop().unwrap();
        let timestamp = received.header("webhook-timestamp").parse().unwrap();
        let expected =
            herald::signature::signature(&secrets, &received.id(), timestamp, &received.body);
        assert_eq!(received.header("webhook-signature"), expected);
        assert_eq!(received.header("webhook-signature").split(' ').count(), good);
    }
    // And what comes from the feed is signed by what is in the file now.
    world.publish("L-637").await;
    running.until(id, |status| is_done(status, 1)).await;
    let received = endpoint.received().pop().unwrap();
    let timestamp = received.header("webhook-timestamp").parse().unwrap();
    let expected =
        herald::signature::signature(&secrets, &received.id(), timestamp, &received.body);
    assert_eq!(received.header("webhook-signature"), expected);
    running.stop().await;
}

#[tokio::test]
async fn a_test_is_sent_once_and_told_and_is_in_the_log() {
    let world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(500, "")).await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    let running = world.start(world.config()).await;
    let outcome = running.desk.test(id).await.unwrap();
    assert_eq!(outcome, herald::Outcome::Refused { status: 500 });
    let received = endpoint.received();
    assert_eq!(received.len(), 1);
    let event: serde_json::Value = serde_json::from_slice(&received[0].body).unwrap();
    assert_eq!(event["type"], "vn.tonghop.webhook.test.v1");
    assert_eq!(event["id"], received[0].id());
    let log = running.desk.log(id, 10).await.unwrap();
    assert_eq!((log.len(), log[0].position, log[0].outcome), (1, 0, outcome));
    running.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_leaves_the_subscriptions_as_they_were() {
    let mut world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    let running = world.start(world.config()).await;
    running.until(id, |status| is_done(status, 0)).await;
    let path = world.folder.path().join("webhooks.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    let mut changes = running.desk.changes();
    let by_hand = access::private::seal::unsealed(&good);
    let (cut, turned) = (&good[..good.len() / 2], by_hand.replace("http:", "gopher:"));
    let bad = ["", "not toml", cut, &good.replace("test", "tost"), &turned];
    let count = bad.len() as u64;
    for bad in bad {
        changes.borrow_and_update();
        std::fs::write(&path, bad).unwrap();
        // It has been looked at.
        tokio::time::timeout(DEADLINE, changes.changed()).await.unwrap().unwrap();
        let before = endpoint.received().len();
        world.publish("L-637").await;
        endpoint.until(before + 1).await;
    }
    std::fs::write(&path, &good).unwrap();
    running.until(id, |status| is_done(status, count)).await;
    running.stop().await;
}

#[tokio::test]
async fn subscriptions_come_and_go_while_a_herald_runs() {
    let mut world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let running = world.start(world.config()).await;
    world.publish("L-637").await;
    let wish = herald::Wish {
        name: "từ bây giờ".to_owned(),
        url: endpoint.url(),
        owner: "hoa".to_owned(),
        since: None,
        filter: Filter::default(),
        sees: None,
    };
    let (id, _) = running.desk.add(wish).await.unwrap();
    let second = world.publish("L-637").await;
    running.until(id, |status| is_done(status, 2)).await;
    assert_eq!(endpoint.ids(), [second], "it begins where the feed ended");

    running.desk.disable(id).await.unwrap();
    let third = world.publish("L-638").await;
    running.desk.enable(id).await.unwrap();
    running.until(id, |status| is_done(status, 3)).await;
    assert_eq!(endpoint.ids().pop(), Some(third), "what came meanwhile is sent");

    running.desk.remove(id).await.unwrap();
    assert!(matches!(running.desk.status(id).await, Err(Error::Unknown(_))));
    assert!(running.desk.list().await.unwrap().is_empty());
    running.stop().await;
    let mode = world.folder.path().join("webhooks.toml").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_feed_on_a_server_is_followed_as_one_in_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(journal::server::Config::new(folder.path().join("nats"))).await;
    let server = server.unwrap_or_else(|e| panic!("this test needs a nats-server: {e}"));
    let mut world = World::on(&server).await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    let mut sent = Vec::new();
    for _ in 0..200 {
        sent.push(world.publish("L-637").await);
    }
    let running = world.start(world.config()).await;
    running.until(id, |status| is_done(status, 200)).await;
    running.stop().await;
    sent.push(world.publish("L-637").await);
    let running = world.start(world.config()).await;
    sent.push(world.publish("L-637").await);
    running.until(id, |status| is_done(status, 202)).await;
    assert_eq!(endpoint.ids(), sent);
    running.stop().await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn deliveries_of_another_feed_are_not_taken_for_ours() {
    let world = World::new().await;
    let running = world.start(world.config()).await;
    running.stop().await;
    let url = format!("dir:{}", world.folder.path().join("other").display());
    let other = Writer::open(&url, &Options::create()).await.unwrap();
    let mut config = world.config();
    config.feed = other.journal();
    match Herald::open(config).await {
        Err(Error::OtherFeed { .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(Book::read(world.folder.path()).is_ok());
}
