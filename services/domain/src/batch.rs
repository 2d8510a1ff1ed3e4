//! The batch evaluation: the books of all facts at once, the same as folding them one by one. No
//! timeline is kept.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::{HashMap, HashSet, HashTable};

use crate::books::Books;
use crate::contribution::{Rules, contributions};
use crate::fact::{Fact, Key, Subject, What};
use crate::finding::Finding;
use crate::gathering::Gathering;
use crate::posting::{Ledger, Posting, Statement};
use crate::rivals::{Claim, Contest, Lead};
use crate::timeline::Timeline;

/// Facts by a hash of their subject, so that each bucket can be put in order within a processor's
/// cache, and by any thread.
#[derive(Clone, Debug)]
pub struct Buckets {
    facts: Vec<Bucket>,
    /// The same by a hash of their keys, so that a key of two subjects is seen.
    pairs: Vec<Vec<Pair>>,
}

type Bucket = Vec<(Subject, Fact)>;

/// Half of a key, and half of its subject.
type Pair = (u64, u64);

/// A word of both halves of a key.
fn half(Key([high, low]): Key) -> u64 {
    high ^ low.rotate_left(32)
}

/// With ten million facts a bucket takes some two megabytes.
const BUCKETS: usize = 512;

impl Buckets {
    /// Room for so many facts; it grows if there are more.
    pub fn with_room(facts: usize) -> Buckets {
        // Hashes fill buckets almost evenly.
        let each = facts / BUCKETS + facts / BUCKETS / 8;
        Buckets {
            facts: (0..BUCKETS).map(|_| Vec::with_capacity(each)).collect(),
            pairs: (0..BUCKETS).map(|_| Vec::with_capacity(each)).collect(),
        }
    }

    /// Puts a fact to those of its subject.
    pub fn push(&mut self, subject: Subject, fact: Fact) {
        // Subjects are hashes already.
        let pair = (half(fact.key), half(subject.0));
        self.pairs[pair.0 as usize % BUCKETS].push(pair);
        self.facts[subject.0.0[0] as usize % BUCKETS].push((subject, fact));
    }
}

impl FromIterator<(Subject, Fact)> for Buckets {
    fn from_iter<I: IntoIterator<Item = (Subject, Fact)>>(facts: I) -> Buckets {
        let facts = facts.into_iter();
        let mut buckets = Buckets::with_room(facts.size_hint().0);
        facts.for_each(|(subject, fact)| buckets.push(subject, fact));
        buckets
    }
}

/// The books of all facts, on so many threads.
pub fn evaluate(
    facts: impl IntoIterator<Item = (Subject, Fact)>,
    rules: &Rules,
    threads: usize,
) -> Books {
    evaluate_parts(vec![Buckets::from_iter(facts)], rules, threads).books
}

/// What facts come to.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The books.
    pub books: Books,
    /// How many of the records that the facts are from said something new.
    pub records: u64,
    /// Key and content of the closings that lost against a rival.
    pub lost: HashSet<(Key, u64)>,
}

/// What facts come to that were gathered in several parts.
pub fn evaluate_parts(mut parts: Vec<Buckets>, rules: &Rules, threads: usize) -> Evaluation {
    let suspects = suspects(&mut parts, threads);
    let contests = Contests::among(&parts, &suspects);
    let parts = transposed(parts.into_iter().map(|part| part.facts));
    let gathered = on_all(parts, threads, |own: &mut Gathered, bucket| {
        own.take(&bucket, &contests, rules);
    });
    let (mut all, mut cells) = (Evaluation::default(), Vec::new());
    for shard in gathered {
        match cells.is_empty() {
            true => all.books = shard.books,
            false => all.books.merge(shard.books),
        }
        cells.push(shard.cells);
        all.records += shard.records;
        all.lost.extend(shard.lost);
    }
    all.books.rollup = Gathering::joined(cells, threads);
    all
}

/// Does work on so many threads; each takes the next that is open. What each made of its share.
fn on_all<T: Send, R: Default + Send>(
    open: Vec<T>,
    threads: usize,
    each: impl Fn(&mut R, T) + Sync,
) -> Vec<R> {
    let open: Vec<Mutex<Option<T>>> = open.into_iter().map(|one| Mutex::new(Some(one))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = R::default();
        while let Some(one) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
            let one = one.lock().ok().and_then(|mut one| one.take());
            one.into_iter().for_each(|one| each(&mut made, one));
        }
        made
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(join).collect()
    })
}

/// Halves of the keys that two subjects seem to have. Pairs are given up.
fn suspects(parts: &mut [Buckets], threads: usize) -> HashSet<u64> {
    let pairs = transposed(parts.iter_mut().map(|part| std::mem::take(&mut part.pairs)));
    let found = on_all(pairs, threads, |(found, seen): &mut Sought, pairs: Vec<Vec<Pair>>| {
        seen.clear();
        for (key, subject) in pairs.into_iter().flatten() {
            // The low bits chose the bucket.
            let hash = key.rotate_right(BUCKETS.trailing_zeros());
            match seen.find(hash, |one| one.0 == key) {
                None => {
                    let rehash = |one: &Pair| one.0.rotate_right(BUCKETS.trailing_zeros());
                    seen.insert_unique(hash, (key, subject), rehash);
                }
                // A fact that came twice is of one subject.
                Some((_, first)) if *first == subject => {}
                Some(_) => found.push(key),
            }
        }
    });
    found.into_iter().flat_map(|(found, _)| found).collect()
}

