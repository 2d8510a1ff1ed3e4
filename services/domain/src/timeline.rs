//! All facts of one subject, in order, and which of them count.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

use crate::fact::{Fact, Key, What};

/// All facts of one subject: a map by key that also keeps rivals, in timeline order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Timeline {
    facts: Vec<Fact>,
    /// Whether a void or a rival is among them, so that not every fact counts.
    tangled: bool,
}

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
        let order = fact.order();
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
    /// so that it is this one without the later facts. None, if it had no fact yet.
    pub fn as_of(&self, position: u64) -> Option<Cow<'_, Timeline>> {
        let known = |fact: &&Fact| fact.position <= position;
        match self.facts.iter().filter(known).count() {
            0 => None,
            all if all == self.facts.len() => Some(Cow::Borrowed(self)),
            _ => {
                let facts: Vec<Fact> = self.facts.iter().filter(known).cloned().collect();
                Some(Cow::Owned(Timeline::from(facts)))
            }
        }
    }

    /// The facts that count, in timeline order: those that won against their rivals and that no
    /// void names. There is no void of a void.
    pub fn effective(&self) -> impl Iterator<Item = &Fact> {
        let verdict = self.tangled.then(|| Verdict::over(&self.facts));
        let counts = move |fact: &&Fact| verdict.as_ref().is_none_or(|all| all.counts(fact));
        self.facts.iter().filter(counts)
    }

    /// The voids that count, in timeline order.
    pub fn voids(&self) -> impl Iterator<Item = (&Fact, Key)> {
        let verdict = Verdict::over(&self.facts);
        self.facts.iter().filter_map(move |fact| match fact.what {
            What::Voided { of } if verdict.wins(fact) => Some((fact, of)),
            _ => None,
        })
    }

    /// Facts that lost against another meaning under the same key, in timeline order. A twin of
    /// the winner, which says the same in another spelling, lost nothing.
    pub fn losers(&self) -> impl Iterator<Item = &Fact> {
        let verdict = self.tangled.then(|| Verdict::over(&self.facts));
        let loses = move |fact: &&Fact| verdict.as_ref().is_some_and(|all| all.loses(fact));
        self.facts.iter().filter(loses)
    }

    /// The fact of that key that counts, or would if it were not void.
    pub fn fact(&self, key: Key) -> Option<&Fact> {
        self.facts.iter().filter(|f| f.key == key).min_by_key(|f| f.content)
    }

    /// Whether the fact would come last among facts that all count, itself included.
    pub fn is_followed_by(&self, fact: &Fact) -> bool {
        !self.tangled
            && !matches!(fact.what, What::Voided { .. })
            && self.facts.last().is_none_or(|last| last.order() < fact.order())
            && self.facts.iter().all(|f| f.key != fact.key)
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

/// Which facts of a timeline count, found in one walk: one subject may have very many facts.
struct Verdict {
    /// The smallest content of each key, which wins, and its meaning.
    least: HashMap<Key, (u64, u64)>,
    /// What the voids that win name.
    voided: HashSet<Key>,
}

impl Verdict {
    fn over(facts: &[Fact]) -> Verdict {
        let mut least = HashMap::new();
        for fact in facts {
            let this = (fact.content, fact.meaning());
            let least = least.entry(fact.key).or_insert(this);
            *least = this.min(*least);
        }
        let mut verdict = Verdict { least, voided: HashSet::new() };
        for fact in facts {
            if let What::Voided { of } = fact.what
                && verdict.wins(fact)
            {
                verdict.voided.insert(of);
            }
        }
        verdict
    }

    /// The smallest content of a key wins. A correction's void stands and falls with its
    /// replacement: one document, one fate.
    fn wins(&self, fact: &Fact) -> bool {
        self.winners(fact).all(|(content, _)| content >= fact.content)
    }

    /// Whether one that says something else wins.
    fn loses(&self, fact: &Fact) -> bool {
        let other = |(content, meaning)| content < fact.content && meaning != fact.meaning();
        self.winners(fact).any(other)
    }

    /// What wins under the keys that the fact stands and falls with.
    fn winners(&self, fact: &Fact) -> impl Iterator<Item = (u64, u64)> {
        let whole = matches!(fact.what, What::Voided { .. }).then(|| fact.key.replacement());
        [Some(fact.key), whole]
            .into_iter()
            .flatten()
            .filter_map(|key| self.least.get(&key).copied())
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
        Timeline { facts, tangled }
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
