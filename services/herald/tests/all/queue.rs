//! The queue against a model of it, restarts included.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use herald::{Attempt, Due, Id, Kept, Opening, Outcome, Queue, Rules, Schedule, Settled};
use proptest::prelude::*;

const ONE: &str = "wh_0000000000000001";
const OTHER: &str = "wh_0000000000000002";

/// sled lets go a little after its last handle.
const WAIT: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
enum Step {
    /// So many records come; each in one of three lanes.
    Come(Vec<u8>),
    /// What is due first is tried.
    Try { delivered: bool },
    /// The dead are replayed.
    Replay,
    /// The process ends and another begins.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => proptest::collection::vec(0..3u8, 0..5).prop_map(Step::Come),
        6 => any::<bool>().prop_map(|delivered| Step::Try { delivered }),
        1 => Just(Step::Replay),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..60)
}

fn rules() -> Rules {
    let schedule = Schedule(vec![Duration::ZERO; 1]);
    Rules { schedule, give_up_after: Duration::from_secs(3600) }
}

fn attempt(queue: &Queue, id: Id, due: Due, delivered: bool) -> Attempt {
    let outcome = match delivered {
        true => Outcome::Delivered { status: 200 },
        false => Outcome::Refused { status: 500 },
    };
    let position = due.position;
    let attempt = queue.attempts(id, position).ok().flatten().expect("it is open") + 1;
    Attempt { at_ms: 0, position, event: "e".to_owned(), attempt, took_ms: 0, outcome }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_each_lane_is_in_order_whenever_it_restarts(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let open = || Queue::open(folder.path(), Kept::default(), WAIT).unwrap();
        let mut queue = open();
        let (id, other): (Id, Id) = (ONE.parse().unwrap(), OTHER.parse().unwrap());
        queue.begin(id, 0).unwrap();
        queue.begin(other, 0).unwrap();
        // The model: what waits in each lane, what is dead, what is done.
        let mut lanes: BTreeMap<u64, BTreeMap<u64, u32>> = BTreeMap::new();
        let mut lane_of = BTreeMap::new();
        let (mut dead, mut done) = (BTreeSet::new(), BTreeSet::new());
        let mut cursor = 0;
        for step in steps {
            match step {
                Step::Come(wanted) => {
                    let places = (cursor + 1..).zip(wanted.iter().map(|lane| u64::from(*lane)));
                    let wanted: Vec<(u64, u64)> = places.collect();
                    for (position, lane) in &wanted {
                        lanes.entry(*lane).or_default().insert(*position, 0);
                        lane_of.insert(*position, *lane);
                    }
                    cursor += wanted.len() as u64;
                    let opening = Opening { id, cursor, wanted };
                    queue.take_up(std::slice::from_ref(&opening), 0).unwrap();
                    // Coming again, as after a crash of whoever told it, changes nothing.
                    queue.take_up(&[opening], 0).unwrap();
                }
                Step::Try { delivered } => {
                    let due = queue.due(id, |_| false).unwrap();
                    let Some(due) = due else {
                        prop_assert!(lanes.values().all(BTreeMap::is_empty));
                        continue;
                    };
                    let lane = lanes.get_mut(&due.lane).unwrap();
                    let tried = *lane.get(&due.position).unwrap();
                    let now = attempt(&queue, id, due, delivered);
                    prop_assert_eq!(now.attempt, tried + 1);
                    let settled = queue.settle(id, due, &now, &rules()).unwrap();
                    if delivered {
                        prop_assert_eq!(settled, Settled::Done);
                        done.insert(due.position);
                        lane.remove(&due.position);
                    } else if tried == 1 {
                        prop_assert_eq!(settled, Settled::Dead);
                        dead.insert(due.position);
                        lane.remove(&due.position);
                    } else {
                        lane.insert(due.position, tried + 1);
                    }
                }
                Step::Replay => {
                    prop_assert_eq!(queue.replay(id, None, 0).unwrap(), dead.len());
                    for position in std::mem::take(&mut dead) {
                        lanes.entry(lane_of[&position]).or_default().insert(position, 0);
                    }
                }
                Step::Restart => {
                    drop(queue);
                    queue = open();
                }
            }
            let state = queue.state(id).unwrap().unwrap();
            let waiting: usize = lanes.values().map(BTreeMap::len).sum();
            prop_assert_eq!((state.open, state.dead), (waiting as u64, dead.len() as u64));
            prop_assert_eq!(state.cursor, cursor);
            prop_assert_eq!(waiting + dead.len() + done.len(), lane_of.len());
            // Of each lane that waits exactly one is due.
            let mut seen = BTreeSet::new();
            while let Some(due) = queue.due(id, |lane| seen.contains(&lane)).unwrap() {
                prop_assert!(lanes[&due.lane].contains_key(&due.position));
                seen.insert(due.lane);
            }
            let waiting = lanes.iter().filter(|(_, lane)| !lane.is_empty());
            prop_assert_eq!(seen, waiting.map(|(lane, _)| *lane).collect::<BTreeSet<_>>());
        }
        prop_assert_eq!(queue.state(other).unwrap().unwrap().open, 0);
    }
}

