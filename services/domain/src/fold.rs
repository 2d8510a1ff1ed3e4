//! The live fold: facts in, books out, as they come.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::atlas::Place;
use crate::books::Books;
use crate::closing::{Judged, judge};
use crate::contribution::{self, Change, Rules, appended, difference};
use crate::disclosure::memo::Memo;
use crate::fact::{Fact, Key, Subject, What};
use crate::finding::Finding;
use crate::kept::Kept;
use crate::keys::Keys;
use crate::long::Delta;
use crate::rivals::{Claim, Contest, Lead};
use crate::time::Day;
use crate::timeline::{Inserted, Timeline};
use crate::whereabouts::Whereabouts;

/// The live fold of one shard: every timeline, and what they come to.
#[derive(Clone, Debug)]
pub struct Fold {
    /// The rules it folds by.
    pub rules: Arc<Rules>,
    /// What the facts so far come to.
    pub books: Books,
    timelines: HashMap<Subject, Kept>,
    keys: Keys,
    whereabouts: Whereabouts,
    /// Closings by position: a few, which are judged in that order.
    closings: BTreeMap<u64, Fact>,
    /// What was found to be of few since the last change.
    pub(crate) judged: Memo,
}

/// What another subject has to know of a key that it has, too.
type Told = (Subject, Key, Lead);

/// What a batch did.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The facts that were new, with their subjects.
    pub new: Vec<(Subject, Fact)>,
    /// The positions of those among them that only say again what was there, in other bytes. They are
    /// kept, for the bytes choose among rivals, and are duplicates all the same.
    pub twins: Vec<u64>,
    /// How many were there already.
    pub duplicates: u64,
    /// How many came late, or met a void or a rival.
    pub within: u64,
    /// What changed, of one subject after the other.
    pub changes: Vec<Change>,
    /// How often a fact was looked at to know what changed: a few times for each new one, however
    /// long its timeline.
    pub steps: u64,
}

impl Applied {
    /// Adds what the next batch did.
    pub fn join(&mut self, next: Applied) {
        let Applied { new, twins, duplicates, within, changes, steps } = next;
        self.new.extend(new);
        self.twins.extend(twins);
        self.changes.extend(changes);
        self.duplicates += duplicates;
        self.within += within;
        self.steps += steps;
    }
}

impl Fold {
    /// A fold that has seen nothing.
    pub fn new(rules: Arc<Rules>) -> Fold {
        let (books, timelines, keys, whereabouts, closings) = Default::default();
        Fold { rules, books, timelines, keys, whereabouts, closings, judged: Memo::default() }
    }

    /// Takes facts in, in any order and any batches. What a fact costs does not grow with its
    /// subject's timeline.
    pub fn apply(&mut self, mut batch: Vec<(Subject, Fact)>) -> Applied {
        let mut applied = Applied::default();
        batch.sort_by_key(|(subject, fact)| (*subject, fact.order()));
        for facts in batch.chunk_by(|a, b| a.0 == b.0) {
            self.apply_to_one(facts, &mut applied);
        }
        if !(applied.new.is_empty() && applied.changes.is_empty()) {
            self.judged.forget();
        }
        applied
    }

    fn apply_to_one(&mut self, facts: &[(Subject, Fact)], applied: &mut Applied) {
        let subject = facts[0].0;
        let kept = self.timelines.entry(subject).or_default();
        kept.index(facts.len(), &self.rules);
        let mut delta = Delta::default();
        let mut before: Option<Timeline> = None;
        let mut met = Vec::new();
        for (_, fact) in facts {
            let known = self.keys.may_know(fact.key);
            // Only a fact that does not simply follow needs a short timeline as it was.
            let follows = || !known && kept.timeline.is_followed_by_new(fact);
            if before.is_none() && kept.long.is_none() && !follows() {
                before = Some(kept.timeline.clone());
            }
            for place in fact.places().filter(|place| !kept.is_at(*place)) {
                self.whereabouts.note(subject, place);
            }
            let inserted = kept.put(fact, known, &self.rules, &mut delta);
            match known {
                true if inserted != Inserted::Duplicate || self.keys.is_contested(fact.key) => {
                    met.push(fact);
                }
                true => {}
                false => self.keys.note(fact.key, subject, &mut kept.number),
            }
            match inserted {
                Inserted::Duplicate => {
                    applied.duplicates += 1;
                    continue;
                }
                Inserted::Appended if before.is_none() && kept.long.is_none() => {
                    let change = appended(&kept.timeline, fact, &self.rules);
                    delta.steps += kept.timeline.facts().len() as u64;
                    self.books.enter(&change);
                    applied.changes.push(change);
                }
                Inserted::Appended if before.is_none() => {}
                Inserted::Appended | Inserted::Within => applied.within += 1,
            }
            declare(&mut self.closings, fact);
            if known && kept.named(fact.key).any(|other| fact.is_twin_of(other)) {
                applied.twins.push(fact.position);
            }
            applied.new.push((subject, fact.clone()));
        }
        let told: Vec<Told> =
            met.into_iter().flat_map(|fact| self.meet(subject, fact, &mut delta)).collect();
        for (other, key, lead) in told {
            self.tell(other, key, lead, applied);
        }
        self.enter(subject, before, delta, applied);
    }

