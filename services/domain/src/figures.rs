//! Figures: what a person asks for, answered from the books.

mod lists;
mod question;
mod rates;
mod value;

pub use lists::{Coverage, Lists};
pub use question::{Question, Time};
pub use rates::{Alike, Fall};
pub use value::{Figure, Marks, Missing, Value};

use rates::Parts;

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use crate::atlas::{Level, Unit};
use crate::books::Books;
use crate::catalogue::{Combine, Filter, Measure, Reference};
use crate::contribution::{Rules, counted_events};
use crate::fact::{Event, StatedKind};
use crate::fold::Fold;
use crate::plan::{Indicator, Kept};
use crate::posting::{Column, Slot, Statement};
use crate::rollup::View;
use crate::time::{Day, Period};

/// What a figure is the sum of: these columns in these slots, at every place of the unit.
#[derive(Clone, PartialEq, Debug)]
pub struct Cells {
    /// The columns.
    pub columns: Vec<Column>,
    /// The slots.
    pub slots: RangeInclusive<Slot>,
}

/// Answers questions from the books; with the fold, also those that need timelines.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Units and catalogue.
    pub rules: &'a Rules,
    /// The books.
    pub books: &'a Books,
    /// The timelines.
    pub fold: Option<&'a Fold>,
}

impl<'a> From<&'a Fold> for Reader<'a> {
    fn from(fold: &'a Fold) -> Reader<'a> {
        Reader { rules: &fold.rules, books: &fold.books, fold: Some(fold) }
    }
}

impl<'a> Reader<'a> {
    /// Answers a question.
    pub fn figure(&self, question: &Question<'_>) -> Figure {
        let Some(indicator) = self.rules.plan.indicator(question.indicator) else {
            return Figure::missing(Missing::UnknownIndicator);
        };
        let Question { unit, filter, time, .. } = question;
        if let Some(cells) = self.cells(question) {
            let (value, allocated) = self.view().sum(*unit, &cells.columns, cells.slots);
            let marks = Marks { allocated, ..Marks::default() };
            let sum = Figure { value: Value::Whole(value), marks };
            return self.reported(*unit, indicator, time.last(), sum);
        }
        match &indicator.definition.measure {
            Measure::Flow { .. } | Measure::Movement { .. } | Measure::Stock { .. } => {
                Figure::missing(Missing::NotKept)
            }
            Measure::Distinct { .. } => {
                let count = self.distinct(*unit, indicator, filter, *time);
                self.reported(*unit, indicator, time.last(), count)
            }
            Measure::Balance { of, less } => self.balance(*unit, (of, less), filter, *time),
            Measure::Reduction { of } => self.reduction(*unit, of, *time),
            Measure::Ratio { numerator, denominator } => {
                let parts = Parts { above: numerator, below: denominator, filter };
                self.ratio(*unit, parts, (*time, None))
            }
            Measure::Communes { of } => {
                let count = self.communes(*unit, of, filter, *time);
                self.reported(*unit, indicator, time.last(), count)
            }
            Measure::Codes { of, attribute } => {
                let count = self.codes(*unit, of, attribute, *time);
                self.reported(*unit, indicator, time.last(), count)
            }
            Measure::Census {} => self.stated(*unit, indicator, StatedKind::Census, *time),
            Measure::External {} => self.stated(*unit, indicator, StatedKind::External, *time),
            Measure::Plan {} => self.stated(*unit, indicator, StatedKind::Target, *time),
            Measure::ChildrenBehind { target } => self.children_behind(*unit, target, *time),
        }
    }

