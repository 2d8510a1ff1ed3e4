//! The one task that writes: many requests in one durable append, nothing written twice.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::fact::Key;
use journal::{Entry, Error, Options, Position, Receipt, Writer};
use tokio::sync::{mpsc, oneshot};

use crate::counts::{Counts, add};
use crate::ledger::{Asked, Known, Ledger};
use crate::recent::{RECENT_MAX, Recent};

/// Most facts of one append, and most bytes of it. A job more may come on top.
const APPEND_FACTS_MAX: usize = 5_000;
const APPEND_BYTES_MAX: usize = 8 << 20;
/// Most jobs that wait. A job is one request, or some hundred lines of a long one.
const QUEUE_MAX: usize = 64;
/// How long a job may wait for its place in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(5);

/// A fact to be written.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) asked: Asked,
    pub(crate) entry: Entry,
}

/// Where a fact is, and how it came there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Placed {
    pub(crate) position: u64,
    pub(crate) known: Known,
}

/// Why facts could not be written. Nothing that was not acknowledged is certain; the same may be
/// sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failed {
    /// Too many wait already.
    #[error("too many facts are waiting to be written; send the same again in a moment")]
    Full,
    /// The journal is slow or away, or has no room.
    #[error("the journal does not take facts at the moment; send the same again later")]
    Busy,
    /// The process is about to stop.
    #[error("the server is stopping; send the same again in a moment")]
    Stopping,
}

struct Job {
    offers: Vec<Offer>,
    /// Set when an earlier part of the same request has failed: what follows is not written, so
    /// that the order within a request holds.
    broken: Arc<AtomicBool>,
    answer: oneshot::Sender<Result<Vec<Placed>, Failed>>,
}

/// The way to the appender. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Appender {
    jobs: mpsc::Sender<Job>,
    trouble: Arc<Mutex<Option<String>>>,
}

/// Owns the journal's writer: run it beside the server.
pub struct Appending {
    jobs: mpsc::Receiver<Job>,
    /// None after a failure that made it useless.
    writer: Option<Writer>,
    url: String,
    options: Options,
    ledger: Arc<dyn Ledger>,
    recent: Recent,
    counts: Arc<Counts>,
    trouble: Arc<Mutex<Option<String>>>,
}

/// The answers that a request waits for, in order.
pub(crate) type Answer = oneshot::Receiver<Result<Vec<Placed>, Failed>>;

impl Appender {
    pub(crate) fn new(
        writer: Writer,
        url: &str,
        options: &Options,
        ledger: Arc<dyn Ledger>,
        counts: Arc<Counts>,
    ) -> (Appender, Appending) {
        let identity = Some(writer.journal().identity());
        // Opened again, it must be the same journal.
        let options = Options { create: false, identity, ..options.clone() };
        let (sender, jobs) = mpsc::channel(QUEUE_MAX);
        let trouble = Arc::new(Mutex::new(None));
        let appending = Appending {
            jobs,
            writer: Some(writer),
            url: url.to_owned(),
            options,
            ledger,
            recent: Recent::new(RECENT_MAX),
            counts,
            trouble: trouble.clone(),
        };
        (Appender { jobs: sender, trouble }, appending)
    }

    /// Hands facts in; the answer comes when they are durable.
    pub(crate) async fn offer(
        &self,
        offers: Vec<Offer>,
        broken: &Arc<AtomicBool>,
    ) -> Result<Answer, Failed> {
        let (answer, answered) = oneshot::channel();
        let job = Job { offers, broken: broken.clone(), answer };
        match self.jobs.send_timeout(job, QUEUE_WAIT).await {
            Ok(()) => Ok(answered),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(Failed::Full),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(Failed::Stopping),
        }
    }

    /// Jobs that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Why the last append failed, if it did.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Appending {
    /// Appends what is handed in until `shutdown`, then what still waits, and returns.
    ///
    /// # Errors
    /// The journal is not the one we knew, or is damaged: nobody should write to it. The process
    /// should end and say so.
    pub async fn run(mut self, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut open = true;
        loop {
            let job = tokio::select! {
                biased;
                () = &mut shutdown, if open => {
                    // Whoever is in the queue is answered; nobody else comes in.
                    self.jobs.close();
                    open = false;
                    continue;
                }
                job = self.jobs.recv() => job,
            };
            let Some(first) = job else { return Ok(()) };
            let jobs = self.gather(first);
            self.append(jobs).await?;
        }
    }

    /// What waits already goes along, up to a bound.
    fn gather(&mut self, first: Job) -> Vec<Job> {
        let size = |job: &Job| {
            let bytes: usize = job.offers.iter().map(|offer| offer.entry.bytes.len()).sum();
            (job.offers.len(), bytes)
        };
        let (mut facts, mut bytes) = size(&first);
        let mut jobs = vec![first];
        while facts < APPEND_FACTS_MAX && bytes < APPEND_BYTES_MAX {
            let Ok(job) = self.jobs.try_recv() else { break };
            let (more_facts, more_bytes) = size(&job);
            (facts, bytes) = (facts + more_facts, bytes + more_bytes);
            jobs.push(job);
        }
        jobs
    }

