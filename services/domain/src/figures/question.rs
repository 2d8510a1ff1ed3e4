//! The question: which figure of which unit, and when.

use std::ops::RangeInclusive;

use crate::atlas::Unit;
use crate::catalogue::Filter;
use crate::posting::Slot;
use crate::time::{Day, Period};

/// A question: one figure of one unit.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The unit.
    pub unit: Unit,
    /// The indicator's id.
    pub indicator: &'a str,
    /// Only these codes.
    pub filter: Filter,
    /// When.
    pub time: Time,
}

/// The time a question is about. A stock is asked for on the last day.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Time {
    /// A named period.
    Period(Period),
    /// Any days, both included.
    Days(Day, Day),
}

impl Time {
    /// First and last day.
    pub fn days(self) -> RangeInclusive<Day> {
        match self {
            Time::Period(period) => period.days(),
            Time::Days(first, last) => first..=last,
        }
    }

    pub(super) fn first(self) -> Day {
        *self.days().start()
    }

    pub(super) fn last(self) -> Day {
        *self.days().end()
    }

    pub(super) fn slots(self) -> RangeInclusive<Slot> {
        Slot::from(self.first())..=Slot::from(self.last())
    }

    /// All days there are until the last.
    pub fn since_ever(self) -> Time {
        Time::Days(Day::MIN, self.last())
    }

    pub(super) fn ending(self, last: Day) -> Time {
        Time::Days(self.first().min(last), last)
    }
}