#[test]
fn the_log_keeps_the_newest_of_each_and_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Kept { each: 3, all: 5 };
    let (id, other): (Id, Id) = (ONE.parse().unwrap(), OTHER.parse().unwrap());
    let note = |queue: &Queue, id: Id, position: u64| {
        let outcome = Outcome::Gone;
        let event = String::new();
        let one = Attempt { at_ms: 0, position, event, attempt: 1, took_ms: 0, outcome };
        queue.note(id, &one).unwrap();
    };
    let kept_of = |queue: &Queue, id: Id| -> Vec<u64> {
        queue.log(id, 10).unwrap().iter().map(|attempt| attempt.position).collect()
    };
    let queue = Queue::open(folder.path(), kept, WAIT).unwrap();
    (1..=5).for_each(|position| note(&queue, id, position));
    assert_eq!(kept_of(&queue, id), [5, 4, 3]);
    (1..=2).for_each(|position| note(&queue, other, position));
    drop(queue);
    let queue = Queue::open(folder.path(), kept, WAIT).unwrap();
    note(&queue, other, 3);
    assert_eq!(kept_of(&queue, other), [3, 2, 1]);
    assert_eq!(kept_of(&queue, id), [5, 4], "five in all");
    assert_eq!(queue.log(id, 1).unwrap()[0].position, 5);
    queue.forget(id).unwrap();
    assert_eq!(kept_of(&queue, id), [] as [u64; 0]);
    (4..=5).for_each(|position| note(&queue, other, position));
    assert_eq!(kept_of(&queue, other), [5, 4, 3]);
}

#[test]
fn a_subscription_that_is_forgotten_leaves_nothing_and_no_other_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(folder.path(), Kept::default(), WAIT).unwrap();
    let (id, other): (Id, Id) = (ONE.parse().unwrap(), OTHER.parse().unwrap());
    for one in [id, other] {
        queue.begin(one, 0).unwrap();
        let wanted = vec![(1, 7), (2, 7), (3, 8)];
        queue.take_up(&[Opening { id: one, cursor: 3, wanted }], 0).unwrap();
    }
    let due = queue.due(id, |_| false).unwrap().unwrap();
    let now = attempt(&queue, id, due, true);
    queue.forget(id).unwrap();
    assert_eq!(queue.settle(id, due, &now, &rules()).unwrap(), Settled::Nothing);
    assert_eq!(queue.state(id).unwrap(), None);
    assert_eq!(queue.due(id, |_| false).unwrap(), None);
    assert_eq!(queue.replay(id, None, 0).unwrap(), 0);
    assert!(queue.log(id, 10).unwrap().is_empty());
    assert_eq!(queue.state(other).unwrap().unwrap().open, 3);
    assert_eq!(queue.states().unwrap().len(), 1);
}
