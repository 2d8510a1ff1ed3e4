//! A meter: a figure that is a sum of cells, kept for each unit and period and moved by each
//! posting.

use domain::atlas::Unit;
use domain::catalogue::{Measure, Reference};
use domain::contribution;
use domain::figures::{Question, Reader, Time};
use domain::fold::Fold;
use domain::posting::{Column, Posting, Slot};
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
    pub(crate) terms: Vec<Term>,
    pub(crate) units: Units,
    /// For the periods of a unit of which nothing was seen: the sums that tell nothing.
    pub(crate) still: Span,
    kept: Rows<Kept>,
}

/// A column whose cells a figure adds up, or takes away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Term {
    pub(crate) column: Column,
    pub(crate) sign: Sign,
}

/// How a cell counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Sign {
    Plus,
    /// For a fall: what a stock grew by. It has none on the first day there is, before which
    /// there is no other.
    Minus,
}

impl Sign {
    /// What a posting moves a figure by.
    pub(crate) fn of(self, posting: &Posting) -> i128 {
        let by = i128::from(posting.by);
        match self {
            Sign::Plus => by,
            Sign::Minus if posting.slot == Slot::from(Day::MIN) => 0,
            Sign::Minus => -by,
        }
    }
}

/// What is kept of a unit and period: little, for there are millions, and most of the time is spent
/// on fetching them.
#[derive(Clone, Copy, Debug)]
struct Kept {
    sum: i64,
    /// How far it may fall,
    down: u32,
    /// and rise, at least, before anybody has to look; [`Kept::UNKNOWN`].
    up: u32,
}

impl Kept {
    /// It is read when it is asked for; so is a sum that 64 bits cannot hold.
    const UNKNOWN: Kept = Kept { sum: 0, down: 0, up: u32::MAX };
    const MOST: u32 = u32::MAX - 1;

    fn new(sum: i64, rest: Span) -> Kept {
        let room = |room: Option<i64>| {
            room.map_or(Kept::MOST, |room| {
                u32::try_from(room).unwrap_or(Kept::MOST).min(Kept::MOST)
            })
        };
        if !rest.holds(sum) {
            return Kept { sum, down: 0, up: 0 };
        }
        // What does not fit in 64 bits is more than enough.
        let (down, up) = (sum.checked_sub(rest.least), (rest.end - 1).checked_sub(sum));
        Kept { sum, down: room(down), up: room(up) }
    }

    fn sum(self) -> Option<i64> {
        (self.up != Kept::UNKNOWN.up).then_some(self.sum)
    }

    /// Moves the sum, and says whether somebody has to look.
    fn add(&mut self, by: i128) -> bool {
        let Some(sum) = self.sum() else { return true };
        let Ok(sum) = i64::try_from(i128::from(sum) + by) else {
            *self = Kept::UNKNOWN;
            return true;
        };
        self.sum = sum;
        let Kept { down, up, .. } = self;
        let (ahead, behind) = if by < 0 { (down, up) } else { (up, down) };
        let (far, room) = (by.unsigned_abs(), u128::from(*ahead));
        if far > room {
            // Until somebody has looked, nobody knows how far it may go back.
            (*ahead, *behind) = (0, 0);
            return true;
        }
        *ahead = (room - far) as u32;
        *behind = u128::from(*behind).saturating_add(far).min(Kept::MOST.into()) as u32;
        false
    }
}

impl Meter {
    /// The meter of a figure, if it is a sum of cells.
    pub(crate) fn of(rules: &contribution::Rules, of: &Reference, grain: Grain) -> Option<Meter> {
        let reach = match &rules.plan.indicator(&of.indicator)?.definition.measure {
            Measure::Flow { .. } | Measure::Movement { .. } | Measure::Reduction { .. } => {
                Reach::Within
            }
            Measure::Stock { .. } => Reach::Onwards,
            Measure::Distinct { .. } => Reach::Itself,
            Measure::Balance { .. }
            | Measure::Ratio { .. }
            | Measure::Communes { .. }
            | Measure::Codes { .. }
            | Measure::Census {}
            | Measure::External {}
            | Measure::ChildrenBehind { .. }
            | Measure::Plan {} => return None,
        };
        let terms = terms(rules, of, grain)?;
        let (units, kept) = Default::default();
        let still = Span::ALL;
        Some(Meter { of: of.clone(), grain, reach, terms, units, still, kept })
    }

