//! Messages of one rule and unit come in order; others do not wait for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use herald::{Filter, Schedule};

use crate::endpoint::{Behaviour, Endpoint};
use crate::world::{NEVER, World, is_done, of_units};

#[tokio::test]
async fn a_lane_that_fails_keeps_its_order_and_holds_back_no_other() {
    let mut world = World::new().await;
    let others_are_through = Arc::new(AtomicBool::new(false));
    let through = others_are_through.clone();
    let endpoint = Endpoint::start(move |one| {
        // The unit's messages are refused until all of the others have come.
        let fails = one.unit() == "L-637" && !through.load(Ordering::Acquire);
        if fails { Behaviour::Answer(500, "") } else { Behaviour::Answer(200, "") }
    })
    .await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    let (mut failing, mut other) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        failing.push(world.publish("L-637").await);
        other.push(world.publish("L-638").await);
    }
    let mut config = world.config();
    config.rules.schedule = Schedule(vec![Duration::from_millis(1); 100_000]);
    let running = world.start(config).await;
    let others = async |count: usize| {
        loop {
            let all = endpoint.received();
            let found = all.iter().filter(|one| one.unit() == "L-638").count();
            if found == count {
                return;
            }
            endpoint.until(all.len() + 1).await;
        }
    };
    others(10).await;
    let before = endpoint.received();
    let refused: Vec<_> = before.iter().filter(|one| one.unit() == "L-637").collect();
    assert!(refused.iter().all(|one| one.id() == failing[0]), "only the first is tried");
    others_are_through.store(true, Ordering::Release);
    running.until(id, |status| is_done(status, 20)).await;
    for (unit, published) in [("L-637", failing), ("L-638", other)] {
        let all = endpoint.received();
        let mut came: Vec<String> =
            all.iter().filter(|one| one.unit() == unit).map(|one| one.id()).collect();
        came.dedup();
        assert_eq!(came, published, "{unit} in order");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_dead_letter_lets_its_lane_go_on_and_is_replayed_by_hand() {
    let mut world = World::new().await;
    let is_well = Arc::new(AtomicBool::new(false));
    let well = is_well.clone();
    let endpoint = Endpoint::start(move |one| {
        let is_first = one.id().starts_with("00000001") || one.id().starts_with("00000002");
        let fails = is_first && !well.load(Ordering::Acquire);
        if fails { Behaviour::Answer(500, "") } else { Behaviour::Answer(200, "") }
    })
    .await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    for _ in 0..4 {
        world.publish("L-637").await;
    }
    let running = world.start(world.config()).await;
    let status = running.until(id, |status| is_done(status, 4)).await;
    assert_eq!(status.state.unwrap().dead, 2);
    let attempts = endpoint.received().len();
    assert_eq!(attempts, 3 + 3 + 1 + 1);

    is_well.store(true, Ordering::Release);
    assert_eq!(running.desk.replay(id, Some(77)).await.unwrap(), 0, "no such dead letter");
    assert_eq!(running.desk.replay(id, Some(2)).await.unwrap(), 1);
    running.until(id, |status| is_done(status, 4)).await;
    assert_eq!(running.desk.replay(id, None).await.unwrap(), 1);
    let status = running.until(id, |status| is_done(status, 4)).await;
    assert_eq!(status.state.unwrap().dead, 0);
    assert_eq!(endpoint.ids().split_off(attempts), ["00000002.reached", "00000001.reached"]);
    running.stop().await;
}

#[tokio::test]
async fn only_what_a_subscription_wants_is_sent_to_it() {
    let mut world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let all = world.subscribe(&endpoint.url(), Filter::default()).0;
    let district = world.subscribe(&endpoint.url(), of_units(&["L-637"])).0;
    let rule = Filter { rules: vec!["loans_over_1000".to_owned()], ..Filter::default() };
    let by_rule = world.subscribe(&endpoint.url(), rule).0;
    world.publish("L-24076").await;
    world.publish("L-638").await;
    world.publish_of("loans_over_1000", "L-638").await;
    let running = world.start(world.config()).await;
    for (id, expected) in [(all, vec![1, 2, 3]), (district, vec![1]), (by_rule, vec![3])] {
        running.until(id, |status| is_done(status, 3)).await;
        let log = running.desk.log(id, 10).await.unwrap();
        let mut positions: Vec<u64> = log.iter().map(|attempt| attempt.position).collect();
        positions.sort_unstable();
        assert_eq!(positions, expected);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_subscription_with_too_much_open_waits_in_the_feed_and_the_others_go_on() {
    let mut world = World::new().await;
    let is_well = Arc::new(AtomicBool::new(false));
    let well = is_well.clone();
    let slow = Endpoint::start(move |_| match well.load(Ordering::Acquire) {
        true => Behaviour::Answer(200, ""),
        false => Behaviour::Answer(500, ""),
    })
    .await;
    let good = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let (slow_id, _) = world.subscribe(&slow.url(), Filter::default());
    let (good_id, _) = world.subscribe(&good.url(), Filter::default());
    let mut sent = Vec::new();
    for _ in 0..300 {
        sent.push(world.publish("L-637").await);
    }
    let mut config = world.config();
    config.open_max = 7;
    config.rules.schedule = Schedule(vec![NEVER; 9]);
    let running = world.start(config).await;
    running.until(good_id, |status| is_done(status, 300)).await;
    let has_failed = |status: &herald::Status| {
        status.state.as_ref().is_some_and(|state| state.last_failure.is_some())
    };
    let state = running.until(slow_id, has_failed).await.state.unwrap();
    assert_eq!((state.open, state.cursor), (7, 7), "it waits at its place in the feed");
    is_well.store(true, Ordering::Release);
    running.desk.enable(slow_id).await.unwrap();
    running.until(slow_id, |status| is_done(status, 300)).await;
    let mut came = slow.ids();
    came.dedup();
    assert_eq!(came, sent, "nothing is left out, and all in order");
    assert_eq!(good.ids(), sent);
    running.stop().await;
}
