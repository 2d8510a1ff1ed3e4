//! What may be told to whom: no breakdown and no amount of fewer than a stated number of households
//! is for everybody, nor what such a one could be computed from.
//!
//! One rule for all outputs: they read figures through a [`Guard`]. Why it is as it is, and what it
//! does not protect: `docs/decisions/0017-what-the-public-is-told.md`.

pub(crate) mod memo;
mod protect;
mod reach;
mod shape;
mod table;

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::atlas::{Atlas, Place, Unit};
use crate::catalogue::{Filter, Measure, Reference, Sum};
use crate::contribution::Rules;
use crate::fact::{Event, EventKind, Fact, What};
use crate::figures::{Figure, Missing, Question, Reader, Time};
use crate::fold::Fold;
use crate::plan::Plan;
use crate::time::Day;

use reach::Reach;
use shape::Shape;
use table::Table;

/// Of fewer households than this nothing but their number is told to everybody, unless the operator
/// says otherwise. With three, a borrower who knows a neighbour's loan has the third; five leaves
/// two unknown also to a household and its neighbour, and is the usual least count of social
/// statistics.
pub const HOUSEHOLDS_MIN: u32 = 5;

/// Of which units somebody sees every figure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sees {
    /// Of all.
    Everything,
    /// Of this one and those below it.
    Below(Unit),
    /// Of none.
    Nothing,
}

/// What may be told to somebody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Disclosure {
    /// Of which units every figure.
    pub sees: Sees,
    /// Of all others, no breakdown and no amount of fewer households than this.
    pub households_min: u32,
}

impl Disclosure {
    /// Everything: for whoever has the data folder, or may see every household.
    pub const EVERYTHING: Disclosure =
        Disclosure { sees: Sees::Everything, households_min: HOUSEHOLDS_MIN };

    /// What is for everybody.
    pub fn public(households_min: u32) -> Disclosure {
        Disclosure { sees: Sees::Nothing, households_min }
    }

    /// Whether every figure of a unit may be told.
    pub fn is_open(&self, atlas: &Atlas, unit: Unit) -> bool {
        match self.sees {
            Sees::Everything => true,
            Sees::Below(of) => atlas.holds(of, Place::from(unit)),
            Sees::Nothing => false,
        }
    }
}

/// How many households, at most, an event tells of. A delivery to many that does not say to how
/// many households is taken by its persons, else by its quantity.
pub fn households_reached(event: &Event) -> u32 {
    match event {
        Event { single: true, .. } => 1,
        Event { households: 0, persons: 0, quantity, .. } => *quantity,
        Event { households: 0, persons, .. } => *persons,
        Event { households, .. } => *households,
    }
}

/// Whether events of this kind are of households: meetings and budgets are not.
pub fn is_of_households(kind: EventKind) -> bool {
    match kind {
        EventKind::ExitRegistered
        | EventKind::HouseStarted
        | EventKind::HouseCompleted
        | EventKind::LoanDisbursed
        | EventKind::SupportDelivered => true,
        EventKind::ActivityHeld
        | EventKind::FundsAllocated
        | EventKind::FundsDisbursed
        | EventKind::FundsWithdrawn => false,
    }
}

fn kinds(of: &[String]) -> impl Iterator<Item = EventKind> {
    let named = |kind: &EventKind| of.iter().any(|name| name == kind.name());
    EventKind::ALL.into_iter().filter(move |kind| named(kind) && is_of_households(*kind))
}

/// Whether a fact tells of any household, but of fewer than this.
pub fn is_of_few(fact: &Fact, min: u32) -> bool {
    match &fact.what {
        What::Event(event) => is_of_households(event.kind) && households_reached(event) < min,
        _ => fact.changes_household(),
    }
}

