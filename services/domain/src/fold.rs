//! The live fold: facts in, books out, as they come.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::books::Books;
use crate::contribution::{Change, Rules, appended, difference};
use crate::fact::{Fact, Subject};
use crate::timeline::{Inserted, Timeline};

/// The live fold of one shard: every timeline, and what they come to.
#[derive(Clone, Debug)]
pub struct Fold {
    /// The rules it folds by.
    pub rules: Arc<Rules>,
    /// What the facts so far come to.
    pub books: Books,
    timelines: HashMap<Subject, Timeline>,
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

impl Fold {
    /// A fold that has seen nothing.
    pub fn new(rules: Arc<Rules>) -> Fold {
        Fold { rules, books: Books::default(), timelines: HashMap::new() }
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
            self.timelines.entry(subject).or_default().insert(fact);
        }
    }

    /// All timelines, in no order.
    pub fn timelines(&self) -> impl Iterator<Item = (Subject, &Timeline)> {
        self.timelines.iter().map(|(subject, timeline)| (*subject, timeline))
    }

    /// The timeline of one subject.
    pub fn timeline(&self, subject: Subject) -> Option<&Timeline> {
        self.timelines.get(&subject)
    }

    /// How many subjects there are, and the bytes their timelines take in memory.
    pub fn size(&self) -> (usize, usize) {
        let entry = size_of::<(Subject, Timeline)>() + 1;
        let facts: usize = self.timelines.values().map(Timeline::bytes).sum();
        (self.timelines.len(), facts + self.timelines.capacity() * entry)
    }
}
