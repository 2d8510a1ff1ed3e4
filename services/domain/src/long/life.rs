//! What the facts of a long timeline contribute that count.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};

use hashbrown::HashMap;

use super::{Delta, FIRST, LAST, Read, Side};
use crate::alone::held;
use crate::atlas::Place;
use crate::contribution::{collective, open_list, single, state};
use crate::fact::{Event, Fact, Order, What};
use crate::household::{Household, Presence, Turn};
use crate::posting::{Column, Ledger as _, Posting, Site, Slot};
use crate::time::Day;

/// What those facts of a timeline tell that count.
#[derive(Clone, Debug, Default)]
pub(super) struct Life {
    /// The household as it is after each fact that changes its record.
    record: BTreeMap<Order, Presence>,
    /// What happened to it.
    events: BTreeSet<Order>,
    /// When each house was started (false) and finished.
    works: BTreeSet<(u32, bool, Order)>,
    /// How many events reached each place in a period, and how many places of it each unit holds.
    reached: HashMap<(Column, Slot, Site), u32>,
}

impl Life {
    /// A fact begins to count, or does no more.
    pub(super) fn turn(&mut self, read: Read<'_>, fact: &Fact, comes: bool, delta: &mut Delta) {
        if held(&mut turn(read, fact, &mut Side { delta, comes })) {
            delta.steps += 1;
            return;
        }
        match &fact.what {
            What::Registered(_)
            | What::MovedIn(_)
            | What::Classified { .. }
            | What::Resized { .. }
            | What::MovedWithin { .. }
            | What::MovedOut
            | What::Dissolved => self.rewrite(read, fact, comes, delta),
            What::Event(event) if event.single => self.happen(read, fact, event, comes, delta),
            What::Event(event) => {
                delta.steps += 1;
                let ledger = &mut Side { delta, comes };
                collective(&mut turn(read, fact, ledger), event);
            }
            What::Stated(stated) => {
                delta.steps += 1;
                let ledger = &mut Side { delta, comes };
                state(&mut turn(read, fact, ledger), stated);
            }
            What::ListOpened => {
                delta.steps += 1;
                let ledger = &mut Side { delta, comes };
                open_list(&mut turn(read, fact, ledger));
            }
            What::Closing(_) | What::Voided { .. } => {}
        }
    }

    /// Reads the household's record anew from a fact on, until it is what it was.
    fn rewrite(&mut self, read: Read<'_>, fact: &Fact, comes: bool, delta: &mut Delta) {
        let mut at = fact.order();
        let (mut old, mut new) = (self.before(&at), self.before(&at));
        if comes {
            new = step(read, fact, new, true, delta);
            self.record.insert(at, new);
        } else {
            old = step(read, fact, old, false, delta);
            self.record.remove(&at);
        }
        while old != new {
            let next = self.record.range((Excluded(at), Unbounded)).next().map(|(order, _)| *order);
            if !old.is_same_to_events(&new) {
                let until = next.map_or(Unbounded, Excluded);
                let events = self.events.range((Excluded(at), until));
                for order in events.copied().collect::<Vec<Order>>() {
                    self.tell(read, &order, old, false, delta);
                    self.tell(read, &order, new, true, delta);
                }
            }
            let Some(next) = next else { return };
            let fact = read.fact(&next);
            old = step(read, fact, old, false, delta);
            new = step(read, fact, new, true, delta);
            self.record.insert(next, new);
            at = next;
        }
    }

    /// Something happened to the household, or did not.
    fn happen(
        &mut self,
        read: Read<'_>,
        fact: &Fact,
        event: &Event,
        comes: bool,
        delta: &mut Delta,
    ) {
        let own = fact.order();
        let work = event.kind.of_house().map(|completed| (event.work, completed, own));
        if let (Some(work), false) = (work, comes) {
            self.works.remove(&work);
        }
        // What came first of this house may be the second now, or was and is the first again.
        let others = work.map_or(Vec::new(), |_| self.firsts_of(event.work));
        if let (Some(work), false) = (work, comes) {
            self.works.insert(work);
        }
        if !comes {
            self.tell(read, &own, self.before(&own), false, delta);
            self.events.remove(&own);
        }
        for other in &others {
            self.tell(read, other, self.before(other), false, delta);
        }
        if let Some(work) = work {
            match comes {
                true => self.works.insert(work),
                false => self.works.remove(&work),
            };
        }
        for other in &others {
            self.tell(read, other, self.before(other), true, delta);
        }
        if comes {
            self.events.insert(own);
            self.tell(read, &own, self.before(&own), true, delta);
        }
    }