/// Whether an indicator is an amount that households got, or a share of one: where it is of few, it
/// is not for everybody.
pub fn is_amount(plan: &Plan, indicator: &str) -> bool {
    let (unit, time) = (Unit(0), Time::Days(Day::MIN, Day::MIN));
    let question = Question { unit, indicator, filter: Filter::new(), time };
    any_events(plan, &question, &|of, _, _| kinds(of).next().is_some())
}

/// Whether an indicator counts what households did or got.
pub fn is_of_events(plan: &Plan, indicator: &str) -> bool {
    let measure = plan.indicator(indicator).map(|one| &one.definition.measure);
    match measure {
        Some(Measure::Flow { of, .. } | Measure::Distinct { of, .. }) => kinds(of).next().is_some(),
        Some(_) | None => false,
    }
}

/// Whether a test holds of any events that an answer is an amount or a breakdown of.
fn any_events(plan: &Plan, question: &Question<'_>, test: &Test<'_>) -> bool {
    let Some(indicator) = plan.indicator(question.indicator) else { return false };
    let filter = &question.filter;
    let part = |part: &Reference, more: &Filter| {
        let mut filter = part.filter.clone();
        filter.extend(more.clone());
        let Question { unit, time, .. } = *question;
        any_events(plan, &Question { unit, indicator: &part.indicator, filter, time }, test)
    };
    match &indicator.definition.measure {
        // How many there were is told of every unit, as of its poor households; what they got is
        // not, nor who they were.
        Measure::Flow { of, sum, filter: own, .. } => {
            let is_count = matches!(sum, Sum::Instances | Sum::Households);
            (!is_count || !filter.is_empty()) && test(of, own, question)
        }
        Measure::Distinct { of, filter: own, .. } => !filter.is_empty() && test(of, own, question),
        Measure::Ratio { numerator, denominator } => {
            part(numerator, filter) || part(denominator, &Filter::new())
        }
        Measure::Reduction { of } => part(of, filter),
        Measure::Balance { of, less } => part(of, filter) || part(less, filter),
        // Numbers of communes and of programmes are of no household; stocks and movements are
        // published by law for every commune; the rest is stated by units of themselves.
        Measure::Communes { .. }
        | Measure::Codes { .. }
        | Measure::Stock { .. }
        | Measure::Movement { .. }
        | Measure::Census {}
        | Measure::External {}
        | Measure::ChildrenBehind { .. }
        | Measure::Plan {} => false,
    }
}

/// Asked of the events that an answer is computed from: their kinds, which of them, the question.
type Test<'t> = dyn Fn(&[String], &Filter, &Question<'_>) -> bool + 't;

/// The cells of every kind of event: they follow from the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Shapes(Vec<Shape>);

impl Shapes {
    fn of(plan: &Plan) -> Shapes {
        Shapes(EventKind::ALL.map(|kind| Shape::of(plan, kind)).into())
    }
}

/// Reads figures for somebody: what may not be told is [`Missing::Hidden`]. What is hidden follows
/// from the facts alone, not from what else the same question asks for.
pub struct Guard<'a> {
    fold: &'a Fold,
    disclosure: Disclosure,
}

impl std::fmt::Debug for Guard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("disclosure", &self.disclosure).finish_non_exhaustive()
    }
}

impl<'a> Guard<'a> {
    /// Over a fold, for somebody.
    pub fn new(fold: &'a Fold, disclosure: Disclosure) -> Guard<'a> {
        Guard { fold, disclosure }
    }

    /// Of fewer households than this nothing is told but of units that are open.
    pub fn households_min(&self) -> u32 {
        self.disclosure.households_min
    }

    /// The fold that is read.
    pub fn fold(&self) -> &'a Fold {
        self.fold
    }

    /// Answers a question with the reader, or says that the answer is hidden.
    pub fn figure(&self, reader: &Reader<'_>, question: &Question<'_>) -> Figure {
        if self.hides(question) {
            return self.hidden();
        }
        reader.figure(question)
    }

    /// What stands for a figure that may not be told.
    pub fn hidden(&self) -> Figure {
        Figure::missing(Missing::Hidden(self.disclosure.households_min))
    }

