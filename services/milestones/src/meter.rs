//! A meter: a figure that is a sum of cells, kept for each unit and period and moved by each
//! posting.

use domain::atlas::Unit;
use domain::catalogue::{Measure, Reference};
use domain::contribution;
use domain::figures::{Question, Reader, Time};
use domain::fold::Fold;
use domain::posting::Column;
use domain::time::{Day, Grain, Period};

use crate::depends::Reach;
use crate::rows::Rows;
use crate::span::Span;
use crate::units::Units;

/// A sum of cells of each unit and period, and how far it may move before anybody looks.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(crate) of: Reference,
    pub(crate) grain: Grain,
    pub(crate) reach: Reach,
    pub(crate) columns: Vec<Column>,
    pub(crate) units: Units,
    /// For the periods of a unit of which nothing was seen: the sums that tell nothing.
    pub(crate) still: Span,
    kept: Rows<Kept>,
}

/// What is kept of a unit and period.
#[derive(Clone, Copy, Debug)]
struct Kept {
    /// None for what is not known: it is read when it is asked for.
    sum: Option<i64>,
    /// The sums that nobody has to look at.
    span: Span,
}

const UNKNOWN: Kept = Kept { sum: None, span: Span::NONE };

impl Kept {
    fn add(&mut self, by: i64) -> bool {
        let Some(sum) = &mut self.sum else { return true };
        *sum = sum.wrapping_add(by);
        !self.span.holds(*sum)
    }
}

/// The meters of all gauges, each once.
#[derive(Clone, Debug)]
pub(crate) struct Rack {
    pub(crate) meters: Vec<Meter>,
    /// Whether they have seen every posting there ever was: then what they do not have is zero.
    pub(crate) is_whole: bool,
}

impl Rack {
    /// The number of a figure's meter, for some more units; none if it is no sum of cells.
    pub(crate) fn meter(
        &mut self,
        rules: &contribution::Rules,
        of: &Reference,
        grain: Grain,
        units: &Units,
    ) -> Option<u16> {
        let same = |meter: &Meter| meter.of == *of && meter.grain == grain;
        let at = match self.meters.iter().position(same) {
            Some(at) => at,
            None => {
                self.meters.push(Meter::of(rules, of, grain)?);
                self.meters.len() - 1
            }
        };
        self.meters[at].units.join(units);
        u16::try_from(at).ok()
    }

    /// The sum of a meter, a unit and a period. `fold` must have all that was added.
    pub(crate) fn value(&mut self, meter: u16, fold: &Fold, unit: Unit, period: Period) -> i64 {
        self.meters[usize::from(meter)].value(fold, unit, period, self.is_whole)
    }

    /// Forgets everything: what is asked for is read again.
    pub(crate) fn forget(&mut self) {
        self.is_whole = false;
        self.meters.iter_mut().for_each(|meter| meter.kept = Rows::default());
    }

    /// How many sums are kept.
    pub(crate) fn len(&self) -> usize {
        self.meters.iter().map(|meter| meter.kept.len()).sum()
    }
}

impl Meter {
    /// The meter of a figure, if it is a sum of cells.
    fn of(rules: &contribution::Rules, of: &Reference, grain: Grain) -> Option<Meter> {
        let reach = match &rules.plan.indicator(&of.indicator)?.definition.measure {
            Measure::Flow { .. } | Measure::Movement { .. } => Reach::Within,
            Measure::Stock { .. } => Reach::Onwards,
            Measure::Distinct { .. } => Reach::Itself,
            Measure::Reduction { .. }
            | Measure::Ratio { .. }
            | Measure::Communes { .. }
            | Measure::Codes { .. }
            | Measure::Census {}
            | Measure::External {}
            | Measure::ChildrenBehind { .. }
            | Measure::Plan {} => return None,
        };
        let columns = sum_of(rules, of, grain)?;
        let (units, kept) = Default::default();
        let still = Span::ALL;
        Some(Meter { of: of.clone(), grain, reach, columns, units, still, kept })
    }

