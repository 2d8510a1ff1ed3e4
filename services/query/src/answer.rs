//! Answers: the stable JSON of the command line and of the API.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Compared, Comparison, Found, Group, Judged, Line, Point, Table, Target, When};

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
