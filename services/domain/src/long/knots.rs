//! Which facts of a long timeline stand: those that won against their rivals and that no void
//! names. What a fact changes in that is of its own key, and of what its void names.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::{Delta, FIRST, LAST, Read};
use crate::fact::{Fact, Key, Order, What};
use crate::finding::Reason;
use crate::rivals::{Claim, Contest, Lead};
use crate::tangles::{Target, about};
use crate::timeline::{HERE, Timeline, loses, wins};

/// What is known of all keys of a timeline, also of those that only voids name.
#[derive(Clone, Debug, Default)]
pub(super) struct Knots {
    knots: HashMap<Key, Knot>,
    /// All facts by key and meaning.
    facts: BTreeSet<(Key, u64, Order)>,
    /// Those that lost against another meaning.
    losers: BTreeSet<Order>,
    /// Voids that win, by what they name.
    voids: BTreeSet<(Key, Order)>,
    /// Those among them that belong to corrections that stand.
    corrections: BTreeSet<(Key, Order)>,
}

/// What is known of one key.
#[derive(Clone, Debug, Default)]
struct Knot {
    contest: Contest,
    /// The content that leads, when it was last looked at.
    lead: Option<Lead>,
    target: Target,
    /// The fact that stands.
    stands: Option<Order>,
}

/// Facts that stand now, or no more.
type Turns = Vec<(Order, bool)>;

impl Knots {
    pub(super) fn add(&mut self, fact: &Fact) {
        self.facts.insert((fact.key, fact.meaning(), fact.order()));
        self.claim(fact);
    }

    /// Takes in the content of a fact, or that it came earlier than was known.
    pub(super) fn claim(&mut self, fact: &Fact) {
        let knot = self.knots.entry(fact.key).or_default();
        knot.contest.take(Claim::of(HERE, fact));
    }

    pub(super) fn named(&self, key: Key) -> impl Iterator<Item = &Order> {
        self.facts.range((key, 0, FIRST)..=(key, u64::MAX, LAST)).map(|(.., order)| order)
    }

    /// Looks at a key again, of which something is new.
    pub(super) fn look(
        &mut self,
        read: Read<'_>,
        key: Key,
        fresh: Option<&Fact>,
        delta: &mut Delta,
    ) -> Turns {
        let before = self.lead_before(key);
        let after = self.lead(read.timeline, key);
        self.knots.entry(key).or_default().lead = after;
        // Whoever says neither what led nor what leads is judged as before.
        let mut concerned: Vec<Order> = fresh.map(Fact::order).into_iter().collect();
        for lead in [before, after].into_iter().flatten().filter(|_| before != after) {
            concerned.extend(self.saying(key, lead));
        }
        // The void of the correction that has this key for its replacement.
        let void = key.correcting_void();
        if before != after
            && let Some(lead) = self.lead(read.timeline, void)
        {
            concerned.extend(self.saying(void, lead));
        }
        concerned.sort_unstable();
        concerned.dedup();
        let mut named = vec![key];
        for order in concerned {
            named.extend(self.judge(read, &order, delta));
        }
        self.aim(read, key, delta);
        let mut turns = Turns::new();
        for key in named {
            self.stand(read, key, delta, &mut turns);
        }
        turns
    }

    fn lead_before(&self, key: Key) -> Option<Lead> {
        self.knots.get(&key).and_then(|knot| knot.lead)
    }

    fn lead(&self, timeline: &Timeline, key: Key) -> Option<Lead> {
        let own = || {
            let winner = self.knots.get(&key)?.contest.winner()?;
            Some(Lead::seen_by(HERE, winner))
        };
        timeline.lead_among_others(key).or_else(own)
    }

    /// The facts of a key that say what leads, in whatever spelling.
    fn saying(&self, key: Key, lead: Lead) -> impl Iterator<Item = Order> {
        let meaning = lead.meaning();
        let same = self.facts.range((key, meaning, FIRST)..=(key, meaning, LAST));
        same.map(|(.., order)| *order)
    }