    /// Enters what changed in a timeline: what its index took down, or the difference from what it
    /// was before.
    fn enter(
        &mut self,
        subject: Subject,
        before: Option<Timeline>,
        delta: Delta,
        applied: &mut Applied,
    ) {
        let Some(kept) = self.timelines.get(&subject) else { return };
        applied.steps += delta.steps;
        let change = match before {
            Some(before) => {
                let walked = before.facts().len() + kept.timeline.facts().len();
                applied.steps += walked as u64;
                difference(&before, &kept.timeline, &self.rules)
            }
            None if kept.long.is_some() => delta.into_change(),
            None => return,
        };
        self.books.enter(&change);
        applied.changes.push(change);
    }

    /// Looks whether other subjects have the key of a fact that is in its timeline already, too. The
    /// fact's own timeline is told at once; what others have to be told is given back: at most the
    /// winners before and after, for whoever had lost has lost.
    fn meet(&mut self, subject: Subject, fact: &Fact, delta: &mut Delta) -> Vec<Told> {
        let key = fact.key;
        let mut claims = vec![Claim::of(subject, fact)];
        let mut concerned = Vec::new();
        if !self.keys.is_contested(key) {
            let (mut other, mut is_noted) = (None, false);
            for owner in self.keys.owners(key) {
                if owner == subject {
                    is_noted = true;
                } else if self.claims_of(owner, key).next().is_some() {
                    other = Some(owner);
                }
            }
            let Some(other) = other else {
                let number = self.timelines.get_mut(&subject).map(|kept| &mut kept.number);
                if let (false, Some(number)) = (is_noted, number) {
                    self.keys.note(key, subject, number);
                }
                return Vec::new();
            };
            concerned.push(other);
            claims = self.claims_of(other, key).chain(self.claims_of(subject, key)).collect();
        }
        let mut winner = None;
        for claim in claims {
            let (before, after) = self.keys.claim(key, claim);
            if before.map(|one| one.subject) != after.map(|one| one.subject) {
                concerned.extend([before, after].into_iter().flatten().map(|one| one.subject));
            }
            winner = after;
        }
        let Some(winner) = winner else { return Vec::new() };
        if let Some(kept) = self.timelines.get_mut(&subject) {
            kept.contest(key, Lead::seen_by(subject, winner), &self.rules, delta);
        }
        concerned.sort_unstable();
        concerned.dedup();
        concerned.retain(|one| *one != subject);
        concerned.into_iter().map(|one| (one, key, Lead::seen_by(one, winner))).collect()
    }

    fn claims_of(&self, subject: Subject, key: Key) -> impl Iterator<Item = Claim> {
        let same = self.timelines.get(&subject).into_iter().flat_map(move |kept| kept.named(key));
        same.map(move |fact| Claim::of(subject, fact))
    }

    /// Tells a timeline which content of a key counts, and enters what that changes.
    fn tell(&mut self, subject: Subject, key: Key, lead: Lead, applied: &mut Applied) {
        let Some(kept) = self.timelines.get_mut(&subject) else { return };
        kept.index(0, &self.rules);
        let before = kept.long.is_none().then(|| kept.timeline.clone());
        let mut delta = Delta::default();
        kept.contest(key, lead, &self.rules, &mut delta);
        self.enter(subject, before, delta, applied);
    }

    /// Puts facts back that were folded before, without counting them again: the books come from
    /// elsewhere. The rules are not asked, for such facts may be damaged: see [`Fold::index`].
    pub fn restore(&mut self, facts: impl IntoIterator<Item = (Subject, Fact)>) {
        let mut unsaid = Delta::default();
        self.judged.forget();
        for (subject, fact) in facts {
            declare(&mut self.closings, &fact);
            let kept = self.timelines.entry(subject).or_default();
            for place in fact.places().filter(|place| !kept.is_at(*place)) {
                self.whereabouts.note(subject, place);
            }
            let known = self.keys.may_know(fact.key);
            kept.put(&fact, known, &self.rules, &mut unsaid);
            if !known {
                self.keys.note(fact.key, subject, &mut kept.number);
                continue;
            }
            for (other, key, lead) in self.meet(subject, &fact, &mut unsaid) {
                if let Some(kept) = self.timelines.get_mut(&other) {
                    kept.contest(key, lead, &self.rules, &mut unsaid);
                }
            }
        }
    }

