//! Which facts post to the sums that a figure comes from: found in one walk along the timelines of
//! its units.

use std::collections::HashMap;

use domain::atlas::{Atlas, Place, Unit};
use domain::contribution::trace;
use domain::disclosure::is_of_few;
use domain::fact::{Fact, Key, Subject};
use domain::figures::Cells;
use domain::fold::Fold;
use domain::posting::{Column, Contribution};
use domain::time::Day;
use domain::timeline::Timeline;
use proto::gazetteer::Gazetteer;
use query::findings::key;

use crate::posted::Posted;
use crate::sites::{Places, Sites};

/// The sums of a figure, and the facts in which units state it.
pub(crate) struct Sums {
    limit: usize,
    /// Facts of fewer households are not for everybody.
    households_min: u32,
    all: Vec<Sum>,
    by_column: HashMap<Column, Vec<usize>>,
    sites: HashMap<Unit, Sites>,
    places: Places,
    statements: HashMap<Key, Option<Posting>>,
}

struct Sum {
    unit: Unit,
    cells: Cells,
    sum: i128,
    postings: u64,
    is_of_few: bool,
    /// The first in the order of the journal; a few more than asked for while walking.
    posted: Vec<Posting>,
}

/// What one fact posts. Of a million of them most are never told, so it is small; the first in the
/// order of the journal come first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Posting {
    position: u64,
    fact: Key,
    on: Day,
    at: Place,
    by: i128,
    of_household: bool,
}

impl Sums {
    /// None yet; of each at most `limit` facts will be listed.
    pub(crate) fn new(limit: usize, households_min: u32) -> Sums {
        Sums {
            limit,
            households_min,
            all: Vec::new(),
            by_column: HashMap::new(),
            sites: HashMap::new(),
            places: Places::default(),
            statements: HashMap::new(),
        }
    }

    /// Adds the sum of the cells of a unit; its number.
    pub(crate) fn add(&mut self, fold: &Fold, unit: Unit, cells: Cells) -> usize {
        let nth = self.all.len();
        for column in &cells.columns {
            let sums = self.by_column.entry(*column).or_default();
            // A column counts once, however often it is named.
            if sums.last() != Some(&nth) {
                sums.push(nth);
            }
        }
        let atlas = &fold.rules.atlas;
        self.sites.entry(unit).or_insert_with(|| Sites::of(atlas, unit));
        self.places.add(atlas.places(unit).iter().copied());
        self.all.push(Sum {
            unit,
            cells,
            sum: 0,
            postings: 0,
            is_of_few: false,
            posted: Vec::new(),
        });
        nth
    }

    /// Looks for a fact in which a unit states a figure.
    pub(crate) fn look_for(&mut self, fold: &Fold, unit: Unit, fact: Key) {
        self.places.add(fold.rules.atlas.places(unit).iter().copied());
        self.statements.insert(fact, None);
    }

    /// Who can have a part in any of it.
    pub(crate) fn subjects(&self, fold: &Fold) -> Vec<Subject> {
        fold.subjects_at(self.places.all())
    }

    /// Walks along a timeline.
    pub(crate) fn walk(&mut self, fold: &Fold, subject: Subject, timeline: &Timeline) {
        if !self.statements.is_empty() {
            for fact in timeline.facts() {
                if let Some(found) = self.statements.get_mut(&fact.key) {
                    *found = Some(Posting::of(subject, fact, 0, self.households_min));
                }
            }
        }
        if self.places.meet(timeline) {
            trace(timeline, &fold.rules, |fact, own| self.post(subject, fact, &own));
        }
    }

    fn post(&mut self, subject: Subject, fact: &Fact, own: &Contribution) {
        let mut shares: Vec<(usize, i128)> = Vec::new();
        for posting in &own.postings {
            for nth in self.by_column.get(&posting.column).into_iter().flatten() {
                let Sum { unit, cells, .. } = &self.all[*nth];
                let here = self.sites.get(unit).is_some_and(|sites| sites.has(posting.site));
                if !here || !cells.slots.contains(&posting.slot) {
                    continue;
                }
                match shares.iter_mut().find(|(one, _)| one == nth) {
                    Some((_, by)) => *by += i128::from(posting.by),
                    None => shares.push((*nth, i128::from(posting.by))),
                }
            }
        }
        for (nth, by) in shares.into_iter().filter(|(_, by)| *by != 0) {
            let sum = &mut self.all[nth];
            sum.sum += by;
            sum.postings += 1;
            let posting = Posting::of(subject, fact, by, self.households_min);
            sum.is_of_few |= posting.of_household;
            sum.posted.push(posting);
            // Of a million postings only the first are kept.
            if sum.posted.len() > 2 * self.limit + 64 {
                sum.keep(self.limit);
            }
        }
    }

    /// Of a sum: what it comes to, how many postings there are, and the first of them.
    pub(crate) fn of(&self, atlas: &Atlas, nth: usize) -> (i128, u64, Vec<Posted>) {
        let Sum { sum, postings, posted, .. } = &self.all[nth];
        let mut first = posted.clone();
        first.sort_unstable();
        let facts = first.into_iter().take(self.limit).map(|one| one.told(atlas));
        (*sum, *postings, facts.collect())
    }

    /// Whether any fact of a sum tells of one household or of few.
    pub(crate) fn is_of_few(&self, nth: usize) -> bool {
        self.all[nth].is_of_few
    }

    /// The fact that was looked for.
    pub(crate) fn statement(&self, atlas: &Atlas, fact: Key) -> Vec<Posted> {
        self.statements
            .get(&fact)
            .copied()
            .flatten()
            .map(|one| one.told(atlas))
            .into_iter()
            .collect()
    }
}

impl Sum {
    fn keep(&mut self, limit: usize) {
        self.posted.select_nth_unstable(limit);
        self.posted.truncate(limit);
    }
}

impl Posting {
    fn of(subject: Subject, fact: &Fact, by: i128, min: u32) -> Posting {
        let Fact { position, key, on, at, .. } = *fact;
        let of_household = subject != Subject(key) || is_of_few(fact, min);
        Posting { position, fact: key, on, at, by, of_household }
    }

    fn told(self, atlas: &Atlas) -> Posted {
        Posted {
            position: self.position,
            fact: key(self.fact),
            on: self.on.to_string(),
            unit: Gazetteer::embedded().key(atlas.unit_of(self.at)).to_owned(),
            by: self.by,
            of_household: self.of_household,
            record: None,
        }
    }
}