    /// The fact that leads under a key.
    fn leader<'r>(&self, read: Read<'r>, key: Key) -> Option<&'r Fact> {
        let lead = self.lead(read.timeline, key)?;
        self.saying(key, lead).map(|order| read.fact(&order)).find(|fact| lead.is(fact))
    }

    /// Judges one fact anew; what it names, if it is a void that wins now, or does no more.
    fn judge(&mut self, read: Read<'_>, order: &Order, delta: &mut Delta) -> Option<Key> {
        delta.steps += 1;
        let fact = read.fact(order);
        let lead = |key| self.lead(read.timeline, key);
        let (is_lost, wins) = (loses(fact, lead), wins(fact, lead));
        let is_new = match is_lost {
            true => self.losers.insert(*order),
            false => self.losers.remove(order),
        };
        if is_new {
            delta.find(about(Reason::Rival, fact, None), is_lost);
        }
        let What::Voided { of } = fact.what else { return None };
        let is_new = match wins {
            true => self.voids.insert((of, *order)),
            false => self.voids.remove(&(of, *order)),
        };
        if !is_new {
            return None;
        }
        let target = self.knots.entry(of).or_default().target;
        if let Some(reason) = target.found_by_a_void() {
            delta.find(about(reason, fact, Some(of)), wins);
        }
        self.correct(read, fact, of, delta);
        Some(of)
    }

    /// Looks at what voids find that name a key.
    fn aim(&mut self, read: Read<'_>, key: Key, delta: &mut Delta) {
        let target = self.leader(read, key).map_or(Target::Nothing, Target::of);
        let knot = self.knots.entry(key).or_default();
        let before = std::mem::replace(&mut knot.target, target);
        if before == target {
            return;
        }
        for (_, order) in self.voids.range((key, FIRST)..=(key, LAST)) {
            delta.steps += 1;
            let void = read.fact(order);
            let mut find = |target: Target, comes| {
                if let Some(reason) = target.found_by_a_void() {
                    delta.find(about(reason, void, Some(key)), comes);
                }
            };
            find(before, false);
            find(target, true);
        }
    }

    /// Looks whether a fact of that key stands.
    fn stand(&mut self, read: Read<'_>, key: Key, delta: &mut Delta, turns: &mut Turns) {
        let is_void = self.voids.range((key, FIRST)..=(key, LAST)).next().is_some();
        let leader = if is_void { None } else { self.leader(read, key) };
        let lead = |key| self.lead(read.timeline, key);
        let stands = leader.filter(|one| !is_a_void(one) && wins(one, lead)).map(Fact::order);
        let knot = self.knots.entry(key).or_default();
        let before = std::mem::replace(&mut knot.stands, stands);
        if before == stands {
            return;
        }
        turns.extend(before.map(|order| (order, false)));
        turns.extend(stands.map(|order| (order, true)));
        if before.is_some() != stands.is_some()
            && let Some(void) = self.leader(read, key.correcting_void())
            && let What::Voided { of } = void.what
        {
            self.correct(read, void, of, delta);
        }
    }

    /// Looks whether a void belongs to a correction that stands, and which one came before it.
    fn correct(&mut self, read: Read<'_>, void: &Fact, of: Key, delta: &mut Delta) {
        let own = (of, void.order());
        let replacement = self.knots.get(&void.key.replacement());
        let stands = replacement.is_some_and(|knot| knot.stands.is_some());
        let comes = stands && self.voids.contains(&own);
        let is_new = match comes {
            true => self.corrections.insert(own),
            false => self.corrections.remove(&own),
        };
        if !is_new {
            return;
        }
        delta.steps += 1;
        let key_of = |(_, order): &(Key, Order)| order.3;
        let before = self.corrections.range((of, FIRST)..own).next_back().map(key_of);
        let after = (own, (of, LAST));
        let after = (std::ops::Bound::Excluded(after.0), std::ops::Bound::Included(after.1));
        let after = self.corrections.range(after).next().map(|(_, order)| read.fact(order));
        let twice = |fact, other| about(Reason::CorrectedTwice, fact, Some(other));
        if let Some(before) = before {
            delta.find(twice(void, before), comes);
        }
        if let Some(after) = after {
            delta.find(twice(after, void.key), comes);
            if let Some(before) = before {
                delta.find(twice(after, before), !comes);
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let facts = self.facts.len() * size_of::<(Key, u64, Order)>();
        let voids = (self.voids.len() + self.corrections.len()) * size_of::<(Key, Order)>();
        let losers = self.losers.len() * size_of::<Order>();
        // A tree's nodes are two thirds full, about.
        self.knots.allocation_size() + (facts + voids + losers) * 3 / 2
    }
}

fn is_a_void(fact: &Fact) -> bool {
    matches!(fact.what, What::Voided { .. })
}
