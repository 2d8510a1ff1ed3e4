//! All facts of one subject, in order, and which of them count.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use crate::fact::{Fact, Key, Order, Subject, What};
use crate::facts::Facts;
use crate::rivals::{Claim, Contest, Lead};

/// All facts of one subject: a map by key that also keeps rivals, in timeline order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timeline {
    facts: Facts,
    /// Whether a void or a rival is among them, so that not every fact counts.
    tangled: bool,
    /// Keys that other subjects have, too; hardly any timeline has one.
    contested: Option<Box<Leads>>,
}

/// The content that counts, of each key that other subjects have, too.
#[derive(Clone, PartialEq, Debug, Default)]
struct Leads(HashMap<Key, Lead>);

/// So many facts of one subject count: those that came first of all that are neither void nor lost.
/// The others are held until some of these are void.
///
/// A household that is helped once a week for thirty years has 1,560. What has more is no household
/// but a mistake, such as a list in which many stand under one number, and one late fact may change
/// what each of those after it means: this bounds it. By position and not by day, so that what is
/// counted stays counted whatever comes later.
pub const COUNTED_MAX: usize = 2_000;

/// What became of a fact that was put into a timeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inserted {
    /// It was there already.
    Duplicate,
    /// It is the last one, and every fact of the timeline counts.
    Appended,
    /// It came late, or something is void or contested.
    Within,
}

impl Timeline {
    /// Puts a fact in its place. The order of calls does not matter.
    pub fn insert(&mut self, fact: Fact) -> Inserted {
        let has_key = |timeline: &Timeline| timeline.named(fact.key).next().is_some();
        let has_rival = self.fact_at(&fact.order()).is_none() && has_key(self);
        self.insert_beside(fact, has_rival)
    }

    /// The same by who knows whether it has other facts of that key.
    pub(crate) fn insert_beside(&mut self, fact: Fact, has_rival: bool) -> Inserted {
        if let Some(same) = self.facts.at_mut(&fact.order()) {
            same.position = same.position.min(fact.position);
            return Inserted::Duplicate;
        }
        self.tangled |= has_rival;
        self.put(fact)
    }

    /// Puts a fact in its place of which it is known that no other has its key.
    pub(crate) fn put(&mut self, fact: Fact) -> Inserted {
        self.tangled |= matches!(fact.what, What::Voided { .. });
        let last = self.facts.put(fact);
        if last && self.is_plain() { Inserted::Appended } else { Inserted::Within }
    }

    /// All facts, also those that do not count, in timeline order.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Its facts, for their room.
    pub(crate) fn into_room(self) -> Vec<Fact> {
        self.facts.into_room()
    }

    /// The fact that stands there.
    pub(crate) fn fact_at(&self, order: &Order) -> Option<&Fact> {
        self.facts.at(order)
    }