    /// A posting changes the periods from a slot on, or that one alone; it is looked at up to `to`.
    /// `passed` is told in which of these a sum is where it has to be looked at. `is_whole` as of
    /// the [`Rack`].
    pub(crate) fn add(
        &mut self,
        unit: Unit,
        (from, to): (u16, u16),
        by: i64,
        is_whole: bool,
        mut passed: impl FnMut(u16),
    ) {
        let zero = Kept { sum: Some(0), span: self.still };
        let still = self.still;
        let row = match (is_whole, self.reach) {
            (false, _) => self.kept.row_mut(unit),
            // What is in a stock stays there.
            (true, Reach::Onwards) => Some(self.kept.reach(unit, (from, to), zero, |last| {
                let is_still = last.sum.is_some_and(|sum| still.holds(sum));
                Kept { span: if is_still { still } else { Span::NONE }, ..last }
            })),
            (true, Reach::Within | Reach::Itself) => {
                Some(self.kept.reach(unit, (from, from), zero, |_| zero))
            }
        };
        let Some(row) = row else { return (from..=to).for_each(passed) };
        match self.reach {
            Reach::Onwards => {
                // What is before the row or behind it is not known.
                let (first, end) = row.slots();
                (from..first.min(to + 1)).for_each(&mut passed);
                let moved = (from.max(first)..).zip(row.from(from));
                moved.for_each(|(slot, kept)| {
                    if kept.add(by) && slot <= to {
                        passed(slot);
                    }
                });
                (end.max(from)..=to).for_each(passed);
            }
            Reach::Within | Reach::Itself => {
                if row.at(from).is_none_or(|kept| kept.add(by)) {
                    passed(from);
                }
            }
        }
    }

    /// Says among which sums nobody has to look at a unit and period.
    pub(crate) fn rest(&mut self, unit: Unit, slot: u16, span: Span) {
        if let Some(kept) = self.kept.row_mut(unit).and_then(|row| row.at(slot)) {
            kept.span = span;
        }
    }

    fn value(&mut self, fold: &Fold, unit: Unit, period: Period, is_whole: bool) -> i64 {
        let slot = period.slot();
        if let Some(Kept { sum: Some(sum), .. }) = self.kept.get(unit, slot) {
            return sum;
        }
        if is_whole {
            // Behind the row a stock is as it was last; before it nothing was.
            let last = self.kept.last(unit).filter(|(at, _)| *at < slot);
            let carried = last.and_then(|(_, kept)| kept.sum);
            return if self.reach == Reach::Onwards { carried.unwrap_or(0) } else { 0 };
        }
        let Reference { indicator, filter } = &self.of;
        let time = Time::Period(period);
        let question = Question { unit, indicator, filter: filter.clone(), time };
        let read = Reader::from(fold).figure(&question).as_whole().unwrap_or(0);
        // Sums of cells wrap as they do; beyond 64 bits they are told modulo that.
        let sum = read as i64;
        if let Some(kept) = self.kept.reach(unit, (slot, slot), UNKNOWN, |_| UNKNOWN).at(slot) {
            kept.sum = Some(sum);
        }
        sum
    }
}

/// The columns that a figure is the sum of, if it is one.
pub(crate) fn sum_of(
    rules: &contribution::Rules,
    of: &Reference,
    grain: Grain,
) -> Option<Vec<Column>> {
    let period = Period::containing(grain, Day::from_ymd(2022, 6, 1)?)?;
    let books = domain::books::Books::default();
    let reader = Reader { rules, books: &books, fold: None };
    let question = Question {
        unit: Unit(0),
        indicator: &of.indicator,
        filter: of.filter.clone(),
        time: Time::Period(period),
    };
    let mut columns = reader.cells(&question)?.columns;
    columns.sort_unstable();
    Some(columns)
}
