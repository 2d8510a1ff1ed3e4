//! What an indicator is, as written in the catalogue: data, read from TOML by the contract.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::household::Head;

/// The catalogue: every indicator that can be asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The indicators, in the order they are shown.
    #[serde(default)]
    pub indicator: Vec<Definition>,
}

/// One indicator. A key that is neither here nor in its measure is refused by the measure:
/// `deny_unknown_fields` on both would refuse the measure's own keys.
#[derive(Clone, Debug, Deserialize)]
pub struct Definition {
    /// Its stable name: `poor_households`.
    pub id: String,
    /// Its name in Vietnamese.
    pub vi: String,
    /// Its name in English.
    pub en: String,
    /// What its values are counted in: `household`, `person`, `vnd`, `percent`,
    /// `percentage_point`, …
    pub counted_in: String,
    /// How the values of children make their parent's.
    pub combine: Combine,
    /// A note for the reader: the source of the definition.
    #[serde(default)]
    pub note: String,
    /// The same in Vietnamese.
    #[serde(default)]
    pub note_vi: String,
    /// What it measures.
    #[serde(flatten)]
    pub measure: Measure,
}

/// How the values of children make their parent's for one period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// They add up (stocks on one date; distinct households of provinces).
    Sum,
    /// From numerators and denominators, never from the children's values.
    Recompute,
    /// The unit's own value only.
    Own,
    /// The unit's own value, or the sum of its children's if it has none, with "k of n".
    OwnElseChildren,
}

/// The codes that an attribute must have one of.
pub type Filter = BTreeMap<String, Vec<String>>;

/// What is measured.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "measure", rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// Adds up over time and space: instances, quantities, money, households or persons reached.
    Flow {
        /// Names of event kinds.
        of: Vec<String>,
        /// Kinds that are taken away: what was allotted less what was taken back.
        #[serde(default)]
        less: Vec<String>,
        /// What is added.
        sum: Sum,
        /// Of money that one unit hands on to another, whose side is counted.
        #[serde(default)]
        side: Side,
        /// Which events.
        #[serde(default, rename = "where")]
        filter: Filter,
        /// The attributes it can be broken down by, all at once.
        #[serde(default)]
        by: Vec<String>,
    },
    /// What of a flow is left on a day: all of it until then, less all of another.
    Balance {
        /// What came.
        of: Reference,
        /// What went.
        less: Reference,
    },
    /// Different households over a period: adds up neither over time nor over breakdowns.
    Distinct {
        /// Names of event kinds.
        of: Vec<String>,
        /// Which events.
        #[serde(default, rename = "where")]
        filter: Filter,
        /// Each set of attributes it can be broken down by; the total is always there.
        #[serde(default)]
        by: Vec<Vec<String>>,
        /// The grains whose periods are kept: `civil.half`. Other ranges are answered by reading
        /// all timelines.
        grains: Vec<String>,
    },
    /// Households or persons standing in a class on a date.
    Stock {
        /// Counted in households or persons.
        head: Head,
        /// `poor`, `near_poor`, `above`, `newly_escaped`.
        standing: Vec<String>,
        /// Traits the household must have.
        #[serde(default)]
        traits: Vec<String>,
    },
    /// One row of the movement table.
    Movement {
        /// Counted in households or persons.
        head: Head,
        /// `poor` or `near_poor`.
        class: String,
        /// The row.
        row: String,
    },
    /// How much a stock fell from the day before the period to its last day.
    Reduction {
        /// A stock or a ratio of stocks.
        of: Reference,
    },
    /// One figure over another.
    Ratio {
        /// Above the line.
        numerator: Reference,
        /// Below the line.
        denominator: Reference,
    },
    /// In how many communes a flow is not zero.
    Communes {
        /// The flow.
        of: Reference,
    },
    /// How many codes of an attribute a flow has that are not zero.
    Codes {
        /// The flow.
        of: Reference,
        /// The attribute, one that the flow can be broken down by.
        attribute: String,
    },
    /// A figure that units state of themselves, from a day on.
    Census {},
    /// A figure that a unit reports from outside the record, for a period.
    External {},
    /// How many children have not taken over the newest version of a unit's target.
    ChildrenBehind {
        /// The indicator that the target is set for.
        target: String,
    },
    /// The target itself, where nothing is measured against it.
    Plan {},
}

/// Whose side of money handed on is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Both, against each other: in each unit every đồng counts once, wherever in it that is.
    #[default]
    Both,
    /// The receiver's: what the unit itself received, not what units within it did.
    Received,
    /// The giver's: what the unit itself handed on.
    HandedOn,
}

/// What is added for each event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sum {
    /// How many events there are.
    Instances,
    /// Their quantities.
    Quantity,
    /// Their money, in đồng.
    Amount,
    /// Households reached, each time again.
    Households,
    /// Persons reached, each time again.
    Persons,
}

/// Another indicator, or some of it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The indicator.
    pub indicator: String,
    /// Only these codes.
    #[serde(default, rename = "where")]
    pub filter: Filter,
}
