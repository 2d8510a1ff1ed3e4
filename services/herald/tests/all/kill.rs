//! kill -9 of a herald that sends: nothing is lost, and each lane stays in order.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use herald::{Config, Filter, Herald, Schedule};
use journal::{Journal, Options};

use crate::endpoint::{Behaviour, Endpoint};
use crate::world::{World, here, is_done};

/// Set for the process that is to be killed: the data folder.
const CHILD: &str = "TONGHOP_TEST_HERALD";
const ROUNDS: usize = 12;
const EACH: usize = 15;
const UNITS: [&str; 3] = ["L-637", "L-638", "VN"];

/// Not a test by itself: what [`what_a_killed_herald_leaves_is_sent_by_the_next`] starts.
#[tokio::test]
async fn a_child_sends_until_it_is_killed() {
    let Some(data) = std::env::var_os(CHILD) else { return };
    let data = std::path::Path::new(&data);
    let url = format!("dir:{}", data.join("feed").display());
    let feed = Journal::open(&url, &Options::default()).await.unwrap();
    let mut config = Config::new(data, feed);
    config.guard = here();
    config.rules.schedule = Schedule(vec![Duration::from_millis(1); 1000]);
    Herald::open(config).await.unwrap().run(std::future::pending()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_herald_leaves_is_sent_by_the_next() {
    let mut world = World::new().await;
    let tries = std::sync::atomic::AtomicUsize::new(0);
    // Every third is refused, so that some are killed while something waits to be tried again.
    let endpoint = Endpoint::start(move |_| {
        let n = tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Behaviour::Answer(if n.is_multiple_of(3) { 500 } else { 200 }, "")
    })
    .await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    let mut published: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for round in 0..ROUNDS {
        for _ in 0..EACH {
            for unit in UNITS {
                let event = world.publish(unit).await;
                published.entry(unit).or_default().push(event);
            }
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::a_child_sends_until_it_is_killed", "--nocapture"])
            .env(CHILD, world.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // At another moment each time: after so many requests.
        endpoint.until(endpoint.received().len() + 1 + round * 3).await;
        assert_eq!(child.try_wait().unwrap(), None, "round {round}: it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut config = world.config();
    config.rules.schedule = Schedule(vec![Duration::from_millis(1); 1000]);
    let running = world.start(config).await;
    let all = (ROUNDS * EACH * UNITS.len()) as u64;
    let status = running.until(id, |status| is_done(status, all)).await;
    assert_eq!(status.state.unwrap().dead, 0);
    for (unit, expected) in published {
        let received = endpoint.received();
        let of_unit = received.iter().filter(|one| one.unit() == unit);
        let mut came: Vec<String> = of_unit.map(|one| one.id()).collect();
        // Some come again: at least once. None comes after the one that follows it.
        came.dedup();
        assert_eq!(came, expected, "{unit}");
    }
    running.stop().await;
}