    /// The first start and the first end of a house.
    fn firsts_of(&self, work: u32) -> Vec<Order> {
        let first = |completed| {
            let all = (work, completed, FIRST)..=(work, completed, LAST);
            self.works.range(all).next().map(|(.., order)| *order)
        };
        [first(false), first(true)].into_iter().flatten().collect()
    }

    /// The household as it is before a fact.
    fn before(&self, order: &Order) -> Presence {
        last(self.record.range((Unbounded, Excluded(order)))).unwrap_or_default()
    }

    /// Tells of one event, or takes back what was told, by the household as it is.
    fn tell(
        &mut self,
        read: Read<'_>,
        order: &Order,
        presence: Presence,
        comes: bool,
        delta: &mut Delta,
    ) {
        delta.steps += 1;
        let fact = read.fact(order);
        let What::Event(event) = &fact.what else { return };
        let mut household = Household::known_as(presence);
        if event.kind.of_house().is_some() {
            let was = |completed| {
                let earlier = (event.work, completed, FIRST)..(event.work, completed, *order);
                self.works.range(earlier).next().is_some()
            };
            household.note_work(event.work, was(false), was(true));
        }
        let mut ledger = Side { delta, comes };
        let at = single(&mut household, &mut turn(read, fact, &mut ledger), event);
        if let Some(at) = at {
            self.reach(read, fact, event, at, comes, delta);
        }
    }

    /// A household counts once in each unit and declared period, as often as it was reached there.
    fn reach(
        &mut self,
        read: Read<'_>,
        fact: &Fact,
        event: &Event,
        at: Place,
        comes: bool,
        delta: &mut Delta,
    ) {
        let (plan, atlas) = (&read.rules.plan, &read.rules.atlas);
        let mut ledger = Side { delta, comes };
        for rule in &plan.rules(event).distincts {
            let Some(column) = rule.column(event) else { continue };
            for grain in &rule.grains {
                let Some(period) = plan.calendars.containing(*grain, fact.on) else { continue };
                let slot = Slot::from(period);
                let site = Site::place(at);
                if self.count(column, slot, site, comes) > 0 {
                    continue;
                }
                ledger.post(Posting { site, column, slot, by: 1 });
                for unit in atlas.closure(at) {
                    let site = Site::only(*unit);
                    if self.count(column, slot, site, comes) > 0 {
                        ledger.post(Posting { site, column, slot, by: -1 });
                    }
                }
            }
        }
    }

    /// Counts one more or one fewer; how many there are besides.
    fn count(&mut self, column: Column, slot: Slot, site: Site, comes: bool) -> u32 {
        let count = self.reached.entry((column, slot, site)).or_default();
        if comes {
            *count += 1;
            return *count - 1;
        }
        *count = count.saturating_sub(1);
        let others = *count;
        if others == 0 {
            self.reached.remove(&(column, slot, site));
        }
        others
    }

    pub(super) fn home(&self, on: Day) -> Option<Place> {
        let until = (on, LAST.1, LAST.2, LAST.3, LAST.4);
        let then = last(self.record.range((Unbounded, Included(until))));
        if let Some(known) = then.filter(|presence| *presence != Presence::Unknown) {
            return known.home();
        }
        let later = self.record.range((Excluded(until), Unbounded)).map(|(_, presence)| presence);
        later.copied().find(|presence| *presence != Presence::Unknown)?.home()
    }

    pub(super) fn bytes(&self) -> usize {
        let record = self.record.len() * size_of::<(Order, Presence)>();
        let events = self.events.len() * size_of::<Order>();
        let works = self.works.len() * size_of::<(u32, bool, Order)>();
        // A tree's nodes are two thirds full, about.
        (record + events + works) * 3 / 2 + self.reached.allocation_size()
    }
}

/// The last of a walk along the record.
fn last<'a>(
    mut walk: impl DoubleEndedIterator<Item = (&'a Order, &'a Presence)>,
) -> Option<Presence> {
    walk.next_back().map(|(_, presence)| *presence)
}

/// The household after a fact that changes its record; tells what that makes, or takes it back.
fn step(
    read: Read<'_>,
    fact: &Fact,
    presence: Presence,
    comes: bool,
    delta: &mut Delta,
) -> Presence {
    delta.steps += 1;
    let mut household = Household::known_as(presence);
    household.step(&mut turn(read, fact, &mut Side { delta, comes }));
    household.presence()
}

fn turn<'t, 'd>(read: Read<'t>, fact: &'t Fact, ledger: &'t mut Side<'d>) -> Turn<'t, Side<'d>> {
    Turn { atlas: &read.rules.atlas, plan: &read.rules.plan, fact, ledger }
}
