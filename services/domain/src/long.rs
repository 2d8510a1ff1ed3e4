//! A long timeline, indexed so that one more fact costs its own step and those that it changes, and
//! not a walk along all.
//!
//! It comes to what [`contributions`](crate::contribution::contributions) says, which is the
//! definition, change by change:
//!
//! - *knots*: which facts stand. A fact concerns those of its key and what its void names.
//! - *room*: which of those that stand count, the subject being full.
//! - *life*: what those that count contribute. Who lives there is read anew from the place of the
//!   change until it is what it was; a house and a place reached concern only their own events.

mod knots;
mod life;
mod room;

use hashbrown::HashSet;

use crate::atlas::Place;
use crate::contribution::{Change, Rules};
use crate::fact::{Fact, Key, Order};
use crate::finding::{Finding, Reason};
use crate::posting::{Contribution, Ledger, Posting, Statement};
use crate::tangles::about;
use crate::time::Day;
use crate::timeline::Timeline;

use knots::Knots;
use life::Life;
use room::Room;

/// Before all facts of a timeline, and behind all.
const FIRST: Order = (Day(0), 0, 0, Key([0; 2]), 0);
const LAST: Order = (Day(u16::MAX), u8::MAX, u32::MAX, Key([u64::MAX; 2]), u64::MAX);

/// So many facts are walked along as fast as an index is kept.
pub(crate) const LONG: usize = 32;

/// The index of a long timeline.
#[derive(Clone, Debug, Default)]
pub(crate) struct Long {
    knots: Knots,
    room: Room,
    life: Life,
    places: HashSet<Place>,
}

/// What changes, and how much work it was to know.
#[derive(Debug, Default)]
pub(crate) struct Delta {
    came: Contribution,
    went: Contribution,
    /// How often a fact was looked at.
    pub(crate) steps: u64,
}

impl Delta {
    pub(crate) fn into_change(self) -> Change {
        Change::of(self.came, self.went)
    }

    /// The side that takes in, or the side that takes away.
    fn side(&mut self, comes: bool) -> &mut Contribution {
        if comes { &mut self.came } else { &mut self.went }
    }

    fn find(&mut self, finding: Finding, comes: bool) {
        self.side(comes).find(finding);
    }
}

/// A timeline and the rules it is read by.
#[derive(Clone, Copy)]
struct Read<'a> {
    timeline: &'a Timeline,
    rules: &'a Rules,
}

impl<'a> Read<'a> {
    fn fact(self, order: &Order) -> &'a Fact {
        self.timeline.fact_at(order).expect("what is indexed is in the timeline")
    }
}

impl Long {
    /// The index of a timeline.
    pub(crate) fn of(timeline: &Timeline, rules: &Rules) -> Long {
        let mut long = Long::default();
        for fact in timeline.facts() {
            let mut unsaid = Delta::default();
            long.add(timeline, fact, rules, &mut unsaid);
        }
        long
    }

    /// Takes in a fact that was put into the timeline.
    pub(crate) fn add(
        &mut self,
        timeline: &Timeline,
        fact: &Fact,
        rules: &Rules,
        delta: &mut Delta,
    ) {
        self.places.extend(fact.places());
        self.knots.add(fact);
        self.look(timeline, fact.key, Some(fact), rules, delta);
    }

    /// Looks again at which content of a key counts, for it may be another subject's now.
    pub(crate) fn retell(
        &mut self,
        timeline: &Timeline,
        key: Key,
        rules: &Rules,
        delta: &mut Delta,
    ) {
        self.look(timeline, key, None, rules, delta);
    }

    /// Takes in that a fact of the timeline came earlier than was known.
    pub(crate) fn move_up(
        &mut self,
        timeline: &Timeline,
        fact: &Fact,
        from: u64,
        rules: &Rules,
        delta: &mut Delta,
    ) {
        self.knots.claim(fact);
        let read = Read { timeline, rules };
        let counts = self.room.move_up(fact, from);
        self.count(read, counts, delta);
        self.look(timeline, fact.key, None, rules, delta);
    }

    fn look(
        &mut self,
        timeline: &Timeline,
        key: Key,
        fresh: Option<&Fact>,
        rules: &Rules,
        delta: &mut Delta,
    ) {
        let read = Read { timeline, rules };
        for (order, stands) in self.knots.look(read, key, fresh, delta) {
            let fact = read.fact(&order);
            let counts = match stands {
                true => self.room.take(fact),
                false => self.room.leave(fact),
            };
            self.count(read, counts, delta);
        }
    }

    fn count(&mut self, read: Read<'_>, turns: Vec<room::Turn>, delta: &mut Delta) {
        for turn in turns {
            let fact = read.fact(&turn.order);
            if turn.is_beyond {
                delta.find(about(Reason::SubjectFull, fact, None), turn.comes);
            } else {
                self.life.turn(read, fact, turn.comes, delta);
            }
        }
    }

    /// Where all facts of a key stand.
    pub(crate) fn named(&self, key: Key) -> impl Iterator<Item = &Order> {
        self.knots.named(key)
    }

    /// Whether there are facts at that place.
    pub(crate) fn is_at(&self, place: Place) -> bool {
        self.places.contains(&place)
    }

    /// Where the household lived: see [`home`](crate::contribution::home).
    pub(crate) fn home(&self, on: Day) -> Option<Place> {
        self.life.home(on)
    }

    /// The bytes it takes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        self.knots.bytes() + self.room.bytes() + self.life.bytes()
    }
}

/// A ledger that takes in or takes away.
struct Side<'d> {
    delta: &'d mut Delta,
    comes: bool,
}

impl Ledger for Side<'_> {
    fn post(&mut self, posting: Posting) {
        self.delta.side(self.comes).post(posting);
    }

    fn find(&mut self, finding: Finding) {
        self.delta.side(self.comes).find(finding);
    }

    fn state(&mut self, statement: Statement) {
        self.delta.side(self.comes).state(statement);
    }
}