/// What one thread found, and its table of one bucket, which stays in a processor's cache.
type Sought = (Vec<u64>, HashTable<Pair>);

/// The keys that several subjects have, and which content of each counts.
#[derive(Default)]
struct Contests {
    winners: HashMap<Key, Claim>,
    /// The subjects that have one.
    subjects: HashSet<Subject>,
}

impl Contests {
    fn among(parts: &[Buckets], suspects: &HashSet<u64>) -> Contests {
        if suspects.is_empty() {
            return Contests::default();
        }
        let mut claims: HashMap<Key, Vec<Claim>> = HashMap::new();
        for (subject, fact) in parts.iter().flat_map(|part| &part.facts).flatten() {
            if suspects.contains(&half(fact.key)) {
                claims.entry(fact.key).or_default().push(Claim::of(*subject, fact));
            }
        }
        let mut contests = Contests::default();
        for (key, claims) in claims {
            if claims.iter().all(|one| one.subject == claims[0].subject) {
                continue;
            }
            contests.subjects.extend(claims.iter().map(|one| one.subject));
            let winner = claims.into_iter().collect::<Contest>().winner();
            contests.winners.extend(winner.map(|winner| (key, winner)));
        }
        contests
    }

    /// Tells a timeline which of its keys count for others.
    fn tell(&self, subject: Subject, timeline: &mut Timeline) {
        if self.subjects.is_empty() || !self.subjects.contains(&subject) {
            return;
        }
        let won = |fact: &Fact| Some((fact.key, *self.winners.get(&fact.key)?));
        let won: Vec<(Key, Claim)> = timeline.facts().iter().filter_map(won).collect();
        for (key, winner) in won {
            timeline.contest(key, Lead::seen_by(subject, winner));
        }
    }
}

/// The parts of each bucket.
fn transposed<T>(parts: impl Iterator<Item = Vec<Vec<T>>>) -> Vec<Vec<Vec<T>>> {
    let mut buckets: Vec<Vec<Vec<T>>> = (0..BUCKETS).map(|_| Vec::new()).collect();
    for part in parts {
        for (bucket, own) in buckets.iter_mut().zip(part) {
            bucket.push(own);
        }
    }
    buckets
}

/// The books of one thread.
#[derive(Default)]
struct Gathered {
    cells: Gathering,
    books: Books,
    records: u64,
    lost: Vec<(Key, u64)>,
    /// The room of one timeline, used again for the next.
    room: Vec<Fact>,
}

/// Where a fact is: half of its subject, the part and the place in it.
type Spot = (u64, u32, u32);

impl Gathered {
    /// Takes all facts of some subjects.
    fn take(&mut self, parts: &[Bucket], contests: &Contests, rules: &Rules) {
        let of = |(_, nth, at): &Spot| &parts[*nth as usize][*at as usize];
        // Facts are large: only their places are put in order, and by half of a hash, for numbers
        // of one word are sorted fastest.
        let mut order: Vec<Spot> = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        for (nth, facts) in (0..).zip(parts) {
            order.extend((0..).zip(facts).map(|(at, (subject, _))| (subject.0.0[1], nth, at)));
        }
        order.sort_unstable_by_key(|(half, ..)| *half);
        for alike in order.chunk_by_mut(|a, b| a.0 == b.0) {
            // Hardly ever more than one subject.
            alike.sort_unstable_by_key(|spot| of(spot).0);
            for own in alike.chunk_by(|a, b| of(a).0 == of(b).0) {
                let mut facts = std::mem::take(&mut self.room);
                facts.extend(own.iter().map(|spot| of(spot).1.clone()));
                let mut timeline = Timeline::from(facts);
                contests.tell(of(&own[0]).0, &mut timeline);
                self.records += records_of(&timeline);
                if !timeline.is_plain() {
                    let verdict = timeline.verdict();
                    let lost = |f: &&Fact| matches!(f.what, What::Closing(_)) && verdict.loses(f);
                    let closings = timeline.facts().iter().filter(lost);
                    self.lost.extend(closings.map(|fact| (fact.key, fact.content)));
                }
                contributions(&timeline, rules, self);
                self.room = timeline.into_room();
            }
        }
    }
}

/// How many records of a timeline say something new: a correction is two facts of one record, and a
/// twin says again what another says.
fn records_of(timeline: &Timeline) -> u64 {
    let facts = timeline.facts();
    if timeline.is_plain() {
        return facts.len() as u64;
    }
    let is_void = |fact: &&Fact| matches!(fact.what, What::Voided { .. });
    let others = facts.iter().filter(|fact| !is_void(fact));
    let whole: HashSet<u64> = others.map(|fact| fact.position).collect();
    let is_half = |fact: &&Fact| is_void(fact) && whole.contains(&fact.position);
    let records = facts.iter().filter(|fact| !is_half(fact));
    let said: HashSet<(Key, u64)> = records.map(|fact| (fact.key, fact.meaning())).collect();
    said.len() as u64
}

impl Ledger for Gathered {
    fn post(&mut self, posting: Posting) {
        if posting.by != 0 {
            self.cells.post(&posting);
        }
    }

    fn find(&mut self, finding: Finding) {
        self.books.find(finding);
    }

    fn state(&mut self, statement: Statement) {
        self.books.state(statement);
    }
}
