//! Lines, tables and findings: what answers are made of, in the stable JSON of the command line and of the API.

use std::collections::BTreeMap;

use domain::figures::{Missing, Value};
use domain::movements::Heads;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the reason begins with why a figure is hidden; the least number of households follows.
pub const HIDDEN: &str = "hidden:";

/// One figure.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// The unit's key.
    pub unit: String,
    /// The indicator's id.
    pub indicator: String,
    /// The codes of the breakdown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by: BTreeMap<String, String>,
    /// The value.
    #[serde(flatten)]
    pub value: LineValue,
    /// What has to be said with it: `implausible:` and a rule, `allocated`, `estimate`, `preliminary`, `at_least`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// The sum of k of n children.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<(u32, u32)>,
    /// Households on the lists of k of n communes: the others have not opened theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub communes: Option<(u32, u32)>,
    /// The decision or source of a stated value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// The value of a line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LineValue {
    /// A share, with what it is made of.
    Ratio {
        /// Above the line.
        numerator: i64,
        /// Below the line.
        denominator: i64,
    },
    /// How much a share fell.
    Points {
        /// Numerator and denominator before.
        before: (i64, i64),
        /// Numerator and denominator after.
        after: (i64, i64),
    },
    /// A whole number.
    Whole {
        /// The number.
        value: i64,
    },
    /// A decimal as stated.
    Stated {
        /// Its text, with the digits it was stated with.
        value: String,
    },
    /// None, and why.
    Missing {
        /// Why.
        missing: String,
    },
}

impl LineValue {
    /// A value as a line of an answer has it; none where its numbers, which are of 64 bits, cannot hold
    /// it.
    pub(crate) fn of(value: Value) -> Option<LineValue> {
        let short = |number: i128| i64::try_from(number).ok();
        let pair = |(n, d): (i128, i128)| short(n).zip(short(d));
        Some(match value {
            Value::Whole(value) => LineValue::Whole { value: short(value)? },
            Value::Ratio(n, d) => {
                let (numerator, denominator) = pair((n, d))?;
                LineValue::Ratio { numerator, denominator }
            }
            Value::Points { before, after } => {
                LineValue::Points { before: pair(before)?, after: pair(after)? }
            }
            Value::Stated(decimal) => LineValue::Stated { value: decimal.to_string() },
            Value::Missing(Missing::Hidden(min)) => {
                LineValue::Missing { missing: format!("{HIDDEN}{min}") }
            }
            Value::Missing(why) => LineValue::Missing { missing: why.code().to_owned() },
        })
    }
}

/// A movement table.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Table {
    /// `poor` or `near_poor`.
    pub class: String,
    /// Before the first day.
    pub opening: TableHeads,
    /// Rows in the order of the form.
    pub rows: Vec<(String, TableHeads)>,
    /// After the last day.
    pub closing: TableHeads,
    /// Whether opening and rows come to the closing.
    pub balances: bool,
    /// Why nobody knows the opening, and its zeros are none: `not_reported`, for no list was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_missing: Option<String>,
    /// Of the lists of k of n communes on the day before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_communes: Option<(u32, u32)>,
    /// Why nobody knows, and the zeros are none: `not_reported`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Of the lists of k of n communes on the last day: the others have not opened theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub communes: Option<(u32, u32)>,
}

impl Table {
    /// Opening, rows and closing, with their names.
    pub fn lines(&self) -> impl Iterator<Item = (&str, TableHeads)> {
        let rows = self.rows.iter().map(|(row, heads)| (row.as_str(), *heads));
        let (opening, closing) = (("opening", self.opening), ("closing", self.closing));
        [opening].into_iter().chain(rows).chain([closing])
    }

    /// Why nobody knows the number of a row.
    pub fn missing_of(&self, row: &str) -> Option<&str> {
        if row == "opening" { &self.opening_missing } else { &self.missing }.as_deref()
    }

    /// Of the lists of how many of all communes a row is, where not of all.
    pub fn communes_of(&self, row: &str) -> Option<(u32, u32)> {
        if row == "opening" { self.opening_communes } else { self.communes }
    }
}

/// Households and persons.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs)]
pub struct TableHeads {
    pub households: i64,
    pub persons: i64,
}

impl From<Heads> for TableHeads {
    fn from(heads: Heads) -> TableHeads {
        TableHeads { households: narrow(heads.households), persons: narrow(heads.persons) }
    }
}

/// One finding.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// The named reason.
    pub reason: String,
    /// `noted` or `held`.
    pub treatment: String,
    /// The unit the fact happened in.
    pub unit: String,
    /// The day it happened.
    pub on: String,
    /// The fact's key, in hexadecimal.
    pub fact: String,
    /// Where the fact stands in the journal, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Of `beyond_bound`, the bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<PassedBound>,
}

/// The most that a fact can tell in a field, where it tells more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PassedBound {
    /// The field of the fact's data.
    pub field: String,
    /// The most that it can tell there. What it told is not repeated: it may be of one household.
    pub most: i64,
}

/// Households and persons as JSON has them: a fact adds at most 65,535, and a journal that comes near
/// the limits takes more room than there is.
fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_64_bits_cannot_hold_is_never_another_one() {
        let wide = i128::from(i64::MAX) + 1;
        let table = [
            (Value::Whole(i128::from(i64::MAX)), true),
            (Value::Whole(wide), false),
            (Value::Whole(-wide - 1), false),
            (Value::Ratio(wide, 3), false),
            (Value::Ratio(1, wide), false),
            (Value::Points { before: (1, 2), after: (wide, 2) }, false),
            (Value::Points { before: (1, 2), after: (1, 3) }, true),
        ];
        for (value, fits) in table {
            assert_eq!(LineValue::of(value).is_some(), fits, "{value:?}");
        }
    }
}
