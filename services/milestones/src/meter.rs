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
use crate::units::Units;

/// A sum of cells of each unit and period.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(crate) of: Reference,
    pub(crate) grain: Grain,
    pub(crate) reach: Reach,
    pub(crate) columns: Vec<Column>,
    pub(crate) units: Units,
    /// None for what is not known: it is read when it is asked for.
    sums: Rows<Option<i64>>,
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
        self.meters.iter_mut().for_each(|meter| meter.sums = Rows::default());
    }

    /// How many sums are kept.
    pub(crate) fn len(&self) -> usize {
        self.meters.iter().map(|meter| meter.sums.len()).sum()
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
        let (units, sums) = Default::default();
        Some(Meter { of: of.clone(), grain, reach, columns, units, sums })
    }

    /// A posting changes the periods from a slot on, or that one alone; it is looked at up to `to`.
    /// `is_whole` as of the [`Rack`].
    pub(crate) fn add(&mut self, unit: Unit, (from, to): (u16, u16), by: i64, is_whole: bool) {
        let row = match (is_whole, self.reach) {
            (false, _) => self.sums.row_mut(unit),
            // What is in a stock stays there.
            (true, Reach::Onwards) => Some(self.sums.reach(unit, (from, to), Some(0), |last| last)),
            (true, Reach::Within | Reach::Itself) => {
                Some(self.sums.reach(unit, (from, from), Some(0), |_| Some(0)))
            }
        };
        let Some(row) = row else { return };
        match self.reach {
            Reach::Onwards => row.from(from).iter_mut().flatten().for_each(|sum| {
                *sum = sum.wrapping_add(by);
            }),
            Reach::Within | Reach::Itself => {
                if let Some(Some(sum)) = row.at(from) {
                    *sum = sum.wrapping_add(by);
                }
            }
        }
    }

    fn value(&mut self, fold: &Fold, unit: Unit, period: Period, is_whole: bool) -> i64 {
        let slot = period.slot();
        if let Some(Some(sum)) = self.sums.get(unit, slot) {
            return sum;
        }
        if is_whole {
            // Behind the row a stock is as it was last; before it nothing was.
            let last = self.sums.last(unit).filter(|(at, _)| *at < slot);
            let carried = last.and_then(|(_, sum)| sum);
            return if self.reach == Reach::Onwards { carried.unwrap_or(0) } else { 0 };
        }
        let Reference { indicator, filter } = &self.of;
        let time = Time::Period(period);
        let question = Question { unit, indicator, filter: filter.clone(), time };
        let read = Reader::from(fold).figure(&question).as_whole().unwrap_or(0);
        // Sums of cells wrap as they do; beyond 64 bits they are told modulo that.
        let sum = read as i64;
        if let Some(cell) = self.sums.reach(unit, (slot, slot), None, |_| None).at(slot) {
            *cell = Some(sum);
        }
        sum
    }

    /// The sum, if it is kept.
    pub(crate) fn known(&self, unit: Unit, slot: u16) -> Option<i64> {
        self.sums.get(unit, slot).flatten()
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