    fn view(&self) -> View<'a> {
        View { rollup: &self.books.rollup, atlas: &self.rules.atlas }
    }

    fn refer(&self, unit: Unit, reference: &Reference, more: &Filter, time: Time) -> Figure {
        let mut filter = reference.filter.clone();
        filter.extend(more.iter().map(|(name, codes)| (name.clone(), codes.clone())));
        self.figure(&Question { unit, indicator: &reference.indicator, filter, time })
    }

    /// The cells that a figure is the sum of; none for what is computed from other figures, stated,
    /// or counted along timelines.
    pub fn cells(&self, question: &Question<'_>) -> Option<Cells> {
        let Question { indicator, filter, time, .. } = question;
        let indicator = self.rules.plan.indicator(indicator)?;
        let (kept, slots) = match &indicator.definition.measure {
            Measure::Flow { .. } | Measure::Movement { .. } => (&indicator.kept[0], time.slots()),
            Measure::Stock { .. } => {
                (&indicator.kept[0], Slot::from(Day::MIN)..=Slot::from(time.last()))
            }
            Measure::Distinct { grains, .. } => {
                let Time::Period(period) = *time else { return None };
                let declared = grains.iter().any(|grain| grain == period.grain().name());
                let one_code_each = filter.values().all(|codes| codes.len() == 1);
                let same = |kept: &&Kept| {
                    kept.by.len() == filter.len()
                        && kept.by.iter().all(|(name, _)| filter.contains_key(*name))
                };
                let kept = indicator.kept.iter().find(same);
                let kept = kept.filter(|_| declared && one_code_each)?;
                let slot = Slot::from(period);
                (kept, slot..=slot)
            }
            Measure::Balance { .. }
            | Measure::Reduction { .. }
            | Measure::Ratio { .. }
            | Measure::Communes { .. }
            | Measure::Codes { .. }
            | Measure::Census {}
            | Measure::External {}
            | Measure::Plan {}
            | Measure::ChildrenBehind { .. } => return None,
        };
        Some(Cells { columns: columns(kept, filter)?, slots })
    }

    /// Different households over a time or a breakdown that is not declared: counted along all
    /// timelines.
    fn distinct(&self, unit: Unit, indicator: &Indicator, filter: &Filter, time: Time) -> Figure {
        let total = &indicator.kept[0];
        let Some(fold) = self.fold else { return Figure::missing(Missing::NeedsTimelines) };
        let (days, column) = (time.days(), [total.base]);
        let here = self.rules.atlas.places(unit).iter().copied();
        let reached = fold.timelines_at(here).filter(|(_, timeline)| {
            counted_events(timeline, self.rules).iter().any(|counted| {
                days.contains(&counted.on)
                    && self.rules.atlas.holds(unit, counted.at)
                    && self.rules.plan.distinct_column(&counted.event, &column)
                    && passes(&counted.event, filter)
            })
        });
        Figure::whole(reached.count() as i128)
    }

    /// What is left of a flow on the last day: all that came until then, less all that went.
    fn balance(
        &self,
        unit: Unit,
        (of, less): (&Reference, &Reference),
        filter: &Filter,
        time: Time,
    ) -> Figure {
        let until = time.since_ever();
        let came = self.refer(unit, of, filter, until);
        let went = self.refer(unit, less, filter, until);
        match (came.as_whole(), went.as_whole()) {
            (Some(left), Some(gone)) => {
                let allocated = came.marks.allocated || went.marks.allocated;
                let marks = Marks { allocated, ..Marks::default() };
                Figure { value: Value::Whole(left - gone), marks }
            }
            (None, _) => came,
            (_, None) => went,
        }
    }

    fn communes(&self, unit: Unit, of: &Reference, filter: &Filter, time: Time) -> Figure {
        let reached = self.communes_of(unit, time.last()).into_iter().filter(|commune| {
            self.refer(*commune, of, filter, time).as_whole().is_some_and(|value| value != 0)
        });
        Figure::whole(reached.count() as i128)
    }

    /// The communes of a unit, itself included when it is one, that are in force on a day; of a
    /// unit that had ended by then, on its last day.
    pub fn communes_of(&self, unit: Unit, on: Day) -> Vec<Unit> {
        let atlas = &self.rules.atlas;
        let on = on.min(atlas.record(unit).to);
        let mut found = Vec::new();
        let mut open = vec![unit];
        while let Some(unit) = open.pop() {
            if atlas.record(unit).level == Level::Commune && atlas.in_force(unit, on) {
                found.push(unit);
            }
            open.extend(atlas.children(unit));
        }
        found.sort_unstable();
        found
    }

    fn codes(&self, unit: Unit, of: &Reference, attribute: &str, time: Time) -> Figure {
        let Some(indicator) = self.rules.plan.indicator(&of.indicator) else {
            return Figure::missing(Missing::UnknownIndicator);
        };
        let kept = indicator
            .kept
            .iter()
            .find_map(|kept| kept.by.iter().find(|(name, _)| *name == attribute));
        let Some((name, codes)) = kept else { return Figure::missing(Missing::NotKept) };
        let used = codes.iter().filter(|code| {
            let only = Filter::from([((*name).to_owned(), vec![(**code).to_owned()])]);
            self.refer(unit, of, &only, time).as_whole().is_some_and(|value| value != 0)
        });
        Figure::whole(used.count() as i128)
    }

    /// What a unit states of itself, or else the sum of what its children state, or else of what
    /// those stated that it was made of.
    fn stated(&self, unit: Unit, indicator: &Indicator, kind: StatedKind, time: Time) -> Figure {
        self.stated_until(unit, indicator, kind, (time, None))
    }

    /// The same; where nothing is stated by then, also what is first stated by a later day.
    fn stated_until(
        &self,
        unit: Unit,
        indicator: &Indicator,
        kind: StatedKind,
        (time, until): (Time, Option<Day>),
    ) -> Figure {
        let id = &indicator.definition.id;
        let by_then = |last| self.statements(unit, id, kind, time.ending(last));
        let own = self.statements(unit, id, kind, time).last().copied();
        let first_after = || by_then(until?).into_iter().find(|one| one.holds_from() > time.last());
        if let Some((own, late)) =
            own.map(|own| (own, false)).or_else(|| first_after().map(|one| (one, true)))
        {
            let stated = &own.stated;
            let marks = Marks {
                level: Some(stated.level),
                qualifier: Some(stated.qualifier),
                reference: stated.reference.clone(),
                base: late.then_some(own.holds_from()),
                ..Marks::default()
            };
            return Figure { value: Value::Stated(stated.value), marks };
        }
        if indicator.definition.combine != Combine::OwnElseChildren {
            return Figure::missing(Missing::NotStated);
        }
        let sum = |units: &[Unit]| {
            let each = units.iter();
            sum_of(each.map(|one| self.stated_until(*one, indicator, kind, (time, until))))
        };
        let ended = |units: &[Unit]| units.iter().filter_map(|one| self.ended(*one, time)).max();
        let below = based(sum(&self.children_in_force(unit, time.last())), ended(&[unit]));
        if below.as_whole().is_some() && is_complete(&below) {
            return below;
        }
        // New units state nothing in their first months, and those they were made of did.
        let former = self.rules.atlas.made_of(unit);
        let before = based(sum(former), ended(former));
        let known = before.as_whole().is_some() && is_complete(&before);
        if known || below.as_whole().is_none() { before } else { below }
    }

    /// The last day of a unit that had ended by the end of a time.
    fn ended(&self, unit: Unit, time: Time) -> Option<Day> {
        Some(self.rules.atlas.record(unit).to).filter(|to| *to < time.last())
    }

    /// The units directly below that are in force on a day; of a unit that had ended by then, on
    /// its last day: they end with it.
    pub fn children_in_force(&self, unit: Unit, on: Day) -> Vec<Unit> {
        let atlas = &self.rules.atlas;
        let on = on.min(atlas.record(unit).to);
        atlas.children(unit).iter().copied().filter(|child| atlas.in_force(*child, on)).collect()
    }

    /// What a unit stated about an indicator, what counts last: a census holds from the day on that
    /// it is of, so those of any day until the last one asked for, by age, whenever they were stated. A target or an outside figure
    /// says which period it is about, whenever it was stated (a year's statistics are published
    /// after the year): those for that period, by age. When days are asked for, those for any
    /// period that holds the last of them: the shorter one is behind the longer, and behind all
    /// the one that is just these days.
    pub fn statements(
        &self,
        unit: Unit,
        indicator: &str,
        kind: StatedKind,
        time: Time,
    ) -> Vec<&'a Statement> {
        let all = self.books.statements.of(unit, indicator).iter();
        let of_kind = all.filter(|one| one.stated.kind == kind);
        let (days, last) = (time.days(), time.last());
        let about = |one: &&Statement| match (one.stated.period, time) {
            (None, _) => one.holds_from() <= last,
            (Some(period), Time::Period(asked)) => period == asked,
            (Some(period), Time::Days(..)) => period.contains(last),
        };
        let mut found: Vec<&Statement> = of_kind.filter(about).collect();
        if let Time::Days(..) = time {
            // Stable: by age among those for equally long periods.
            let length = |of: Period| of.days().end().0 - of.days().start().0;
            found.sort_by_key(|one| {
                one.stated.period.map(|of| (of.days() == days, Reverse(length(of))))
            });
        }
        found
    }

    fn children_behind(&self, unit: Unit, target: &str, time: Time) -> Figure {
        // Who is behind on a day is a matter of what had been set by that day.
        let newest = |unit| {
            let all = self.statements(unit, target, StatedKind::Target, time);
            all.into_iter().rfind(|one| one.on <= time.last())
        };
        let Some(own) = newest(unit) else { return Figure::missing(Missing::NotStated) };
        let behind = self
            .children_in_force(unit, time.last())
            .into_iter()
            .filter(|child| newest(*child).is_none_or(|theirs| theirs.on < own.on));
        Figure::whole(behind.count() as i128)
    }
}

