//! The books: everything the facts of a journal come to.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::atlas::Unit;
use crate::contribution::Change;
use crate::finding::Finding;
use crate::posting::{Ledger, Posting, Statement};
use crate::rollup::Rollup;

/// Cells, statements and findings. Equal for equal facts, whatever their order, batches, voids
/// and restarts.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// The cells.
    pub rollup: Rollup,
    /// What units state of themselves.
    pub statements: Statements,
    /// What the fold noticed.
    pub findings: BTreeSet<Finding>,
    /// How often a finding was made beyond the first time: by one fact that states several unknown
    /// indicators, or by several rivals under one key.
    pub repeated: BTreeMap<Finding, u64>,
}

/// What units state of themselves, by unit and indicator, the latest last.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Statements {
    by_unit: BTreeMap<Unit, BTreeMap<Box<str>, Vec<Statement>>>,
}

impl Statements {
    fn insert(&mut self, statement: Statement) {
        let of_unit = self.by_unit.entry(statement.unit).or_default();
        let series = of_unit.entry(statement.stated.indicator.clone()).or_default();
        let at = series.partition_point(|one| order(one, &statement).is_lt());
        series.insert(at, statement);
    }

    fn remove(&mut self, statement: &Statement) {
        let Some(of_unit) = self.by_unit.get_mut(&statement.unit) else { return };
        let Some(series) = of_unit.get_mut(&statement.stated.indicator) else { return };
        // One only: a fact may state the same twice.
        if let Some(at) = series.iter().position(|one| one == statement) {
            series.remove(at);
        }
        if series.is_empty() {
            of_unit.remove(&statement.stated.indicator);
        }
        if of_unit.is_empty() {
            self.by_unit.remove(&statement.unit);
        }
    }

    /// All that a unit states about an indicator, the latest last.
    pub fn of(&self, unit: Unit, indicator: &str) -> &[Statement] {
        self.by_unit.get(&unit).and_then(|own| own.get(indicator)).map_or(&[], Vec::as_slice)
    }

    /// All statements, by unit, indicator and age.
    pub fn iter(&self) -> impl Iterator<Item = &Statement> {
        self.by_unit.values().flat_map(BTreeMap::values).flatten()
    }
}

/// By age: of censuses of one day, the later stated is the later one. Statements of one fact by what
/// they say, so that their order has no history.
fn order(a: &Statement, b: &Statement) -> Ordering {
    let age = |one: &Statement| (one.holds_from(), one.on, one.sequence, one.fact);
    age(a).cmp(&age(b)).then_with(|| a.line().cmp(&b.line()))
}

impl Ledger for Books {
    fn post(&mut self, posting: Posting) {
        if posting.by != 0 {
            self.rollup.post(&posting);
        }
    }

    fn find(&mut self, finding: Finding) {
        if !self.findings.insert(finding) {
            *self.repeated.entry(finding).or_default() += 1;
        }
    }

    fn state(&mut self, statement: Statement) {
        self.statements.insert(statement);
    }
}

/// The digest of the books: SHA-256 of their canonical listing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Books {
    /// Enters a change.
    pub fn enter(&mut self, change: &Change) {
        for posting in &change.postings {
            self.rollup.post(posting);
        }
        for finding in &change.lost {
            self.lose(finding);
        }
        for finding in &change.found {
            self.find(*finding);
        }
        for statement in &change.unstated {
            self.statements.remove(statement);
        }
        for statement in &change.stated {
            self.statements.insert(statement.clone());
        }
    }

    /// Takes a finding away, once.
    fn lose(&mut self, finding: &Finding) {
        match self.repeated.get_mut(finding) {
            None => {
                self.findings.remove(finding);
            }
            Some(1) => {
                self.repeated.remove(finding);
            }
            Some(times) => *times -= 1,
        }
    }

    /// Adds the books of another shard.
    pub fn merge(&mut self, other: Books) {
        self.rollup.merge(other.rollup);
        for finding in other.findings {
            self.find(finding);
        }
        for (finding, times) in other.repeated {
            *self.repeated.entry(finding).or_default() += times;
        }
        for statement in other.statements.iter() {
            self.statements.insert(statement.clone());
        }
    }

    /// SHA-256 over the canonical listing: every cell as site, column, slot and value, then every
    /// statement and every finding, each in order and little-endian, each list led by its length.
    /// Sites and columns are numbers of the gazetteer and the catalogue: `editions` names those
    /// two and stands first.
    pub fn digest(&self, editions: &[u8]) -> Digest {
        let mut hash = Sha256::new();
        hash.update(b"tonghop books 1\n");
        hash.update((editions.len() as u64).to_le_bytes());
        hash.update(editions);
        let mut listing = Vec::with_capacity(1 << 16);
        let mut count = 0u64;
        for (site, cell) in self.rollup.cells() {
            count += 1;
            let mut line = [0; 14];
            line[..2].copy_from_slice(&site.0.to_le_bytes());
            line[2..4].copy_from_slice(&cell.column.0.to_le_bytes());
            line[4..6].copy_from_slice(&cell.slot.0.to_le_bytes());
            line[6..].copy_from_slice(&cell.value.to_le_bytes());
            listing.extend_from_slice(&line);
            if listing.len() >= 1 << 16 {
                hash.update(&listing);
                listing.clear();
            }
        }
        hash.update(&listing);
        hash.update(count.to_le_bytes());
        let mut lines = 0u64;
        for statement in self.statements.iter() {
            lines += 1;
            hash.update(statement.line());
        }
        hash.update(lines.to_le_bytes());
        for finding in &self.findings {
            hash.update(finding.line());
        }
        hash.update((self.findings.len() as u64).to_le_bytes());
        Digest(hash.finalize().into())
    }
}
