//! Cells and postings: where a contribution goes, and what a timeline gives away.

use serde::{Deserialize, Serialize};

use crate::atlas::{Atlas, Place, Unit};
use crate::codes::Code;
use crate::exact;
use crate::fact::{Key, Stated};
use crate::finding::Finding;
use crate::time::{Day, Period};

/// Where a posting counts: at a place, and so in every unit of its closure, or in one unit only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Site(pub u16);

impl Site {
    /// Every unit of the place's closure.
    pub fn place(place: Place) -> Site {
        Site(place.0)
    }

    /// This unit and no other.
    pub fn only(unit: Unit) -> Site {
        Site(unit.0 | Atlas::MOST_PLACES)
    }

    /// The place, or else the unit.
    pub fn which(self) -> Result<Place, Unit> {
        if self.0 < Atlas::MOST_PLACES {
            Ok(Place(self.0))
        } else {
            Err(Unit(self.0 & !Atlas::MOST_PLACES))
        }
    }
}

/// What is counted: an indicator of the plan with one combination of its breakdowns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Column(pub u16);

/// When it counts: a day for what adds up over time, a declared period for distinct counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Slot(pub u16);

impl From<Day> for Slot {
    fn from(day: Day) -> Slot {
        Slot(day.0)
    }
}

impl From<Period> for Slot {
    fn from(period: Period) -> Slot {
        Slot(period.slot())
    }
}

/// One cell and by how much it changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Posting {
    /// Where.
    pub site: Site,
    /// What.
    pub column: Column,
    /// When.
    pub slot: Slot,
    /// By how much: households, persons, instances or đồng.
    pub by: i64,
}

/// A figure that a unit states of itself, with the fact that carries it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Statement {
    /// The unit that states it.
    pub unit: Unit,
    /// The day it was stated.
    pub on: Day,
    /// The source's own numbering on that day.
    pub sequence: u32,
    /// The fact.
    pub fact: Key,
    /// What is stated.
    pub stated: Box<Stated>,
}

impl Statement {
    /// The day from which on a census holds: the one that it is of, however much later it was stated.
    pub fn holds_from(&self) -> Day {
        self.stated.counted_on.unwrap_or(self.on)
    }

    /// The statement's line in the canonical listing: fields in order, separated by tabs; the
    /// texts among them hold neither tabs nor line breaks. The day that a census is of comes last,
    /// where it is told.
    pub fn line(&self) -> String {
        let Statement { unit, on, sequence, fact: Key([high, low]), stated } = self;
        let period = stated.period.map_or_else(String::new, |period| period.to_string());
        let set_by = stated.set_by.map_or("", Code::code);
        let counted_on = stated.counted_on.map_or_else(String::new, |day| format!("\t{day}"));
        format!(
            "{}\t{}\t{on}\t{sequence}\t{high:016x}{low:016x}\t{}\t{period}\t{}\t{}\t{}\t{set_by}\t{}{counted_on}\n",
            unit.0,
            stated.indicator,
            stated.kind.code(),
            stated.value,
            stated.qualifier.code(),
            stated.level.code(),
            stated.reference,
        )
    }
}

/// What receives contributions.
pub trait Ledger {
    /// A cell changes.
    fn post(&mut self, posting: Posting);
    /// The fold noticed something.
    fn find(&mut self, finding: Finding);
    /// A unit states a figure.
    fn state(&mut self, statement: Statement);
}

/// All that one timeline contributes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Contribution {
    /// Changes of cells.
    pub postings: Vec<Posting>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// Statements.
    pub statements: Vec<Statement>,
}

impl Ledger for Contribution {
    fn post(&mut self, posting: Posting) {
        if posting.by != 0 {
            self.postings.push(posting);
        }
    }

    fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn state(&mut self, statement: Statement) {
        self.statements.push(statement);
    }
}

impl Posting {
    /// Where its cell stands among all.
    pub(crate) fn address(&self) -> u64 {
        let Posting { site, column, slot, .. } = self;
        u64::from(site.0) << 32 | u64::from(column.0) << 16 | u64::from(slot.0)
    }
}

/// Sums postings of one cell and drops those that come to nothing. A sum that 64 bits cannot hold
/// is several postings of one cell: see [`exact`].
pub fn coalesce(postings: &mut Vec<Posting>) {
    postings.sort_unstable_by_key(Posting::address);
    exact::add_up(postings, |a, b| a.address() == b.address(), |posting| &mut posting.by);
}

/// A ledger that keeps nothing: for replaying a timeline only to know where it ends.
pub struct Nothing;

impl Ledger for Nothing {
    fn post(&mut self, _: Posting) {}
    fn find(&mut self, _: Finding) {}
    fn state(&mut self, _: Statement) {}
}
