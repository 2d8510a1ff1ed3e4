//! Whose each key is: a key is one fact in the whole fold, under whatever subject it comes again.
//!
//! Kept small, for there is an entry for every fact: 32 bits of the key and the number of the
//! subject, 8 bytes. Whether the subject's timeline really has that key is looked up there, which
//! is rarely asked.

use hashbrown::{HashMap, HashTable};

use crate::fact::{Key, Subject};
use crate::rivals::{Claim, Contest, Lead};

/// The number of a subject that has none yet; as an owner: the key is its own subject.
pub(crate) const OWN: u32 = u32::MAX;

/// The subjects of all keys, and the keys that several subjects have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    entries: HashTable<Entry>,
    /// Subjects by number.
    subjects: Vec<Subject>,
    contests: HashMap<Key, Contested>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: u32,
    owner: u32,
}

/// A key that several subjects have.
#[derive(Clone, Debug, Default)]
struct Contested {
    contest: Contest,
    /// By content and subject.
    claims: Vec<Claim>,
}

/// 32 bits of a key, which is a hash already; a void of a correction differs in one half.
fn tag(Key([high, low]): Key) -> u32 {
    let mixed = high ^ low.rotate_left(32);
    (mixed ^ (mixed >> 32)) as u32
}

/// Spreads a tag over a word: the table takes its place from one end and its mark from the other.
fn spread(tag: u32) -> u64 {
    u64::from(tag).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Keys {
    /// Whether there may be a fact of that key. No is certain.
    pub(crate) fn may_know(&self, key: Key) -> bool {
        let tag = tag(key);
        self.entries.find(spread(tag), |entry| entry.tag == tag).is_some()
    }

    /// The subjects that may have that key: few, and mostly they do.
    pub(crate) fn owners(&self, key: Key) -> impl Iterator<Item = Subject> {
        let tag = tag(key);
        let same = self.entries.iter_hash(spread(tag)).filter(move |entry| entry.tag == tag);
        same.map(move |entry| match entry.owner {
            OWN => Subject(key),
            number => self.subjects[number as usize],
        })
    }

    /// Notes whose a key is. `number` is that of the subject, which may get it here.
    pub(crate) fn note(&mut self, key: Key, subject: Subject, number: &mut u32) {
        let owner = if subject == Subject(key) {
            OWN
        } else {
            if *number == OWN {
                *number = u32::try_from(self.subjects.len()).unwrap_or(OWN);
                assert_ne!(*number, OWN, "a fold has less than four billion subjects");
                self.subjects.push(subject);
            }
            *number
        };
        let tag = tag(key);
        let entry = Entry { tag, owner };
        self.entries.insert_unique(spread(tag), entry, |entry| spread(entry.tag));
    }

    /// Whether several subjects have that key.
    pub(crate) fn is_contested(&self, key: Key) -> bool {
        !self.contests.is_empty() && self.contests.contains_key(&key)
    }

    /// Takes a content of a contested key in; the winner before, if there was one, and after.
    pub(crate) fn claim(&mut self, key: Key, claim: Claim) -> (Option<Claim>, Option<Claim>) {
        let contested = self.contests.entry(key).or_default();
        let before = contested.contest.winner();
        let name = |one: &Claim| (one.content, one.subject);
        match contested.claims.binary_search_by_key(&name(&claim), name) {
            Ok(at) => {
                let known = &mut contested.claims[at].position;
                *known = (*known).min(claim.position);
            }
            Err(at) => contested.claims.insert(at, claim),
        }
        contested.contest.take(claim);
        (before, contested.contest.winner())
    }

    /// All contents of a contested key.
    pub(crate) fn claims(&self, key: Key) -> &[Claim] {
        self.contests.get(&key).map_or(&[], |contested| &contested.claims)
    }

    /// The content of a contested key that counted at a position, as that subject knows it.
    pub(crate) fn lead_at(&self, key: Key, subject: Subject, position: u64) -> Option<Lead> {
        let known = self.claims(key).iter().filter(|claim| claim.position <= position);
        let winner = known.copied().collect::<Contest>().winner();
        winner.map(|winner| Lead::seen_by(subject, winner))
    }

    /// The bytes it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        let claims: usize = self.contests.values().map(|one| one.claims.capacity()).sum();
        self.entries.allocation_size()
            + self.subjects.capacity() * size_of::<Subject>()
            + self.contests.allocation_size()
            + claims * size_of::<Claim>()
    }
}