    /// Makes one append of all jobs, and answers each.
    async fn append(&mut self, mut jobs: Vec<Job>) -> Result<(), Error> {
        jobs.retain(|job| !job.broken.load(Ordering::Acquire));
        let counts: Vec<usize> = jobs.iter().map(|job| job.offers.len()).collect();
        let offers: Vec<Offer> =
            jobs.iter_mut().flat_map(|job| std::mem::take(&mut job.offers)).collect();
        let asked: Vec<Asked> = offers.iter().map(|offer| offer.asked).collect();
        let steps = self.plan(&asked).await;
        let new = offers.into_iter().zip(&steps).filter(|(_, step)| step.writes());
        let entries: Vec<Entry> = new.map(|(offer, _)| offer.entry).collect();
        let receipts = match self.write(&entries).await {
            Ok(receipts) => receipts,
            Err(error) => return self.failed(jobs, error),
        };
        if !entries.is_empty() {
            self.tell(None);
        }
        // If we crash here, the facts are durable and nobody was told: they are sent again, and
        // found.
        let mut placed = steps.iter().map(|step| step.placed(&receipts));
        for (asked, place) in asked.iter().zip(placed.clone()) {
            self.recent.add(asked.key, asked.content, place.position);
        }
        for (job, count) in jobs.into_iter().zip(counts) {
            // Whoever has gone does not wait.
            let _ = job.answer.send(Ok(placed.by_ref().take(count).collect()));
        }
        Ok(())
    }

    /// What has to be written of these, and where the others are.
    async fn plan(&self, asked: &[Asked]) -> Vec<Step> {
        let (ledger, all) = (self.ledger.clone(), asked.to_vec());
        // It may have to wait for a batch that is being folded.
        let folded = tokio::task::spawn_blocking(move || ledger.known(&all)).await;
        let folded = folded.unwrap_or_else(|_| vec![Known::Not; asked.len()]);
        let mut written: HashMap<(Key, u64), usize> = HashMap::new();
        let mut keys: HashSet<Key> = HashSet::new();
        let step = |(asked, folded): (&Asked, Known)| {
            let Asked { key, content, .. } = *asked;
            let recent = self.recent.known(key, content);
            if let (Known::Same(position), _) | (_, Known::Same(position)) = (recent, folded) {
                return Step::There { position };
            }
            if let Some(nth) = written.get(&(key, content)) {
                return Step::Again { nth: *nth };
            }
            let nth = written.len();
            written.insert((key, content), nth);
            let first = keys.insert(key);
            Step::Write { nth, rival: !first || Known::Rival == recent || Known::Rival == folded }
        };
        asked.iter().zip(folded).map(step).collect()
    }

    async fn write(&mut self, entries: &[Entry]) -> Result<Vec<Receipt>, Error> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => self.writer.insert(Writer::open(&self.url, &self.options).await?),
        };
        add(&self.counts.appends, 1);
        writer.append(entries).await
    }

    /// Answers that nothing is known to be written, and says whether that is the end.
    fn failed(&mut self, jobs: Vec<Job>, error: Error) -> Result<(), Error> {
        add(&self.counts.failures, 1);
        tracing::error!("facts could not be written: {error}");
        if matches!(error, Error::Stopped { .. } | Error::Io { .. }) {
            // The file is in doubt: opening it again puts it into order.
            self.writer = None;
        }
        self.tell(Some(error.to_string()));
        for job in jobs {
            job.broken.store(true, Ordering::Release);
            let _ = job.answer.send(Err(Failed::Busy));
        }
        match error {
            Error::Diverged { .. } | Error::Corrupt { .. } | Error::Gap { .. } => Err(error),
            _ => Ok(()),
        }
    }

    fn tell(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// What is done with one fact.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// It is in the journal.
    There { position: u64 },
    /// It is the n-th that this append writes.
    Write { nth: usize, rival: bool },
    /// The same as the n-th.
    Again { nth: usize },
}

impl Step {
    fn writes(&self) -> bool {
        matches!(self, Step::Write { .. })
    }

    fn placed(&self, receipts: &[Receipt]) -> Placed {
        match *self {
            Step::There { position } => Placed { position, known: Known::Same(position) },
            Step::Again { nth } => {
                let position = receipts[nth].position.0;
                Placed { position, known: Known::Same(position) }
            }
            Step::Write { nth, rival } => {
                let Receipt { position: Position(position), duplicate } = receipts[nth];
                let known = match (duplicate, rival) {
                    // The journal itself knew it.
                    (true, _) => Known::Same(position),
                    (false, true) => Known::Rival,
                    (false, false) => Known::Not,
                };
                Placed { position, known }
            }
        }
    }
}
