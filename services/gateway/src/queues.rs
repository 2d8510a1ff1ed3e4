//! What waits to be appended: a queue for each user, of which each gets its turn.
//!
//! Within a queue order holds. Among queues a turn is some hundred facts, so that one fact of one user
//! waits for a piece of each other's and not for all that they send. And a queue whose facts lie in
//! the journal unfolded rests until they are folded: figures come in the order of the journal, and
//! whatever one user appends ahead of the fold all others' facts wait for.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::fact::Key;
use tokio::time::Instant;

use crate::job::Job;
use crate::recent::Recent;

/// Most facts of one append, and most bytes of it. A job more may come on top.
const APPEND_FACTS_MAX: usize = 5_000;
const APPEND_BYTES_MAX: usize = 8 << 20;
/// A queue that has given so many facts lets the next one give. A job more may come on top.
const TURN_FACTS: usize = 500;
/// A queue with so many facts in the journal that are not folded rests.
const UNFOLDED_MAX: usize = 2_000;
/// How long a queue rests at most, or waits until what was before it is folded: a fold that stands
/// still must not end the taking of facts, which are safe in the journal.
const REST_MAX: Duration = Duration::from_secs(5);

/// All queues that have something.
#[derive(Default)]
pub(crate) struct Queues {
    of: HashMap<Arc<str>, Queue>,
    /// Users with jobs, the next one in front.
    turns: VecDeque<Arc<str>>,
    /// The last position that was appended.
    end: u64,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// Positions and how many facts up to there are not known to be folded.
    unfolded: VecDeque<(u64, usize)>,
    /// How many facts it gives to the append that is being gathered.
    given: usize,
    /// What has to be folded before the first job, which depends on what came before it.
    until: Option<u64>,
    /// When it had to rest.
    rests: Option<Instant>,
}

/// What goes into one append.
#[derive(Default)]
struct Load {
    jobs: Vec<Job>,
    facts: usize,
    bytes: usize,
    keys: HashSet<Key>,
}

impl Load {
    fn is_full(&self) -> bool {
        self.facts >= APPEND_FACTS_MAX || self.bytes >= APPEND_BYTES_MAX
    }

    fn take(&mut self, job: Job) {
        let (facts, bytes) = job.size();
        self.keys.extend(job.keys());
        (self.facts, self.bytes) = (self.facts + facts, self.bytes + bytes);
        self.jobs.push(job);
    }
}

impl Queues {
    /// Puts a job behind those of the same user.
    pub(crate) fn push(&mut self, job: Job) {
        let user: Arc<str> = job.user().into();
        let queue = self.of.entry(user.clone()).or_default();
        if queue.jobs.is_empty() {
            self.turns.push_back(user);
        }
        queue.jobs.push_back(job);
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// What goes into the next append, given how far the fold is: a turn of each queue, and again
    /// until it is full. A job that depends on what came before can only be the first.
    pub(crate) fn gather(&mut self, folded: u64, recent: &Recent) -> Vec<Job> {
        let mut load = Load::default();
        self.of.values_mut().for_each(|queue| queue.given = 0);
        loop {
            let before = load.jobs.len();
            let mut first = None;
            for _ in 0..self.turns.len() {
                if load.is_full() {
                    break;
                }
                let Some(user) = self.turns.pop_front() else { break };
                let Some(queue) = self.of.get_mut(&user) else { continue };
                let waits = queue.give(&mut load, folded, self.end, recent);
                if queue.jobs.is_empty() {
                    self.forget(folded);
                } else {
                    if waits && first.is_none() {
                        first = Some(user.clone());
                    }
                    self.turns.push_back(user);
                }
            }
            if let Some(user) = first {
                self.turns.retain(|one| *one != user);
                self.turns.push_front(user);
                return load.jobs;
            }
            if load.is_full() || load.jobs.len() == before {
                return load.jobs;
            }
        }
    }

    /// Facts of a user were appended up to that position.
    pub(crate) fn appended(&mut self, user: &str, position: u64, facts: usize) {
        self.end = self.end.max(position);
        if facts > 0 {
            let queue = self.of.entry(user.into()).or_default();
            queue.unfolded.push_back((position, facts));
        }
    }

    /// What has to be folded before anything goes on, and until when to wait for it; nothing where
    /// no queue rests.
    pub(crate) fn rests_until(&self) -> Option<(u64, Instant)> {
        let resting = self.of.values().filter(|queue| !queue.jobs.is_empty());
        let wanted = resting.filter_map(|queue| Some((queue.wanted()?, queue.rests? + REST_MAX)));
        wanted.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)))
    }

    /// Nothing more will be folded: nobody rests for it.
    pub(crate) fn let_go(&mut self) {
        for queue in self.of.values_mut() {
            queue.unfolded.clear();
            queue.until = queue.until.map(|_| 0);
        }
    }

    /// The queue of one who has nothing more to give, and nothing that is not folded, is no more.
    fn forget(&mut self, folded: u64) {
        self.of.retain(|_, queue| {
            queue.learn(folded);
            !queue.jobs.is_empty() || !queue.unfolded.is_empty()
        });
    }
}

impl Queue {
    /// Gives a turn of its jobs; whether it waits to be the first of an append.
    fn give(&mut self, load: &mut Load, folded: u64, end: u64, recent: &Recent) -> bool {
        self.learn(folded);
        let full = load.facts + TURN_FACTS;
        while let Some(job) = self.jobs.front() {
            if load.facts >= full || load.is_full() {
                return false;
            }
            if job.is_broken() {
                // Dropped unanswered, which is an answer.
                self.jobs.pop_front();
                continue;
            }
            let meets = job.keys().any(|key| load.keys.contains(&key));
            if job.depends(recent) {
                self.until.get_or_insert(end);
            }
            if meets || self.is_ahead() || !self.is_ready(folded) {
                return false;
            }
            if self.until.is_some() && !load.jobs.is_empty() {
                return true;
            }
            (self.until, self.rests) = (None, None);
            if let Some(job) = self.jobs.pop_front() {
                self.given += job.size().0;
                load.take(job);
            }
        }
        false
    }

    /// Takes in how far the fold is.
    fn learn(&mut self, folded: u64) {
        while self.unfolded.front().is_some_and(|(position, _)| *position <= folded) {
            self.unfolded.pop_front();
        }
    }

    fn unfolded(&self) -> usize {
        self.unfolded.iter().map(|(_, facts)| facts).sum()
    }

    /// Whether what it gives already makes it rest, once that is appended.
    fn is_ahead(&self) -> bool {
        self.given > 0 && self.given + self.unfolded() >= UNFOLDED_MAX
    }

    /// The position that has to be folded before it may go on.
    fn wanted(&self) -> Option<u64> {
        let unfolded = self.unfolded();
        let mut left = unfolded;
        let enough = self.unfolded.iter().find(|(_, facts)| {
            left -= facts;
            left < UNFOLDED_MAX
        });
        let rest = enough.filter(|_| unfolded >= UNFOLDED_MAX).map(|(position, _)| *position);
        rest.max(self.until)
    }

    /// Whether it may go on; it begins to rest otherwise.
    fn is_ready(&mut self, folded: u64) -> bool {
        if self.wanted().is_none_or(|wanted| wanted <= folded) {
            return true;
        }
        let since = *self.rests.get_or_insert_with(Instant::now);
        if since.elapsed() < REST_MAX {
            return false;
        }
        self.unfolded.clear();
        true
    }
}
