//! All facts of one subject, in order, and which of them count.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use crate::fact::{Fact, Key, Subject, What};
use crate::rivals::{Claim, Contest, Lead};

/// All facts of one subject: a map by key that also keeps rivals, in timeline order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timeline {
    facts: Vec<Fact>,
    /// Whether a void or a rival is among them, so that not every fact counts.
    tangled: bool,
    /// Keys that other subjects have, too; hardly any timeline has one.
    contested: Option<Box<Leads>>,
}

/// The content that counts, of each key that other subjects have, too.
#[derive(Clone, PartialEq, Debug, Default)]
struct Leads(HashMap<Key, Lead>);

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
        if let Some(same) = self.facts.iter_mut().find(|f| f.key == fact.key) {
            if same.content == fact.content {
                same.position = same.position.min(fact.position);
                return Inserted::Duplicate;
            }
            // A third content may equal the second one.
            let twin = |f: &&mut Fact| f.key == fact.key && f.content == fact.content;
            if let Some(twin) = self.facts.iter_mut().find(twin) {
                twin.position = twin.position.min(fact.position);
                return Inserted::Duplicate;
            }
            self.tangled = true;
        }
        self.put(fact)
    }

    /// Puts a fact in its place of which it is known that no other has its key.
    pub(crate) fn put(&mut self, fact: Fact) -> Inserted {
        let order = fact.order();
        self.tangled |= matches!(fact.what, What::Voided { .. });
        let at = self.facts.partition_point(|f| f.order() < order);
        let last = at == self.facts.len();
        if self.facts.is_empty() {
            // Most subjects have one fact or two.
            self.facts.reserve_exact(1);
        }
        self.facts.insert(at, fact);
        if last && !self.tangled { Inserted::Appended } else { Inserted::Within }
    }

    /// All facts, also those that do not count, in timeline order.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Its facts, for their room.
    pub(crate) fn into_facts(self) -> Vec<Fact> {
        self.facts
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
    /// void names. There is no void of a void.
    pub fn effective(&self) -> impl Iterator<Item = &Fact> {
        let verdict = self.tangled.then(|| Verdict::over(self));
        let counts = move |fact: &&Fact| verdict.as_ref().is_none_or(|all| all.counts(fact));
        self.facts.iter().filter(counts)
    }

    /// The voids that count, in timeline order.
    pub fn voids(&self) -> impl Iterator<Item = (&Fact, Key)> {
        let verdict = Verdict::over(self);
        self.facts.iter().filter_map(move |fact| match fact.what {
            What::Voided { of } if verdict.wins(fact) => Some((fact, of)),
            _ => None,
        })
    }

    /// Facts that lost against another meaning under the same key, in timeline order. A twin of
    /// the winner, which says the same in another spelling, lost nothing.
    pub fn losers(&self) -> impl Iterator<Item = &Fact> {
        let verdict = self.tangled.then(|| Verdict::over(self));
        let loses = move |fact: &&Fact| verdict.as_ref().is_some_and(|all| all.loses(fact));
        self.facts.iter().filter(loses)
    }

    /// The fact of that key that counts, or would if it were not void. None if it is another
    /// subject's.
    pub fn fact(&self, key: Key) -> Option<&Fact> {
        let own = || self.facts.iter().filter(|f| f.key == key);
        let contested = self.contested.as_ref().and_then(|leads| leads.0.get(&key));
        let lead = match contested {
            Some(lead) => *lead,
            None => lead_of(own())?,
        };
        own().find(|fact| lead.is(fact))
    }

    /// Whether the fact would come last among facts that all count, itself included.
    pub fn is_followed_by(&self, fact: &Fact) -> bool {
        self.is_followed_by_new(fact) && self.facts.iter().all(|f| f.key != fact.key)
    }

    /// The same of a fact whose key no other has.
    pub(crate) fn is_followed_by_new(&self, fact: &Fact) -> bool {
        !self.tangled
            && !matches!(fact.what, What::Voided { .. })
            && self.facts.last().is_none_or(|last| last.order() < fact.order())
    }

    /// The bytes its facts take in memory, without what statements hold.
    pub fn bytes(&self) -> usize {
        self.facts.capacity() * size_of::<Fact>()
    }

    /// Whether every fact counts.
    pub fn is_plain(&self) -> bool {
        !self.tangled
    }
}

/// What leads among facts of one key.
fn lead_of<'f>(facts: impl Iterator<Item = &'f Fact>) -> Option<Lead> {
    let contest: Contest = facts.map(|fact| Claim::of(HERE, fact)).collect();
    contest.winner().map(|winner| Lead::seen_by(HERE, winner))
}

/// Stands for the subject of a timeline where only its own facts are compared.
const HERE: Subject = Subject(Key([0, 0]));

/// Which facts of a timeline count, found in one walk: one subject may have very many facts.
struct Verdict {
    /// The content of each key that wins.
    leads: HashMap<Key, Lead>,
    /// What the voids that win name.
    voided: HashSet<Key>,
}

impl Verdict {
    fn over(timeline: &Timeline) -> Verdict {
        let facts = &timeline.facts;
        let mut contests: HashMap<Key, Contest> = HashMap::with_capacity(facts.len());
        for fact in facts {
            contests.entry(fact.key).or_default().take(Claim::of(HERE, fact));
        }
        let winners = contests.into_iter().filter_map(|(key, one)| Some((key, one.winner()?)));
        let mut leads: HashMap<Key, Lead> =
            winners.map(|(key, winner)| (key, Lead::seen_by(HERE, winner))).collect();
        if let Some(contested) = &timeline.contested {
            leads.extend(&contested.0);
        }
        let mut verdict = Verdict { leads, voided: HashSet::new() };
        for fact in facts {
            if let What::Voided { of } = fact.what
                && verdict.wins(fact)
            {
                verdict.voided.insert(of);
            }
        }
        verdict
    }

    /// A correction's void stands and falls with its replacement: one document, one fate.
    fn wins(&self, fact: &Fact) -> bool {
        let leads = self.leads.get(&fact.key).is_none_or(|lead| lead.is(fact));
        leads && self.whole(fact).is_none_or(|lead| lead.yields_to(fact.content))
    }

    /// Whether one that says something else wins.
    fn loses(&self, fact: &Fact) -> bool {
        let other = |lead: &Lead| !lead.is(fact) && !lead.is_twin(fact);
        let beats = |lead: &Lead| !lead.yields_to(fact.content) && !lead.says_the_same(fact);
        self.leads.get(&fact.key).is_some_and(other) || self.whole(fact).is_some_and(beats)
    }

    /// What wins under the key of the replacement that a void stands and falls with.
    fn whole(&self, fact: &Fact) -> Option<&Lead> {
        match fact.what {
            What::Voided { .. } => self.leads.get(&fact.key.replacement()),
            _ => None,
        }
    }

    fn counts(&self, fact: &Fact) -> bool {
        !matches!(fact.what, What::Voided { .. })
            && !self.voided.contains(&fact.key)
            && self.wins(fact)
    }
}

impl From<Vec<Fact>> for Timeline {
    /// Collects the facts of one subject, in any order and with duplicates.
    fn from(mut facts: Vec<Fact>) -> Timeline {
        // Equal facts meet, the one that came first in front; then a duplicate is the neighbour.
        facts.sort_unstable_by_key(|f| (f.order(), f.position));
        facts.dedup_by(|later, first| later.key == first.key && later.content == first.content);
        let tangled =
            facts.iter().any(|f| matches!(f.what, What::Voided { .. })) || contested(&facts);
        Timeline { facts, tangled, contested: None }
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