    /// Whether the answer to a question may not be told.
    pub fn hides(&self, question: &Question<'_>) -> bool {
        let Rules { atlas, plan } = &*self.fold.rules;
        let is_open = self.disclosure.is_open(atlas, question.unit);
        !is_open && any_events(plan, question, &|of, own, one| self.hides_events(of, own, one))
    }

    /// Whether the answer to a question would be hidden if it were of few households.
    pub fn may_hide(&self, question: &Question<'_>) -> bool {
        let Rules { atlas, plan } = &*self.fold.rules;
        let is_open = self.disclosure.is_open(atlas, question.unit);
        !is_open && any_events(plan, question, &|of, _, _| kinds(of).next().is_some())
    }

    /// Whether two figures that may be told each may not be told together: where one unit is asked
    /// for over days and over some of them, their difference is what happened on the others.
    pub fn hides_difference(&self, first: &Question<'_>, second: &Question<'_>) -> bool {
        let (a, b) = (first.time.days(), second.time.days());
        let within = |a: &RangeInclusive<Day>, b: &RangeInclusive<Day>| {
            a.contains(b.start()) && a.contains(b.end())
        };
        let (outer, inner) = if within(&a, &b) { (a, b) } else { (b, a) };
        if first.unit != second.unit || !within(&outer, &inner) {
            return false;
        }
        let before = (*outer.start(), inner.start().previous());
        let after = (inner.end().next(), *outer.end());
        let rest = [before, after].into_iter().filter(|(from, to)| from <= to);
        rest.map(|(from, to)| Question { time: Time::Days(from, to), ..first.clone() })
            .any(|rest| self.hides(&rest))
    }

    fn hides_events(&self, of: &[String], own: &Filter, question: &Question<'_>) -> bool {
        kinds(of).any(|kind| {
            let shape = self.shape(kind);
            // Without cells by day nobody knows of how many they are.
            if matches!(question.time, Time::Days(..)) && !shape.is_by_day() {
                return true;
            }
            match shape.cells_of(own, &question.filter) {
                // What no breakdown tells may be of one household.
                None => true,
                Some(cells) => {
                    cells.iter().any(|cell| self.hides_cell(question, kind, shape, *cell))
                }
            }
        })
    }

    fn hides_cell(
        &self,
        question: &Question<'_>,
        kind: EventKind,
        shape: &Shape,
        cell: usize,
    ) -> bool {
        let Question { unit, time, .. } = *question;
        // A unit is judged together with its neighbours: their sum is their parent's.
        let group = self.fold.rules.atlas.record(unit).parent.unwrap_or(unit);
        let table = self.judge(group, kind, time);
        let few = |one: &usize| table.is_few(unit, *one, self.disclosure.households_min);
        // What is of few is not broken down: nothing below it is told, not even that it is nothing.
        table.is_hidden(unit, cell) || shape.above[cell].iter().any(few)
    }

    fn shape(&self, kind: EventKind) -> &'a Shape {
        let plan = &self.fold.rules.plan;
        &plan.shapes.get_or_init(|| Shapes::of(plan)).0[kind as usize]
    }

    /// What is hidden of a unit and of those below it. What is hidden of the unit itself has been
    /// judged with its own neighbours.
    fn judge(&self, group: Unit, kind: EventKind, time: Time) -> Arc<Table> {
        let min = self.disclosure.households_min;
        let of = (group, kind, time, min);
        if let Some(table) = self.fold.judged.get(&of) {
            return table;
        }
        let atlas = &self.fold.rules.atlas;
        let above = atlas.record(group).parent.map(|parent| self.judge(parent, kind, time));
        let shape = self.shape(kind);
        let reach = Reach::of(self.fold, shape, (group, kind, time), min);
        let given = above.as_ref().map(|table| table.row(group));
        let table = Arc::new(protect::protect(atlas, shape, reach, given, min));
        self.fold.judged.put(of, &table);
        table
    }
}