/// The sum of what units tell; of how many, and what has to be said with any of them.
fn sum_of(figures: impl Iterator<Item = Figure>) -> Figure {
    let (mut sum, mut any, mut told, mut all) = (0i128, false, 0u32, 0u32);
    let mut base = None;
    for figure in figures {
        all += 1;
        if let Some(value) = figure.as_whole() {
            sum += value;
            any = true;
            told += u32::from(is_complete(&figure));
            base = base.max(figure.marks.base);
        }
    }
    if !any {
        return Figure::missing(Missing::NotStated);
    }
    let marks = Marks { children: Some((told, all)), base, ..Marks::default() };
    Figure { value: Value::Whole(sum), marks }
}

/// A known figure with the day that it is of, where that is another than the one asked for.
fn based(mut figure: Figure, base: Option<Day>) -> Figure {
    if !matches!(figure.value, Value::Missing(_)) {
        figure.marks.base = figure.marks.base.max(base);
    }
    figure
}

/// Whether nothing below is missing: a child that itself lacks some counts as not told.
fn is_complete(figure: &Figure) -> bool {
    let Marks { children, communes, .. } = &figure.marks;
    communes.is_none() && children.is_none_or(|(told, all)| told == all)
}

/// The columns of a block that pass a filter; none when the block cannot tell.
fn columns(kept: &Kept, filter: &Filter) -> Option<Vec<Column>> {
    let told = |name: &String| kept.by.iter().any(|(attribute, _)| attribute == name);
    filter.keys().all(told).then(|| kept.columns(filter))
}

/// Whether an event's codes pass a filter.
fn passes(event: &Event, filter: &Filter) -> bool {
    filter.iter().all(|(name, allowed)| {
        let attributes = event.kind.attributes();
        let found = attributes.iter().position(|attribute| attribute.name == name);
        found.is_some_and(|at| {
            let code = (attributes[at].codes)()[usize::from(event.attributes[at])];
            allowed.iter().any(|one| one == code)
        })
    })
}
