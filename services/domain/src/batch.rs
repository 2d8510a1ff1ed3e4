//! The batch evaluation: the books of all facts at once, the same as folding them one by one. No
//! timeline is kept.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::books::Books;
use crate::contribution::{Rules, contributions};
use crate::fact::{Fact, Subject, What};
use crate::finding::Finding;
use crate::gathering::Gathering;
use crate::posting::{Ledger, Posting, Statement};
use crate::timeline::Timeline;

/// Facts by a hash of their subject, so that each bucket can be put in order within a processor's
/// cache, and by any thread.
#[derive(Clone, Debug)]
pub struct Buckets(Vec<Bucket>);

type Bucket = Vec<(Subject, Fact)>;

/// With ten million facts a bucket takes some two megabytes.
const BUCKETS: usize = 512;

impl Buckets {
    /// Room for so many facts; it grows if there are more.
    pub fn with_room(facts: usize) -> Buckets {
        // Hashes fill buckets almost evenly.
        let each = facts / BUCKETS + facts / BUCKETS / 8;
        Buckets((0..BUCKETS).map(|_| Vec::with_capacity(each)).collect())
    }

    /// Puts a fact to those of its subject.
    pub fn push(&mut self, subject: Subject, fact: Fact) {
        // Subjects are hashes already.
        self.0[subject.0.0[0] as usize % BUCKETS].push((subject, fact));
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
    evaluate_parts(vec![Buckets::from_iter(facts)], rules, threads).0
}

/// The books of facts that were gathered in several parts, and how many of the records that the
/// facts are from said something new.
pub fn evaluate_parts(parts: Vec<Buckets>, rules: &Rules, threads: usize) -> (Books, u64) {
    let buckets: Vec<Mutex<Vec<Bucket>>> = transposed(parts).into_iter().map(Mutex::new).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut gathered, mut records) = (Gathered::default(), 0);
        while let Some(bucket) = buckets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let parts = bucket.lock().map(|mut parts| std::mem::take(&mut *parts));
            records += gathered.take(&parts.unwrap_or_default(), rules);
        }
        (gathered, records)
    };
    let shards = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(join).collect::<Vec<(Gathered, u64)>>()
    });
    let mut shards = shards.into_iter();
    let (Gathered { mut books, cells, .. }, mut records) = shards.next().unwrap_or_default();
    let mut cells = vec![cells];
    for (shard, more) in shards {
        books.merge(shard.books);
        cells.push(shard.cells);
        records += more;
    }
    books.rollup = Gathering::joined(cells, threads);
    (books, records)
}

/// The parts of each bucket.
fn transposed(parts: Vec<Buckets>) -> Vec<Vec<Bucket>> {
    let mut buckets = vec![Vec::new(); BUCKETS];
    for part in parts {
        for (bucket, facts) in buckets.iter_mut().zip(part.0) {
            bucket.push(facts);
        }
    }
    buckets
}

/// The books of one thread.
#[derive(Default)]
struct Gathered {
    cells: Gathering,
    books: Books,
    /// The room of one timeline, used again for the next.
    room: Vec<Fact>,
}

/// Where a fact is: half of its subject, the part and the place in it.
type Spot = (u64, u32, u32);

impl Gathered {
    /// Takes all facts of some subjects, and gives the number of records that said something new.
    fn take(&mut self, parts: &[Bucket], rules: &Rules) -> u64 {
        let of = |(_, nth, at): &Spot| &parts[*nth as usize][*at as usize];
        // Facts are large: only their places are put in order, and by half of a hash, for numbers
        // of one word are sorted fastest.
        let mut order: Vec<Spot> = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        for (nth, facts) in (0..).zip(parts) {
            order.extend((0..).zip(facts).map(|(at, (subject, _))| (subject.0.0[1], nth, at)));
        }
        order.sort_unstable_by_key(|(half, ..)| *half);
        let mut records = 0;
        for alike in order.chunk_by_mut(|a, b| a.0 == b.0) {
            // Hardly ever more than one subject.
            alike.sort_unstable_by_key(|spot| of(spot).0);
            for own in alike.chunk_by(|a, b| of(a).0 == of(b).0) {
                let mut facts = std::mem::take(&mut self.room);
                facts.extend(own.iter().map(|spot| of(spot).1.clone()));
                let timeline = Timeline::from(facts);
                records += records_of(&timeline);
                contributions(&timeline, rules, self);
                self.room = timeline.into_facts();
                self.room.clear();
            }
        }
        records
    }
}

/// How many records a timeline is from: a correction is two facts of one record.
fn records_of(timeline: &Timeline) -> u64 {
    let facts = timeline.facts();
    let is_half = |fact: &&Fact| {
        matches!(fact.what, What::Voided { .. })
            && facts.iter().any(|one| {
                one.position == fact.position && !matches!(one.what, What::Voided { .. })
            })
    };
    let halves = if timeline.is_plain() { 0 } else { facts.iter().filter(is_half).count() };
    (facts.len() - halves) as u64
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
