//! The answer: a value, or why there is none, and what has to be said with it.

use crate::codes::{Confirmation, Qualifier};
use crate::fact::Decimal;
use crate::time::Day;

/// An answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// The value.
    pub value: Value,
    /// What has to be said with it.
    pub marks: Marks,
}

/// The value of a figure: exact; rounding is for whoever shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// A number of households, persons, instances, đồng, …
    Whole(i128),
    /// A share: numerator and denominator, the latter above zero.
    Ratio(i128, i128),
    /// How much a share fell: numerators and denominators before and after.
    Points {
        /// The share before.
        before: (i128, i128),
        /// The share after.
        after: (i128, i128),
    },
    /// A decimal that a unit stated.
    Stated(Decimal),
    /// There is none.
    Missing(Missing),
}

/// Why there is no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// Neither the unit nor its children state it.
    NotStated,
    /// The denominator is not known, or zero.
    NoDenominator,
    /// The numerator is not known.
    NoNumerator,
    /// The indicator cannot be broken down like that.
    NotKept,
    /// Nobody in the unit has reported what it could be the sum of: of households on lists, no
    /// commune has opened one; of anything else, nobody there has reported anything at all.
    NotReported,
    /// The catalogue does not have the indicator.
    UnknownIndicator,
    /// Only a projector, which keeps the timelines, can count households over days that no
    /// declared period has.
    NeedsTimelines,
    /// It is known, and beyond the numbers of 64 bits that answers are written in.
    BeyondRange,
    /// It is known, and of fewer households than this, so that it is not for whoever asks; or one
    /// such could be computed from it.
    Hidden(u32),
}

impl Missing {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Missing::NotStated => "not_stated",
            Missing::NoDenominator => "no_denominator",
            Missing::NoNumerator => "no_numerator",
            Missing::NotKept => "not_kept",
            Missing::NotReported => "not_reported",
            Missing::UnknownIndicator => "unknown_indicator",
            Missing::NeedsTimelines => "needs_timelines",
            Missing::BeyondRange => "beyond_range",
            Missing::Hidden(_) => "hidden",
        }
    }
}

/// What has to be said with a value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// Part of it was allocated by default: a divided commune, and no telling which part.
    pub allocated: bool,
    /// The sum of k of n children, where the unit itself states nothing.
    pub children: Option<(u32, u32)>,
    /// Households on the lists of k of n communes: the others have not opened theirs. None where
    /// all have.
    pub communes: Option<(u32, u32)>,
    /// How far a stated value has been confirmed.
    pub level: Option<Confirmation>,
    /// What the words around a stated value say of it.
    pub qualifier: Option<Qualifier>,
    /// The decision or source of a stated value.
    pub reference: Box<str>,
    /// The day of what it stands over, where that is not of the time asked for: the last one on
    /// which a unit that ended was in force, or that of a census of the first day, at the opening.
    pub base: Option<Day>,
}

impl Figure {
    pub(super) fn whole(value: i128) -> Figure {
        Figure { value: Value::Whole(value), marks: Marks::default() }
    }

    pub(crate) fn missing(why: Missing) -> Figure {
        Figure { value: Value::Missing(why), marks: Marks::default() }
    }

    /// The value as a whole number, when it is one.
    pub fn as_whole(&self) -> Option<i128> {
        match self.value {
            Value::Whole(value) => Some(value),
            Value::Stated(Decimal { digits, places: 0 }) => Some(i128::from(digits)),
            Value::Stated(_) | Value::Ratio(..) | Value::Points { .. } | Value::Missing(_) => None,
        }
    }
}
