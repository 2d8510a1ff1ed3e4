//! Loading: the rows become a fold again, and every sum is made anew and compared.

use std::sync::Arc;

use domain::books::Books;
use domain::contribution::{Rules, contributions};
use domain::finding::Finding;
use domain::fold::Fold;
use domain::posting::{Column, Ledger, Posting, Site, Statement};
use domain::rollup::Rollup;

use crate::check::{self, Checks};
use crate::commit::Unreadable;
use crate::engine::Engine;
use crate::meta::Meta;
use crate::upper::{self, Upper};
use crate::{Error, Result, facts, key, notices, series};

/// What the rows hold, found to be consistent.
pub(crate) struct Image {
    pub(crate) fold: Fold,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) notices: Vec<Vec<u8>>,
    pub(crate) upper: Upper,
    /// The last chunk of facts.
    pub(crate) tail: Vec<u8>,
}

/// Loads the rows; a sentence if they are not what `meta` says, or not what the facts come to by
/// the rules of this program.
pub(crate) fn load(
    engine: &Engine,
    rules: &Arc<Rules>,
    meta: &Meta,
) -> Result<std::result::Result<Image, String>> {
    let (cells, facts) = std::thread::scope(|scope| {
        let cells = scope.spawn(|| Cells::load(engine, rules));
        let facts = Facts::load(engine, rules, meta);
        (cells.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), facts)
    });
    let (cells, facts) = match (cells, facts) {
        (Ok(cells), Ok(facts)) => (cells, facts),
        (Err(Error::Damaged { what, .. }), _) | (_, Err(Error::Damaged { what, .. })) => {
            return Ok(Err(format!("{what} cannot be read")));
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let (notices, told) = notices(engine)?;
    let found = Checks {
        cells: cells.rollup.check(),
        facts: facts.check,
        statements: facts.walk.statements,
        findings: facts.walk.findings,
        notices: told,
    };
    // Which of them differs first tells whether rows are damaged or the rules have changed.
    let table = [
        (found.cells == meta.checks.cells, "the cells are not those that were written"),
        (found.facts == meta.checks.facts, "the facts are not those that were written"),
        (facts.count == meta.facts, "facts are missing"),
        (notices.len() as u64 == meta.notices, "notices are missing"),
        (told == meta.checks.notices, "the notices are not those that were written"),
        (meta.counts.total() == meta.mark.position, "the counts do not sum to the position"),
        (cells.check == facts.walk.cells, "the rules have changed: the facts come to other cells"),
        (found == meta.checks, "the rules have changed: the facts come to other findings"),
    ];
    if let Some((_, why)) = table.iter().find(|(holds, _)| !holds) {
        return Ok(Err((*why).to_owned()));
    }
    let settled = cells.upper_expected == cells.upper_found;
    let upper = if settled { Upper::none() } else { Upper::Unknown };
    let Facts { mut fold, walk, tail, .. } = facts;
    fold.books = Books { rollup: cells.rollup, ..walk.books };
    let unreadable = unreadable(engine)?;
    Ok(Ok(Image { fold, unreadable, notices, upper, tail }))
}

/// The leaf rows and what they come to.
struct Cells {
    rollup: Rollup,
    check: u128,
    upper_expected: u128,
    upper_found: u128,
}

impl Cells {
    fn load(engine: &Engine, rules: &Rules) -> Result<Cells> {
        let mut cells =
            Cells { rollup: Rollup::default(), check: 0, upper_expected: 0, upper_found: 0 };
        let damaged = || damaged(engine, "a series");
        engine.scan(key::CELLS, |key, row| {
            let (site, column) = key::read_pair(key).ok_or_else(damaged)?;
            let (site, column) = (Site(site), Column(column));
            let known = match site.which() {
                Ok(place) => usize::from(place.0) < rules.atlas.place_count(),
                Err(unit) => usize::from(unit.0) < rules.atlas.units().count(),
            };
            if !known {
                return Err(damaged());
            }
            let units: Vec<_> = upper::units(&rules.atlas, site).collect();
            let add = |slot, by| {
                cells.rollup.post(&Posting { site, column, slot, by });
                cells.check = cells.check.wrapping_add(check::of_cell(site, column, slot, by));
                for unit in &units {
                    let part = upper::weight(*unit, column, slot, by);
                    cells.upper_expected = cells.upper_expected.wrapping_add(part);
                }
            };
            series::unpack(row, add).ok_or_else(damaged)
        })?;
        cells.rollup.settle();
        cells.upper_found = upper_check(engine)?;
        Ok(cells)
    }
}

/// What the upper rows come to. Damage in them is no more than a difference: they are made again.
fn upper_check(engine: &Engine) -> Result<u128> {
    use domain::atlas::Unit;
    let mut sum = 0u128;
    engine.scan(key::UPPER, |key, row| {
        let whole = key::read_pair(key).and_then(|(unit, column)| {
            series::unpack(row, |slot, value| {
                let part = upper::weight(Unit(unit), Column(column), slot, value);
                sum = sum.wrapping_add(part);
            })
        });
        if whole.is_none() {
            sum = sum.wrapping_add(1);
        }
        Ok(())
    })?;
    Ok(sum)
}

/// The facts, and what they come to by today's rules.
struct Facts {
    fold: Fold,
    walk: Walk,
    check: u128,
    count: u64,
    tail: Vec<u8>,
}

impl Facts {
    fn load(engine: &Engine, rules: &Arc<Rules>, meta: &Meta) -> Result<Facts> {
        let mut fold = Fold::new(Arc::clone(rules));
        let (mut sum, mut count, mut tail) = (0u128, 0, Vec::new());
        let damaged = || damaged(engine, "a fact");
        let places = rules.atlas.place_count();
        engine.scan(key::FACTS, |key, chunk| {
            let mut rest = chunk;
            while !rest.is_empty() {
                let before = rest;
                let (subject, fact) = facts::unpack(&mut rest).ok_or_else(damaged)?;
                if usize::from(fact.at.0) >= places {
                    return Err(damaged());
                }
                let bytes = &before[..before.len() - rest.len()];
                sum = sum.wrapping_add(check::hash(bytes));
                count += 1;
                fold.restore([(subject, fact)]);
            }
            if key == key::chunk(meta.chunk) {
                tail = chunk.to_vec();
            }
            Ok(())
        })?;
        let mut walk = Walk::default();
        // Damaged facts must not reach the rules.
        if sum == meta.checks.facts {
            for (_, timeline) in fold.timelines() {
                contributions(timeline, rules, &mut walk);
            }
            fold.index();
        }
        Ok(Facts { fold, walk, check: sum, count, tail })
    }
}

/// Keeps statements and findings, and only the check of the cells.
#[derive(Default)]
struct Walk {
    books: Books,
    cells: u128,
    statements: u128,
    findings: u128,
}

impl Ledger for Walk {
    fn post(&mut self, posting: Posting) {
        let Posting { site, column, slot, by } = posting;
        self.cells = self.cells.wrapping_add(check::of_cell(site, column, slot, by));
    }

    fn find(&mut self, finding: Finding) {
        self.findings = self.findings.wrapping_add(check::of_finding(&finding));
        self.books.find(finding);
    }

    fn state(&mut self, statement: Statement) {
        self.statements = self.statements.wrapping_add(check::of_statement(&statement));
        self.books.state(statement);
    }
}

fn unreadable(engine: &Engine) -> Result<Vec<Unreadable>> {
    let mut list = Vec::new();
    engine.scan(key::UNREADABLE, |key, reason| {
        let reason = String::from_utf8_lossy(reason).into_owned();
        list.extend(key::read_long(key).map(|position| Unreadable { position, reason }));
        Ok(())
    })?;
    Ok(list)
}

/// All notices, and the sum of their hashes.
fn notices(engine: &Engine) -> Result<(Vec<Vec<u8>>, u128)> {
    let (mut list, mut sum) = (Vec::new(), 0u128);
    engine.scan(key::NOTICES, |_, run| {
        let run = notices::unpack(run).ok_or_else(|| damaged(engine, "notices"))?;
        for notice in run {
            sum = sum.wrapping_add(check::of_notice(list.len() as u64 + 1, notice));
            list.push(notice.to_vec());
        }
        Ok(())
    })?;
    Ok((list, sum))
}

fn damaged(engine: &Engine, what: &'static str) -> Error {
    Error::Damaged { path: engine.path().to_owned(), what }
}
