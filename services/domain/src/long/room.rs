//! Which of the facts that stand count: so many that came first. See [`COUNTED_MAX`].

use std::collections::BTreeSet;

use crate::fact::{Fact, Order};
use crate::timeline::{COUNTED_MAX, age, needs_room};

/// The facts that stand, by position.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    counted: BTreeSet<(u64, Order)>,
    /// All of them came after all of those.
    beyond: BTreeSet<(u64, Order)>,
}

/// A fact begins or ends to count, or to be one too many.
pub(super) struct Turn {
    pub(super) order: Order,
    pub(super) comes: bool,
    pub(super) is_beyond: bool,
}

impl Room {
    /// A fact stands now.
    pub(super) fn take(&mut self, fact: &Fact) -> Vec<Turn> {
        if !needs_room(fact) {
            return Vec::new();
        }
        let own = age(fact);
        if self.counted.len() < COUNTED_MAX {
            self.counted.insert(own);
            return vec![counts(own, true)];
        }
        self.counted.insert(own);
        let Some(last) = self.counted.pop_last() else { return Vec::new() };
        self.beyond.insert(last);
        if last == own {
            return vec![is_beyond(own, true)];
        }
        vec![counts(last, false), is_beyond(last, true), counts(own, true)]
    }

    /// A fact stands no more.
    pub(super) fn leave(&mut self, fact: &Fact) -> Vec<Turn> {
        let own = age(fact);
        if self.beyond.remove(&own) {
            return vec![is_beyond(own, false)];
        }
        if !self.counted.remove(&own) {
            return Vec::new();
        }
        let Some(next) = self.beyond.pop_first() else { return vec![counts(own, false)] };
        self.counted.insert(next);
        vec![counts(own, false), is_beyond(next, false), counts(next, true)]
    }

    /// A fact came earlier than was known.
    pub(super) fn move_up(&mut self, fact: &Fact, from: u64) -> Vec<Turn> {
        let was = (from, fact.order());
        if self.counted.remove(&was) {
            self.counted.insert(age(fact));
            return Vec::new();
        }
        if !self.beyond.remove(&was) {
            return Vec::new();
        }
        let mut turns = vec![is_beyond(was, false)];
        turns.extend(self.take(fact));
        turns
    }

    pub(super) fn bytes(&self) -> usize {
        (self.counted.len() + self.beyond.len()) * size_of::<(u64, Order)>() * 3 / 2
    }
}

fn counts((_, order): (u64, Order), comes: bool) -> Turn {
    Turn { order, comes, is_beyond: false }
}

fn is_beyond((_, order): (u64, Order), comes: bool) -> Turn {
    Turn { order, comes, is_beyond: true }
}
