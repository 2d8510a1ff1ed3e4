//! What is handed to a commit: gathered while the fold goes on, sealed as of one position.

use domain::fact::{Fact, Subject};
use domain::fold::{Applied, Fold};
use domain::posting::{Column, Posting, Site, coalesce};

use crate::check;
use crate::series;
use crate::{Counts, Mark};

/// A record that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// Where it is in the journal.
    pub position: u64,
    /// Why, in a sentence.
    pub reason: String,
}

/// What changed since the last commit.
#[derive(Debug, Default)]
pub struct Draft {
    facts: Vec<(Subject, Fact)>,
    postings: Vec<Posting>,
    unreadable: Vec<Unreadable>,
    notices: Vec<Vec<u8>>,
    /// By how much the checks change.
    statements: u128,
    findings: u128,
}

/// A draft sealed with the series it touches and the position it leads to. It owns all it needs,
/// so that it can be written on another thread while the fold goes on.
#[derive(Debug)]
pub struct Commit {
    pub(crate) facts: Vec<(Subject, Fact)>,
    /// Coalesced.
    pub(crate) postings: Vec<Posting>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) notices: Vec<Vec<u8>>,
    pub(crate) statements: u128,
    pub(crate) findings: u128,
    /// Packed; one that came to nothing is empty.
    pub(crate) series: Vec<(Site, Column, Vec<u8>)>,
    pub(crate) cells: u128,
    pub(crate) mark: Mark,
    pub(crate) counts: Counts,
    pub(crate) tree: Vec<u8>,
}

impl Draft {
    /// Adds what a batch did.
    pub fn add(&mut self, applied: Applied) {
        let Applied { new, changes, twins: _, duplicates: _, within: _, steps: _ } = applied;
        if self.facts.is_empty() {
            self.facts = new;
        } else {
            self.facts.extend(new);
        }
        for change in changes {
            self.postings.extend(change.postings);
            let statements = |list: &[_]| sum(list.iter().map(check::of_statement));
            let findings = |list: &[_]| sum(list.iter().map(check::of_finding));
            let (more, less) = (statements(&change.stated), statements(&change.unstated));
            self.statements = self.statements.wrapping_add(more).wrapping_sub(less);
            let (more, less) = (findings(&change.found), findings(&change.lost));
            self.findings = self.findings.wrapping_add(more).wrapping_sub(less);
        }
    }

    /// Adds records that cannot be read.
    pub fn refuse(&mut self, unreadable: impl IntoIterator<Item = Unreadable>) {
        self.unreadable.extend(unreadable);
    }

    /// Adds what is to be told to the world, in its order.
    pub fn tell(&mut self, notices: impl IntoIterator<Item = Vec<u8>>) {
        self.notices.extend(notices);
    }

    /// How many new facts and notices are in it.
    pub fn waiting(&self) -> usize {
        self.facts.len() + self.notices.len()
    }

    /// Seals it. `fold` must be as it is after all that was added and nothing else; `mark` and
    /// `counts` tell how far in the journal that is, from its beginning.
    pub fn seal(mut self, fold: &Fold, mark: Mark, counts: Counts) -> Commit {
        coalesce(&mut self.postings);
        let same = |a: &Posting, b: &Posting| (a.site, a.column) == (b.site, b.column);
        let rollup = &fold.books.rollup;
        let series = self
            .postings
            .chunk_by(same)
            .map(|of_one| {
                let Posting { site, column, .. } = of_one[0];
                let cells = rollup.series(site, column);
                let cells = cells.iter().map(|cell| (cell.slot, cell.value));
                (site, column, series::pack(cells))
            })
            .collect();
        let Draft { facts, postings, unreadable, notices, statements, findings } = self;
        let cells = rollup.check();
        let tree = Vec::new();
        Commit {
            facts,
            postings,
            unreadable,
            notices,
            statements,
            findings,
            series,
            cells,
            mark,
            counts,
            tree,
        }
    }
}

impl Commit {
    /// With what has to be remembered of the tree over the journal, up to the same position.
    #[must_use]
    pub fn with_tree(mut self, tree: Vec<u8>) -> Commit {
        self.tree = tree;
        self
    }

    /// How far in the journal it leads.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// How many facts it adds.
    pub fn facts(&self) -> usize {
        self.facts.len()
    }

    /// How many series it rewrites.
    pub fn series(&self) -> usize {
        self.series.len()
    }
}

fn sum(hashes: impl Iterator<Item = u128>) -> u128 {
    hashes.fold(0, u128::wrapping_add)
}