    /// All facts of a key: one, or rivals and twins.
    pub(crate) fn named(&self, key: Key) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.key == key)
    }

    /// The content of a key that counts, where other subjects have the key, too.
    pub(crate) fn lead_among_others(&self, key: Key) -> Option<Lead> {
        self.contested.as_ref().and_then(|leads| leads.0.get(&key)).copied()
    }

    /// The timeline as it was at a position of the journal: a fact is never changed and never goes,
    /// so that it is this one without the later facts. None, if it had no fact yet. `lead` tells
    /// what counted then of a key that other subjects have, too.
    pub(crate) fn as_of(
        &self,
        position: u64,
        lead: impl Fn(Key) -> Option<Lead>,
    ) -> Option<Cow<'_, Timeline>> {
        let known = |fact: &&Fact| fact.position <= position;
        let contested = self.contested.as_deref();
        match self.facts.iter().filter(known).count() {
            0 => None,
            all if all == self.facts.len() && contested.is_none() => Some(Cow::Borrowed(self)),
            _ => {
                let facts: Vec<Fact> = self.facts.iter().filter(known).cloned().collect();
                let mut then = Timeline::from(facts);
                for key in contested.into_iter().flat_map(|leads| leads.0.keys()) {
                    if let Some(lead) = lead(*key) {
                        then.contest(*key, lead);
                    }
                }
                Some(Cow::Owned(then))
            }
        }
    }

    /// Notes which content of a key counts that other subjects have, too.
    pub(crate) fn contest(&mut self, key: Key, lead: Lead) {
        self.tangled = true;
        self.contested.get_or_insert_default().0.insert(key, lead);
    }

    /// The keys of this timeline that other subjects have, too.
    pub(crate) fn contested(&self) -> impl Iterator<Item = Key> {
        self.contested.iter().flat_map(|leads| leads.0.keys().copied())
    }

    /// The facts that count, in timeline order: those that won against their rivals and that no
    /// void names, as far as the subject is not full. There is no void of a void.
    pub fn effective(&self) -> impl Iterator<Item = &Fact> {
        let verdict = (!self.is_plain()).then(|| Verdict::over(self));
        let counts = move |fact: &&Fact| verdict.as_ref().is_none_or(|all| all.counts(fact));
        self.facts.iter().filter(counts)
    }

    /// Which of its facts count, and why the others do not.
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::over(self)
    }

    /// The fact of that key that counts, or would if it were not void. None if it is another
    /// subject's.
    pub fn fact(&self, key: Key) -> Option<&Fact> {
        let lead = self.lead_of(key, self.named(key))?;
        self.named(key).find(|fact| lead.is(fact))
    }

    /// The content of a key that counts; `own` are the facts of that key.
    pub(crate) fn lead_of<'f>(
        &self,
        key: Key,
        own: impl Iterator<Item = &'f Fact>,
    ) -> Option<Lead> {
        self.lead_among_others(key).or_else(|| lead_of(own))
    }

    /// Whether the fact would come last among facts that all count, itself included.
    pub fn is_followed_by(&self, fact: &Fact) -> bool {
        self.is_followed_by_new(fact) && self.named(fact.key).next().is_none()
    }

    /// The same of a fact whose key no other has.
    pub(crate) fn is_followed_by_new(&self, fact: &Fact) -> bool {
        !self.tangled
            && !self.facts.are_more_than(COUNTED_MAX - 1)
            && !matches!(fact.what, What::Voided { .. })
            && self.facts.last().is_none_or(|last| last.order() < fact.order())
    }

    /// The bytes its facts take in memory, without what statements hold.
    pub fn bytes(&self) -> usize {
        self.facts.bytes()
    }

    /// Whether every fact counts.
    pub fn is_plain(&self) -> bool {
        !self.tangled && !self.facts.are_more_than(COUNTED_MAX)
    }
}

/// What leads among facts of one key.
fn lead_of<'f>(facts: impl Iterator<Item = &'f Fact>) -> Option<Lead> {
    let contest: Contest = facts.map(|fact| Claim::of(HERE, fact)).collect();
    contest.winner().map(|winner| Lead::seen_by(HERE, winner))
}

/// Stands for the subject of a timeline where only its own facts are compared.
pub(crate) const HERE: Subject = Subject(Key([0, 0]));

/// Which facts of a timeline count, found in one walk: one subject may have very many facts.
pub(crate) struct Verdict {
    /// The content of each key that wins.
    leads: HashMap<Key, Lead>,
    /// What the voids that win name.
    voided: HashSet<Key>,
    /// The last by position that counts, where not all do for there are too many.
    last: Option<(u64, Order)>,
}

impl Verdict {
    fn over(timeline: &Timeline) -> Verdict {
        let facts = &timeline.facts;
        let mut verdict = Verdict::of_keys(timeline);
        for fact in facts {
            if let What::Voided { of } = fact.what
                && verdict.wins(fact)
            {
                verdict.voided.insert(of);
            }
        }
        if facts.are_more_than(COUNTED_MAX) {
            let standing = facts.iter().filter(|fact| verdict.stands(fact) && needs_room(fact));
            let mut ages: Vec<_> = standing.map(age).collect();
            if ages.len() > COUNTED_MAX {
                verdict.last = Some(*ages.select_nth_unstable(COUNTED_MAX - 1).1);
            }
        }
        verdict
    }

