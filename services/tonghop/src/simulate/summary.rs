//! What is to be simulated, and what was.

use std::collections::BTreeMap;

use domain::atlas::Unit;
use domain::time::Day;

/// What to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// How many lines, duplicates included.
    pub facts: u64,
    /// Another seed gives another country.
    pub seed: u64,
    /// The unit whose communes report, of any level and generation; the nation when none.
    pub unit: Option<Unit>,
    /// The day on which the record opens: 1 January 2021, or any day from then on.
    pub first: Day,
    /// The last day on which something happens.
    pub last: Day,
}

impl Simulation {
    /// From 1 January 2021 to 30 June 2026, across the change of boundaries.
    pub fn new(facts: u64, seed: u64, unit: Option<Unit>) -> Simulation {
        let day = |year, month, day| Day::from_ymd(year, month, day).unwrap_or(Day::MIN);
        Simulation { facts, seed, unit, first: day(2021, 1, 1), last: day(2026, 6, 30) }
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines, duplicates included: what [`Simulation::facts`] asked for.
    pub lines: u64,
    /// Bytes, line breaks included.
    pub bytes: u64,
    /// Lines by fact type, duplicates included.
    pub by_type: BTreeMap<&'static str, u64>,
    /// Lines that repeat an earlier one byte for byte.
    pub duplicates: u64,
    /// Lines written four days or more after their day.
    pub late: u64,
    /// Facts that stand in place of another.
    pub corrections: u64,
    /// Facts meant to be found: wrong classes, unknown households, rivals, second starts, ….
    pub slips: u64,
    /// Households that were ever in the record.
    pub households: u64,
    /// Communes that report, as of the first day.
    pub communes: u64,
}