    /// Makes the index of every long timeline that was put back, so that the next fact need not.
    pub fn index(&mut self) {
        self.timelines.values_mut().for_each(|kept| kept.index(0, &self.rules));
    }

    /// A fold of which only the books are known: it answers what needs no timelines.
    pub fn of_books(rules: Arc<Rules>, books: Books, closings: Vec<Fact>) -> Fold {
        let mut fold = Fold { books, ..Fold::new(rules) };
        closings.iter().for_each(|fact| declare(&mut fold.closings, fact));
        fold
    }

    /// Every closing, in the order of the journal, and what became of it.
    pub fn closings(&self) -> Vec<Judged<'_>> {
        let lost = |fact: &Fact| {
            let contest = self.named(fact.key).map(|(subject, one)| Claim::of(subject, one));
            let winner = contest.collect::<Contest>().winner();
            winner.is_some_and(|winner| winner.meaning != fact.meaning())
        };
        judge(self.closings.values(), lost, &self.rules.atlas)
    }

    /// All facts of a key, whosever they are: one, or rivals.
    pub fn named(&self, key: Key) -> impl Iterator<Item = (Subject, &Fact)> {
        let mut subjects: Vec<Subject> = match self.keys.claims(key) {
            [] => self.keys.owners(key).collect(),
            claims => claims.iter().map(|claim| claim.subject).collect(),
        };
        subjects.sort_unstable();
        subjects.dedup();
        subjects.into_iter().flat_map(move |subject| {
            let facts = self.timelines.get(&subject).into_iter();
            facts.flat_map(move |kept| kept.named(key)).map(move |fact| (subject, fact))
        })
    }

    /// The facts of other subjects under keys of this one's, in the order of the journal.
    pub fn rivals_of(&self, subject: Subject) -> Vec<&Fact> {
        let keys = self.timeline(subject).into_iter().flat_map(Timeline::contested);
        let all = keys.flat_map(|key| self.named(key));
        let mut rivals: Vec<&Fact> =
            all.filter(|(other, _)| *other != subject).map(|(_, fact)| fact).collect();
        rivals.sort_unstable_by_key(|fact| (fact.position, fact.key));
        rivals
    }

    /// A timeline as it was at a position of the journal, also by what other subjects had under its
    /// keys by then. None, if it had no fact yet.
    pub fn timeline_as_of(&self, subject: Subject, position: u64) -> Option<Cow<'_, Timeline>> {
        let lead = |key| self.keys.lead_at(key, subject, position);
        self.timeline(subject)?.as_of(position, lead)
    }

    /// Everything that was noticed: of the books, and of closings without effect.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let refused: Vec<Finding> = self.closings().iter().filter_map(Judged::finding).collect();
        self.books.findings.iter().copied().chain(refused)
    }

    /// All timelines, in no order.
    pub fn timelines(&self) -> impl Iterator<Item = (Subject, &Timeline)> {
        self.timelines.iter().map(|(subject, kept)| (*subject, &kept.timeline))
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
        subjects.filter_map(|subject| Some((subject, self.timeline(subject)?)))
    }

    /// The timeline of one subject.
    pub fn timeline(&self, subject: Subject) -> Option<&Timeline> {
        self.timelines.get(&subject).map(|kept| &kept.timeline)
    }

    /// Where the household of a subject lived: see [`home`](contribution::home).
    pub fn home(&self, subject: Subject, on: Day) -> Option<Place> {
        let kept = self.timelines.get(&subject)?;
        match &kept.long {
            Some(long) => long.home(on),
            None => contribution::home(&kept.timeline, &self.rules, on),
        }
    }

    /// The fact of that key that counts in the timeline of a subject, or would if it were not void.
    pub fn fact(&self, subject: Subject, key: Key) -> Option<&Fact> {
        let kept = self.timelines.get(&subject)?;
        let own = kept.named(key);
        let lead = kept.timeline.lead_of(key, own)?;
        kept.named(key).find(|fact| lead.is(fact))
    }

    /// How many subjects there are, and the bytes their timelines take in memory.
    pub fn size(&self) -> (usize, usize) {
        let entry = size_of::<(Subject, Kept)>() + 1;
        let bytes =
            |kept: &Kept| kept.timeline.bytes() + kept.long.as_ref().map_or(0, |long| long.bytes());
        let facts: usize = self.timelines.values().map(bytes).sum();
        let beside = self.whereabouts.bytes() + self.keys.bytes();
        let bytes = facts + self.timelines.capacity() * entry + beside;
        (self.timelines.len(), bytes)
    }

    /// The bytes that it takes in memory to know whose each key is.
    pub fn size_of_keys(&self) -> usize {
        self.keys.bytes()
    }
}

fn declare(closings: &mut BTreeMap<u64, Fact>, fact: &Fact) {
    if matches!(fact.what, What::Closing(_)) {
        closings.insert(fact.position, fact.clone());
    }
}
