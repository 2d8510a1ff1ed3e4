//! contributions(timeline) -> postings: pure, total, no clock.

use std::hash::Hash;

use hashbrown::HashMap;

use crate::alone::{held, lacks_households};
use crate::atlas::{Atlas, Place, Unit};
use crate::catalogue::{Side, Sum};
use crate::codes::{Class, Code as _};
use crate::exact;
use crate::fact::{Event, Fact, Stated, What};
use crate::finding::{Finding, Reason};
use crate::household::{Household, Turn};
use crate::plan::{LIST_COLUMN, Plan};
use crate::posting::{
    Column, Contribution, Ledger, Nothing, Posting, Site, Slot, Statement, coalesce,
};
use crate::tangles::tangles;
use crate::time::Day;
use crate::timeline::Timeline;

/// The rules: the units of the country and the compiled catalogue.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Units, places and closures.
    pub atlas: Atlas,
    /// The catalogue, compiled.
    pub plan: Plan,
}

/// All that a timeline contributes: the definition.
pub fn contributions(timeline: &Timeline, rules: &Rules, ledger: &mut impl Ledger) {
    let mut scan = Scan::new(rules);
    for fact in timeline.effective() {
        scan.step(fact, ledger);
    }
    if !timeline.is_plain() {
        tangles(timeline, ledger);
    }
}

/// What each fact that counts contributes, in the order of the timeline. Together it is what
/// [`contributions`] gives, without what is found about voids and rivals.
pub fn trace(timeline: &Timeline, rules: &Rules, mut each: impl FnMut(&Fact, Contribution)) {
    let mut scan = Scan::new(rules);
    for fact in timeline.effective() {
        let mut own = Contribution::default();
        scan.step(fact, &mut own);
        each(fact, own);
    }
}

/// What changes when a timeline changes: the postings after less those before. Works for every
/// change: late, corrected, voided.
pub fn difference(before: &Timeline, after: &Timeline, rules: &Rules) -> Change {
    let (mut old, mut new) = (Contribution::default(), Contribution::default());
    contributions(before, rules, &mut old);
    contributions(after, rules, &mut new);
    Change::of(new, old)
}

/// The same for a fact that comes last in a timeline whose facts all count: only its own step.
/// Equal to [`difference`], and faster.
pub fn appended(before: &Timeline, fact: &Fact, rules: &Rules) -> Change {
    let mut scan = Scan::new(rules);
    for earlier in before.facts().iter().take_while(|f| f.key != fact.key) {
        scan.step(earlier, &mut Nothing);
    }
    let mut own = Contribution::default();
    scan.step(fact, &mut own);
    coalesce(&mut own.postings);
    let Contribution { postings, findings, statements } = own;
    Change { postings, found: findings, stated: statements, ..Change::default() }
}

/// How the contribution of one timeline changed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Change {
    /// By how much cells change.
    pub postings: Vec<Posting>,
    /// Findings that are new.
    pub found: Vec<Finding>,
    /// Findings that are no more.
    pub lost: Vec<Finding>,
    /// Statements that are new.
    pub stated: Vec<Statement>,
    /// Statements that are no more.
    pub unstated: Vec<Statement>,
}

impl Change {
    /// What is left of what came and what went.
    pub(crate) fn of(new: Contribution, old: Contribution) -> Change {
        let mut postings = new.postings;
        for posting in old.postings {
            // The least number of 64 bits has no opposite there.
            let taken = exact::split(-i128::from(posting.by));
            postings.extend(taken.map(|by| Posting { by, ..posting }));
        }
        coalesce(&mut postings);
        let (found, lost) = apart(new.findings, old.findings, |finding| *finding);
        let said = |statement: &Statement| (statement.unit, statement.line());
        let (stated, unstated) = apart(new.statements, old.statements, said);
        Change { postings, found, lost, stated, unstated }
    }
}

/// What is only in the first list, and what is only in the second, by what makes two the same.
fn apart<T, K: Hash + Eq>(
    mut new: Vec<T>,
    mut old: Vec<T>,
    same: impl Fn(&T) -> K,
) -> (Vec<T>, Vec<T>) {
    if new.is_empty() || old.is_empty() {
        return (new, old);
    }
    let mut left: HashMap<K, usize> = HashMap::with_capacity(old.len());
    for one in &old {
        *left.entry(same(one)).or_default() += 1;
    }
    let mut take = |one: &T| match left.get_mut(&same(one)) {
        Some(times) if *times > 0 => {
            *times -= 1;
            true
        }
        _ => false,
    };
    new.retain(|one| !take(one));
    // What was not taken is what is no more.
    old.retain(take);
    (new, old)
}

