//! The live fold: facts in, books out, as they come.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::atlas::Place;
use crate::books::Books;
use crate::closing::{Judged, judge};
use crate::contribution::{Change, Rules, appended, difference};
use crate::fact::{Fact, Subject, What};
use crate::finding::Finding;
use crate::timeline::{Inserted, Timeline};
use crate::whereabouts::Whereabouts;

/// The live fold of one shard: every timeline, and what they come to.
#[derive(Clone, Debug)]
pub struct Fold {
    /// The rules it folds by.
    pub rules: Arc<Rules>,
    /// What the facts so far come to.
    pub books: Books,
    timelines: HashMap<Subject, Timeline>,
    whereabouts: Whereabouts,
    /// Closings by position: a few, which are judged in that order.
    closings: BTreeMap<u64, Fact>,
}

/// What a batch did.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The facts that were new, with their subjects.
    pub new: Vec<(Subject, Fact)>,
    /// How many were there already.
    pub duplicates: u64,
    /// How many came late, or met a void or a rival.
    pub within: u64,
    /// What changed, of one subject after the other.
    pub changes: Vec<Change>,
}

impl Applied {
    /// Adds what the next batch did.
    pub fn join(&mut self, next: Applied) {
        let Applied { new, duplicates, within, changes } = next;
        self.new.extend(new);
        self.changes.extend(changes);
        self.duplicates += duplicates;
        self.within += within;
    }
}

impl Fold {
    /// A fold that has seen nothing.
    pub fn new(rules: Arc<Rules>) -> Fold {
        let (books, timelines, whereabouts, closings) = Default::default();
        Fold { rules, books, timelines, whereabouts, closings }
    }

    /// Takes facts in, in any order and any batches.
    pub fn apply(&mut self, mut batch: Vec<(Subject, Fact)>) -> Applied {
        let mut applied = Applied::default();
        batch.sort_by_key(|(subject, fact)| (*subject, fact.order()));
        for facts in batch.chunk_by(|a, b| a.0 == b.0) {
            self.apply_to_one(facts, &mut applied);
        }
        applied
    }

    fn apply_to_one(&mut self, facts: &[(Subject, Fact)], applied: &mut Applied) {
        let timeline = self.timelines.entry(facts[0].0).or_default();
        let mut before: Option<Timeline> = None;
        for (subject, fact) in facts {
            // Only a fact that does not simply follow needs the timeline as it was.
            if before.is_none() && !timeline.is_followed_by(fact) {
                before = Some(timeline.clone());
            }
            self.whereabouts.note(*subject, timeline, fact);
            match timeline.insert(fact.clone()) {
                Inserted::Duplicate => {
                    applied.duplicates += 1;
                    continue;
                }
                Inserted::Appended if before.is_none() => {
                    let change = appended(timeline, fact, &self.rules);
                    self.books.enter(&change);
                    applied.changes.push(change);
                }
                Inserted::Appended | Inserted::Within => applied.within += 1,
            }
            declare(&mut self.closings, fact);
            applied.new.push((*subject, fact.clone()));
        }
        if let Some(before) = before {
            let change = difference(&before, timeline, &self.rules);
            self.books.enter(&change);
            applied.changes.push(change);
        }
    }

    /// Puts facts back that were folded before, without counting them again: the books come from
    /// elsewhere.
    pub fn restore(&mut self, facts: impl IntoIterator<Item = (Subject, Fact)>) {
        for (subject, fact) in facts {
            declare(&mut self.closings, &fact);
            let timeline = self.timelines.entry(subject).or_default();
            self.whereabouts.note(subject, timeline, &fact);
            timeline.insert(fact);
        }
    }

    /// A fold of which only the books are known: it answers what needs no timelines.
    pub fn of_books(rules: Arc<Rules>, books: Books, closings: Vec<Fact>) -> Fold {
        let mut fold = Fold { books, ..Fold::new(rules) };
        closings.iter().for_each(|fact| declare(&mut fold.closings, fact));
        fold
    }

    /// Every closing, in the order of the journal, and what became of it.
    pub fn closings(&self) -> Vec<Judged<'_>> {
        judge(self.closings.values(), &self.rules.atlas)
    }

    /// Everything that was noticed: of the books, and of closings without effect.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let refused: Vec<Finding> = self.closings().iter().filter_map(Judged::finding).collect();
        self.books.findings.iter().copied().chain(refused)
    }

    /// All timelines, in no order.
    pub fn timelines(&self) -> impl Iterator<Item = (Subject, &Timeline)> {
        self.timelines.iter().map(|(subject, timeline)| (*subject, timeline))
    }

    /// The subjects with facts at any of these places, in order.
    pub fn subjects_at(&self, places: impl IntoIterator<Item = Place>) -> Vec<Subject> {
        self.whereabouts.of(places)
    }

    /// The timelines with facts at any of these places, and maybe elsewhere.
    pub fn timelines_at(
        &self,
        places: impl IntoIterator<Item = Place>,
    ) -> impl Iterator<Item = (Subject, &Timeline)> {
        let subjects = self.subjects_at(places).into_iter();
        subjects.filter_map(|subject| Some((subject, self.timelines.get(&subject)?)))
    }

    /// The timeline of one subject.
    pub fn timeline(&self, subject: Subject) -> Option<&Timeline> {
        self.timelines.get(&subject)
    }

    /// How many subjects there are, and the bytes their timelines take in memory.
    pub fn size(&self) -> (usize, usize) {
        let entry = size_of::<(Subject, Timeline)>() + 1;
        let facts: usize = self.timelines.values().map(Timeline::bytes).sum();
        let bytes = facts + self.timelines.capacity() * entry + self.whereabouts.bytes();
        (self.timelines.len(), bytes)
    }
}

fn declare(closings: &mut BTreeMap<u64, Fact>, fact: &Fact) {
    if matches!(fact.what, What::Closing(_)) {
        closings.insert(fact.position, fact.clone());
    }
}