    fn of_keys(timeline: &Timeline) -> Verdict {
        let (leads, voided) = Default::default();
        let mut verdict = Verdict { leads, voided, last: None };
        if timeline.tangled {
            let mut contests: HashMap<Key, Contest> = HashMap::new();
            for fact in &timeline.facts {
                contests.entry(fact.key).or_default().take(Claim::of(HERE, fact));
            }
            let winners = contests.into_iter().filter_map(|(key, one)| Some((key, one.winner()?)));
            verdict.leads =
                winners.map(|(key, winner)| (key, Lead::seen_by(HERE, winner))).collect();
        }
        if let Some(contested) = &timeline.contested {
            verdict.leads.extend(&contested.0);
        }
        verdict
    }

    /// A correction's void stands and falls with its replacement: one document, one fate.
    pub(crate) fn wins(&self, fact: &Fact) -> bool {
        wins(fact, |key| self.leads.get(&key).copied())
    }

    /// Whether one that says something else wins.
    pub(crate) fn loses(&self, fact: &Fact) -> bool {
        loses(fact, |key| self.leads.get(&key).copied())
    }

    /// Whether a fact of that key and content leads among those of its key.
    pub(crate) fn leads(&self, fact: &Fact) -> bool {
        self.leads.get(&fact.key).is_none_or(|lead| lead.is(fact))
    }

    /// Whether it is neither void nor lost.
    pub(crate) fn stands(&self, fact: &Fact) -> bool {
        !matches!(fact.what, What::Voided { .. })
            && !self.voided.contains(&fact.key)
            && self.wins(fact)
    }

    /// Whether it is one too many.
    pub(crate) fn is_beyond(&self, fact: &Fact) -> bool {
        self.last.is_some_and(|last| needs_room(fact) && age(fact) > last)
    }

    fn counts(&self, fact: &Fact) -> bool {
        self.stands(fact) && !self.is_beyond(fact)
    }
}

/// Whether a fact wins by what leads under its key, and of a void, under that of its replacement.
pub(crate) fn wins(fact: &Fact, lead: impl Fn(Key) -> Option<Lead>) -> bool {
    let leads = lead(fact.key).is_none_or(|lead| lead.is(fact));
    leads && whole(fact, lead).is_none_or(|lead| lead.yields_to(fact.content))
}

/// Whether another wins that says something else.
pub(crate) fn loses(fact: &Fact, lead: impl Fn(Key) -> Option<Lead>) -> bool {
    let other = |lead: Lead| !lead.is(fact) && !lead.is_twin(fact);
    let beats = |lead: Lead| !lead.yields_to(fact.content) && !lead.says_the_same(fact);
    lead(fact.key).is_some_and(other) || whole(fact, lead).is_some_and(beats)
}

/// What wins under the key of the replacement that a void stands and falls with.
fn whole(fact: &Fact, lead: impl Fn(Key) -> Option<Lead>) -> Option<Lead> {
    match fact.what {
        What::Voided { .. } => lead(fact.key.replacement()),
        _ => None,
    }
}

/// Which of those of a subject came first.
pub(crate) fn age(fact: &Fact) -> (u64, Order) {
    (fact.position, fact.order())
}

/// Whether it is one of so many that count. A closing names figures and makes none; the closings
/// judge it, and nobody else.
pub(crate) fn needs_room(fact: &Fact) -> bool {
    !matches!(fact.what, What::Closing(_))
}

impl From<Vec<Fact>> for Timeline {
    /// Collects the facts of one subject, in any order and with duplicates.
    fn from(mut facts: Vec<Fact>) -> Timeline {
        // Equal facts meet, the one that came first in front; then a duplicate is the neighbour.
        facts.sort_unstable_by_key(|f| (f.order(), f.position));
        facts.dedup_by(|later, first| later.key == first.key && later.content == first.content);
        let tangled =
            facts.iter().any(|f| matches!(f.what, What::Voided { .. })) || contested(&facts);
        Timeline { facts: Facts::sorted(facts), tangled, contested: None }
    }
}

/// Whether two facts have one key.
fn contested(facts: &[Fact]) -> bool {
    if facts.len() <= FEW {
        return (1..facts.len()).any(|i| facts[..i].iter().any(|f| f.key == facts[i].key));
    }
    let mut keys = HashSet::with_capacity(facts.len());
    facts.iter().any(|fact| !keys.insert(fact.key))
}

/// So many facts are compared with each other; beyond that a set is faster.
const FEW: usize = 16;