/// A walk along one timeline.
struct Scan<'r> {
    rules: &'r Rules,
    household: Household,
    /// Where and when the household has been counted, in which distinct column.
    reached: Vec<Reached>,
    /// Every event that was counted, when somebody wants to know.
    counted: Option<Vec<Counted>>,
}

/// One place and day at which a household was counted in a distinct column.
struct Reached {
    column: Column,
    on: Day,
    at: Place,
    /// The one before it in the same column.
    before: Option<usize>,
}

/// An event that was counted, and where.
pub(crate) struct Counted {
    pub(crate) on: Day,
    pub(crate) at: Place,
    pub(crate) event: Event,
}

/// The events of a timeline that were counted for its household.
pub(crate) fn counted_events(timeline: &Timeline, rules: &Rules) -> Vec<Counted> {
    let mut counted = all_events(timeline, rules);
    counted.retain(|counted| counted.event.single);
    counted
}

/// The events of a timeline that were counted, of one household or of many.
pub(crate) fn all_events(timeline: &Timeline, rules: &Rules) -> Vec<Counted> {
    let mut scan = Scan { counted: Some(Vec::new()), ..Scan::new(rules) };
    for fact in timeline.effective() {
        scan.step(fact, &mut Nothing);
    }
    scan.counted.unwrap_or_default()
}

/// Where the household of a timeline lived on a day, by its record; before the record begins,
/// where it lives first. None for a household that the record does not know or that has left.
pub fn home(timeline: &Timeline, rules: &Rules, on: Day) -> Option<Place> {
    let mut scan = Scan::new(rules);
    for fact in timeline.effective() {
        if fact.on > on && scan.household.is_known() {
            break;
        }
        scan.step(fact, &mut Nothing);
    }
    scan.household.home()
}

