//! Answers: the stable JSON of the command line and of the API.

use std::collections::BTreeMap;

use domain::movements::Heads;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Comparison, Group, Judged, Point, Target, When};

/// An answer, with how far the books go that it was read from. The JSON of the command line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// The position up to which facts are folded.
    pub position: u64,
    /// What was asked for.
    #[serde(flatten)]
    pub body: Body,
}

/// Records of the journal that are no facts: nothing of them is in any figure.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Unreadable {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub records: Vec<UnreadableRecord>,
}

/// A record that is no fact.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UnreadableRecord {
    /// Where it is in the journal.
    pub position: u64,
    /// Why, in a sentence.
    pub reason: String,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Body {
    /// Figures.
    Figures {
        /// When.
        when: When,
        /// One line per unit, indicator and breakdown.
        figures: Vec<Line>,
    },
    /// Movement tables.
    Movements {
        /// The unit's key.
        unit: String,
        /// When.
        when: When,
        /// Of poor and of near-poor households.
        tables: Vec<Table>,
    },
    /// Findings.
    Findings {
        /// The unit's key.
        unit: String,
        /// How many there are by reason.
        counts: BTreeMap<String, u64>,
        /// The latest of them.
        findings: Vec<Found>,
        /// Figures that cannot be, of the unit and those below it; left out where no time is asked
        /// for, in which a figure could be judged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        figures: Option<Judged>,
        /// Records of the journal that are no facts, whatever unit is asked about: nobody knows of
        /// which they were. Told on the command line only; left out where there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unreadable: Option<Unreadable>,
    },
    /// Targets of a unit.
    Targets {
        /// The unit's key.
        unit: String,
        /// When.
        when: When,
        /// One for each indicator.
        targets: Vec<Target>,
    },
    /// Indicators of a unit over the last periods.
    Series {
        /// The unit's key.
        unit: String,
        /// By indicator, each the oldest first.
        series: BTreeMap<String, Vec<Point>>,
    },
    /// Two units or two times beside each other.
    Compare {
        /// The unit and time that are compared with.
        first: Compared,
        /// The unit and time that are compared.
        second: Compared,
        /// One for each indicator.
        comparisons: Vec<Comparison>,
    },
    /// Findings of a unit in groups.
    FindingGroups {
        /// The unit's key.
        unit: String,
        /// The day that ages are counted from.
        today: String,
        /// By reason, unit and age.
        groups: Vec<Group>,
    },
    /// The digest of the books.
    Digest {
        /// SHA-256 of the canonical listing.
        digest: String,
        /// Of the gazetteer's files.
        gazetteer: String,
        /// Of the catalogue's files.
        catalogue: String,
    },
}

/// One side of a comparison.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// The unit's key.
    pub unit: String,
    /// When.
    pub when: When,
}

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
}

/// Households and persons as JSON has them: a fact adds at most 65,535, and a journal that comes near
/// the limits takes more room than there is.
fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}
