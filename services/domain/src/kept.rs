//! A timeline as the fold keeps it: with an index once it is long.

use crate::atlas::Place;
use crate::contribution::Rules;
use crate::fact::{Fact, Key};
use crate::keys::OWN;
use crate::long::{Delta, LONG, Long};
use crate::rivals::Lead;
use crate::timeline::{Inserted, Timeline};

/// A timeline, and the number of its subject among the owners of keys.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) timeline: Timeline,
    /// Of a long timeline, once something was done with it.
    pub(crate) long: Option<Box<Long>>,
    pub(crate) number: u32,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept { timeline: Timeline::default(), long: None, number: OWN }
    }
}

impl Kept {
    /// The index, made if it has none and is long, or will be with so many more.
    pub(crate) fn index(&mut self, more: usize, rules: &Rules) {
        let is_long = || more > LONG || self.timeline.facts().are_more_than(LONG - more);
        if self.long.is_none() && is_long() {
            self.long = Some(Box::new(Long::of(&self.timeline, rules)));
        }
    }

    /// Where the facts of a key are.
    pub(crate) fn named(&self, key: Key) -> impl Iterator<Item = &Fact> {
        let found = self.long.as_ref().map(|long| long.named(key));
        let all = if found.is_none() { Some(self.timeline.named(key)) } else { None };
        let found = found.into_iter().flatten();
        let found = found.filter_map(|order| self.timeline.fact_at(order));
        found.chain(all.into_iter().flatten())
    }

    /// Whether it has a fact at a place.
    pub(crate) fn is_at(&self, place: Place) -> bool {
        match &self.long {
            Some(long) => long.is_at(place),
            None => self.timeline.facts().iter().any(|one| one.places().any(|at| at == place)),
        }
    }

    /// Puts a fact in its place; what that changes is taken down where there is an index.
    pub(crate) fn put(
        &mut self,
        fact: &Fact,
        known: bool,
        rules: &Rules,
        delta: &mut Delta,
    ) -> Inserted {
        let Kept { timeline, long, .. } = self;
        let Some(long) = long else {
            delta.steps += 1;
            return match known {
                true => timeline.insert(fact.clone()),
                false => timeline.put(fact.clone()),
            };
        };
        let before = timeline.fact_at(&fact.order()).map(|there| there.position);
        let has_rival = before.is_none() && long.named(fact.key).next().is_some();
        let inserted = timeline.insert_beside(fact.clone(), has_rival);
        match before {
            None => long.add(timeline, fact, rules, delta),
            Some(from) if fact.position < from => {
                long.move_up(timeline, fact, from, rules, delta);
            }
            Some(_) => {}
        }
        inserted
    }

    /// Tells it which content counts of a key that other subjects have, too.
    pub(crate) fn contest(&mut self, key: Key, lead: Lead, rules: &Rules, delta: &mut Delta) {
        self.timeline.contest(key, lead);
        if let Some(long) = &mut self.long {
            long.retell(&self.timeline, key, rules, delta);
        }
    }
}