impl<'r> Scan<'r> {
    fn new(rules: &'r Rules) -> Scan<'r> {
        Scan { rules, household: Household::default(), reached: Vec::new(), counted: None }
    }

    fn step<L: Ledger>(&mut self, fact: &Fact, ledger: &mut L) {
        let Rules { atlas, plan } = self.rules;
        let mut turn = Turn { atlas, plan, fact, ledger };
        if held(&mut turn) {
            return;
        }
        match &fact.what {
            What::Event(event) => self.event(&mut turn, event),
            What::Stated(stated) => state(&mut turn, stated),
            What::Registered(_)
            | What::MovedIn(_)
            | What::Classified { .. }
            | What::Resized { .. }
            | What::MovedWithin { .. }
            | What::MovedOut
            | What::Dissolved
            | What::Voided { .. } => self.household.step(&mut turn),
            What::ListOpened => open_list(&mut turn),
            // It names figures and makes none.
            What::Closing(_) => {}
        }
    }

    fn event<L: Ledger>(&mut self, turn: &mut Turn<'_, L>, event: &Event) {
        if !event.single {
            if let Some(counted) = &mut self.counted {
                counted.push(Counted { on: turn.fact.on, at: turn.fact.at, event: *event });
            }
            return collective(turn, event);
        }
        if let Some(at) = single(&mut self.household, turn, event) {
            self.distincts(turn, event, at);
            if let Some(counted) = &mut self.counted {
                counted.push(Counted { on: turn.fact.on, at, event: *event });
            }
        }
    }

    /// A household counts once in each unit and declared period: once at each place it was
    /// counted at, less one in every unit where the closures of two such places meet.
    fn distincts<L: Ledger>(&mut self, turn: &mut Turn<'_, L>, event: &Event, at: Place) {
        let Rules { atlas, plan } = self.rules;
        for rule in &plan.rules(event).distincts {
            let Some(column) = rule.column(event) else { continue };
            let last = self.reached.iter().rposition(|one| one.column == column);
            let mut counts = false;
            for grain in &rule.grains {
                let period_of = |day| plan.calendars.containing(*grain, day);
                let Some(period) = period_of(turn.fact.on) else { continue };
                let others = || {
                    // The latest first, and days only fall.
                    let same = |one: &&Reached| period_of(one.on) == Some(period);
                    self.chain(last).take_while(same).map(|one| one.at)
                };
                if others().any(|place| place == at) {
                    continue;
                }
                counts = true;
                let slot = Slot::from(period);
                turn.ledger.post(Posting { site: Site::place(at), column, slot, by: 1 });
                if others().next().is_some() {
                    for unit in atlas.closure(at) {
                        if others().any(|place| atlas.holds(*unit, place)) {
                            let site = Site::only(*unit);
                            turn.ledger.post(Posting { site, column, slot, by: -1 });
                        }
                    }
                }
            }
            // What counts in no period hides nothing from a later event.
            if counts {
                self.reached.push(Reached { column, on: turn.fact.on, at, before: last });
            }
        }
    }

    /// What was reached in one column, backwards from `last`.
    fn chain(&self, last: Option<usize>) -> impl Iterator<Item = &Reached> {
        let at = |index: usize| &self.reached[index];
        std::iter::successors(last.map(at), move |one| one.before.map(at))
    }
}

/// What an event of one household adds to flows; where it counts, if it does.
pub(crate) fn single<L: Ledger>(
    household: &mut Household,
    turn: &mut Turn<'_, L>,
    event: &Event,
) -> Option<Place> {
    if let Some(completed) = event.kind.of_house()
        && !household.build(turn, event.work, completed)
    {
        return None;
    }
    let at = household.witness(turn, declared_class(event));
    flows(turn, event, at);
    Some(at)
}

/// What an event of many households, or of none, adds to flows.
pub(crate) fn collective<L: Ledger>(turn: &mut Turn<'_, L>, event: &Event) {
    if lacks_households(event) {
        turn.find(Reason::HouseholdsNotTold);
    }
    flows(turn, event, turn.fact.at);
}

/// What an event adds to flows.
fn flows<L: Ledger>(turn: &mut Turn<'_, L>, event: &Event, at: Place) {
    for rule in &turn.plan.rules(event).flows {
        if let Some(column) = rule.column(event) {
            let by = match rule.sum {
                Sum::Instances => 1,
                Sum::Quantity => i64::from(event.quantity),
                Sum::Amount => event.amount,
                Sum::Households => i64::from(event.households),
                Sum::Persons => i64::from(event.persons),
            };
            let by = if rule.is_less { -i128::from(by) } else { by.into() };
            side(turn, (rule.side, rule.sum), (event.giver, at), (column, by));
        }
    }
}

/// Money that a unit hands on counts against it where it counts for the receiver: whatever holds
/// both has it once.
fn side<L: Ledger>(
    turn: &mut Turn<'_, L>,
    (side, sum): (Side, Sum),
    (giver, at): (Option<Unit>, Place),
    (column, by): (Column, i128),
) {
    let (atlas, slot) = (turn.atlas, Slot::from(turn.fact.on));
    let mut post = |site: Site, by: i128| match i64::try_from(by) {
        Ok(by) => turn.ledger.post(Posting { site, column, slot, by }),
        // The least number of 64 bits has no opposite there.
        Err(_) => {
            exact::split(by).for_each(|by| turn.ledger.post(Posting { site, column, slot, by }))
        }
    };
    match side {
        Side::Both => {
            post(Site::place(at), by);
            if let Some(giver) = giver.filter(|_| sum == Sum::Amount) {
                post(Site::place(giver.into()), -by);
            }
        }
        Side::Received => {
            let unit = atlas.unit_of(at);
            atlas.own_line(unit, at).for_each(|unit| post(Site::only(unit), by));
        }
        Side::HandedOn => {
            let line = giver.into_iter().flat_map(|unit| atlas.own_line(unit, unit.into()));
            line.for_each(|unit| post(Site::only(unit), by));
        }
    }
}

/// A commune opened its list.
pub(crate) fn open_list<L: Ledger>(turn: &mut Turn<'_, L>) {
    let (site, slot) = (Site::place(turn.fact.at), Slot::from(turn.fact.on));
    turn.ledger.post(Posting { site, column: LIST_COLUMN, slot, by: 1 });
}

/// What a fact states of its unit.
pub(crate) fn state<L: Ledger>(turn: &mut Turn<'_, L>, stated: &[Stated]) {
    let unit = turn.atlas.unit_of(turn.fact.at);
    let Fact { on, sequence, key, .. } = *turn.fact;
    for one in stated {
        if turn.plan.indicator(&one.indicator).is_some() {
            let stated = Box::new(one.clone());
            turn.ledger.state(Statement { unit, on, sequence, fact: key, stated });
        } else {
            turn.find(Reason::UnknownIndicator);
        }
    }
}

/// The class that a loan or house declares.
fn declared_class(event: &Event) -> Option<Class> {
    let at = event.kind.class_attribute()?;
    Class::ALL.get(usize::from(event.attributes[at])).copied()
}

impl Atlas {
    /// The place that stands for a whole unit, or for the given part of it.
    pub fn place(
        &self,
        unit: crate::atlas::Unit,
        part: Option<crate::atlas::Unit>,
    ) -> Option<Place> {
        match part {
            None => Some(unit.into()),
            Some(successor) => self.part(unit, successor),
        }
    }
}
