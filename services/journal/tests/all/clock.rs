//! Receive times while the clock jumps: of a directory, and measured against those of a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use journal::{Clock, Error, Journal, Options, Position, Writer};

use crate::world::{World, entries, read_all, within};

const DAY: i64 = 86_400_000;

/// A clock that is set by hand.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn at(ms: i64) -> Hand {
        let hand = Hand::default();
        hand.set(ms);
        hand
    }

    fn set(&self, ms: i64) {
        self.0.store(ms, Ordering::Release);
    }

    fn reader(&self) -> impl Fn() -> i64 + Send + Sync + 'static {
        let shown = self.0.clone();
        move || shown.load(Ordering::Acquire)
    }

    fn clock(&self) -> Clock {
        Clock::of(self.reader())
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("before the end of time")
}

async fn open(world: &World, clock: Clock) -> Writer {
    within(Writer::open(&world.url, &Options { clock, ..world.options.clone() })).await.unwrap()
}

async fn times(journal: &Journal) -> Vec<i64> {
    let mut times = Vec::new();
    for at in 1..=journal.end().await.unwrap().0 {
        times.push(journal.record(Position(at)).await.unwrap().unwrap().0.0);
    }
    times
}

#[tokio::test]
async fn a_directory_takes_nothing_while_the_clock_cannot_be_right_and_then_goes_on() {
    let world = World::dir().await;
    let (hand, start) = (Hand::at(now()), now());
    let mut writer = open(&world, hand.clock()).await;
    // What the clock shows from the start, and the time that is given.
    let table = [
        (0, Some(0)),
        (20 * DAY, Some(20 * DAY)),
        // A small step back, as when a clock is set right; then on.
        (20 * DAY - 5_000, Some(20 * DAY)),
        (20 * DAY + 1, Some(20 * DAY + 1)),
        (4_020 * DAY, None),
        (21 * DAY, Some(21 * DAY)),
        (-300 * DAY, None),
        (21 * DAY + 2, Some(21 * DAY + 2)),
    ];
    let mut given = Vec::new();
    for (number, (shown, expected)) in (0..).zip(table) {
        hand.set(start + shown);
        let appended = within(writer.append(&entries(number, number + 1))).await;
        match expected {
            Some(time) => {
                appended.unwrap_or_else(|error| panic!("line {number}: {error}"));
                given.push(start + time);
            }
            None => {
                let error = appended.expect_err("the clock cannot be right");
                assert!(matches!(error, Error::Clock { .. }), "line {number}: {error}");
                assert!(error.to_string().contains("--today"), "{error}");
            }
        }
    }
    assert_eq!(times(&writer.journal()).await, given);
}

#[tokio::test]
async fn a_restart_with_a_clock_that_jumped_writes_nothing_and_the_next_is_as_before() {
    let world = World::dir().await;
    let (hand, start) = (Hand::at(now()), now());
    let append = async |shown: i64, stated: Option<i64>, number: u64| {
        hand.set(start + shown);
        let clock = match stated {
            Some(day) => hand.clock().stating(start + day - DAY..start + day + DAY),
            None => hand.clock(),
        };
        let mut writer = open(&world, clock.clone()).await;
        let checked = clock.check();
        let appended = within(writer.append(&entries(number, number + 1))).await;
        assert_eq!(checked.is_ok(), appended.is_ok(), "it is known before anything is sent");
        appended.is_ok()
    };
    assert!(append(0, None, 0).await);
    assert!(!append(4_000 * DAY, None, 1).await);
    assert!(append(1, None, 2).await, "the jump has left nothing behind");
    // An earlier version wrote such times, or somebody said that it was so: it is not for ever.
    assert!(append(4_000 * DAY, Some(4_000 * DAY), 3).await);
    assert!(!append(2 * DAY, None, 4).await, "one of the two is wrong, and a person tells which");
    assert!(!append(2 * DAY, Some(4_000 * DAY), 5).await, "another day is stated");
    assert!(append(2 * DAY, Some(2 * DAY), 6).await);
    assert!(append(2 * DAY + 7, None, 7).await, "and from then on nobody needs to say it");
    let expected = [0, 1, 4_000 * DAY, 2 * DAY, 2 * DAY + 7].map(|time| start + time);
    assert_eq!(times(&world.journal().await).await, expected);
}

#[tokio::test]
async fn a_servers_times_are_measured_by_our_clock() {
    let world = World::nats().await;
    let hand = Hand::at(now());
    let clock = hand.clock();
    let mut writer = open(&world, clock.clone()).await;
    within(writer.append(&entries(0, 1))).await.unwrap();
    within(writer.append(&entries(1, 2))).await.unwrap();
    // To us the server's last time is far ahead, or far behind: one of the two clocks is wrong.
    for (shown, number) in [(now() - DAY, 2), (now() + 4_000 * DAY, 3)] {
        hand.set(shown);
        let error = within(writer.append(&entries(number, number + 1))).await.expect_err("far");
        assert!(matches!(error, Error::Clock { .. }), "{error}");
        assert!(clock.check().is_err(), "it is told also where nobody sends anything");
    }
    hand.set(now());
    within(writer.append(&entries(4, 5))).await.unwrap();
    assert_eq!(read_all(&writer.journal()).await.unwrap().len(), 3);
    // A start looks before the first append.
    hand.set(now() - DAY);
    let clock = hand.clock();
    let _writer = open(&world, clock.clone()).await;
    assert!(clock.check().is_err());
}

#[tokio::test]
async fn a_clock_that_is_set_while_the_journal_is_open_writes_nothing() {
    let world = World::dir().await;
    let (hand, counted, start) = (Hand::at(now()), Hand::at(0), now());
    let clock = || hand.clock().beside(counted.reader());
    let mut writer = open(&world, clock()).await;
    // What was counted since the start, what the clock shows, and whether it is taken.
    let table = [
        (0, 0, true),
        (DAY, DAY, true),
        // Less than a journal may rest, and wrong.
        (DAY + 1, 60 * DAY, false),
        (DAY + 2, DAY + 2, true),
        (3 * DAY, 2 * DAY, false),
        (3 * DAY, 3 * DAY, true),
    ];
    let mut given = Vec::new();
    for (number, (since, shown, expected)) in (0..).zip(table) {
        counted.set(since);
        hand.set(start + shown);
        let appended = within(writer.append(&entries(number, number + 1))).await;
        assert_eq!(appended.is_ok(), expected, "line {number}: {appended:?}");
        match appended {
            Ok(_) => given.push(start + shown),
            Err(error) => assert!(matches!(error, Error::ClockMoved { .. }), "{error}"),
        }
    }
    // A start after a rest has nothing to hold it against but the last receive time.
    drop(writer);
    hand.set(start + 60 * DAY);
    let mut writer = open(&world, clock()).await;
    within(writer.append(&entries(9, 10))).await.expect("a journal may rest");
    given.push(start + 60 * DAY);
    assert_eq!(times(&writer.journal()).await, given);
}