    /// A posting changes the periods from a slot on, or that one alone; it is looked at up to `to`.
    /// `passed` is told in which of these a sum is where it has to be looked at. `is_whole` as of
    /// the [`Rack`].
    pub(crate) fn add(
        &mut self,
        unit: Unit,
        (from, to): (u16, u16),
        by: i128,
        is_whole: bool,
        mut passed: impl FnMut(u16),
    ) {
        let still = self.still;
        let zero = Kept::new(0, still);
        let row = match (is_whole, self.reach) {
            (false, _) => self.kept.row(unit),
            // What is in a stock stays there.
            (true, Reach::Onwards) => Some(self.kept.reach(unit, (from, to), zero, |last| {
                last.sum().map_or(Kept::UNKNOWN, |sum| Kept::new(sum, still))
            })),
            (true, Reach::Within | Reach::Itself) => {
                Some(self.kept.reach(unit, (from, from), zero, |_| zero))
            }
        };
        let Some(mut row) = row else { return (from..=to).for_each(passed) };
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

    /// Forgets all sums.
    pub(crate) fn forget(&mut self) {
        self.kept = Rows::default();
    }

    /// How many sums are kept.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Says among which sums nobody has to look at a unit and period.
    pub(crate) fn rest(&mut self, unit: Unit, slot: u16, span: Span) {
        let mut row = self.kept.row(unit);
        if let Some(kept) = row.as_mut().and_then(|row| row.at(slot)) {
            *kept = kept.sum().map_or(Kept::UNKNOWN, |sum| Kept::new(sum, span));
        }
    }

    pub(crate) fn value(
        &mut self,
        fold: &Fold,
        unit: Unit,
        period: Period,
        is_whole: bool,
    ) -> i128 {
        let slot = period.slot();
        if let Some(sum) = self.kept_sum(unit, slot, is_whole) {
            return sum.into();
        }
        let Reference { indicator, filter } = &self.of;
        let time = Time::Period(period);
        let question = Question { unit, indicator, filter: filter.clone(), time };
        let sum = Reader::from(fold).figure(&question).as_whole().unwrap_or(0);
        let unknown = Kept::UNKNOWN;
        let mut row = self.kept.reach(unit, (slot, slot), unknown, |_| unknown);
        if let Some(kept) = row.at(slot) {
            let short = i64::try_from(sum);
            *kept = short.map_or(unknown, |sum| Kept::new(sum, Span::NONE));
        }
        sum
    }

    /// The sum, if it need not be read.
    fn kept_sum(&self, unit: Unit, slot: u16, is_whole: bool) -> Option<i64> {
        match (self.kept.get(unit, slot), self.reach) {
            (Some(kept), _) => kept.sum(),
            (None, _) if !is_whole => None,
            // Behind the row a stock is as it was last; before it nothing was.
            (None, Reach::Onwards) => {
                let last = self.kept.last(unit).filter(|(at, _)| *at < slot);
                last.map_or(Some(0), |(_, kept)| kept.sum())
            }
            (None, Reach::Within | Reach::Itself) => Some(0),
        }
    }
}

/// What a figure adds up, if it is a sum of cells.
pub(crate) fn terms(
    rules: &contribution::Rules,
    of: &Reference,
    grain: Grain,
) -> Option<Vec<Term>> {
    let period = Period::containing(grain, Day::from_ymd(2022, 6, 1)?)?;
    let books = domain::books::Books::default();
    let reader = Reader { rules, books: &books, fold: None };
    let question = Question {
        unit: Unit(0),
        indicator: &of.indicator,
        filter: of.filter.clone(),
        time: Time::Period(period),
    };
    let all =
        |columns: Vec<Column>, sign| columns.into_iter().map(move |column| Term { column, sign });
    let mut terms: Vec<Term> = match reader.fall(&of.indicator) {
        Some(fall) => {
            all(fall.stock, Sign::Minus).chain(all(fall.registered, Sign::Plus)).collect()
        }
        None => all(reader.cells(&question)?.columns, Sign::Plus).collect(),
    };
    terms.sort_unstable();
    Some(terms)
}
