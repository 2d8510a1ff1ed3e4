//! The one task that writes: many requests in one durable append, nothing written twice.

use std::collections::HashSet;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::Who;
use domain::fact::Key;
use journal::{Entry, Error, Options, Receipt, Writer};
use tokio::sync::{mpsc, oneshot};

use crate::counts::{Counts, add};
use crate::ledger::{Asked, Known, Ledger};
use crate::plan::{Offer, Plan, Seen, Settled, everywhere, look};
use crate::recent::{RECENT_MAX, Recent};

/// Most facts of one append, and most bytes of it. A job more may come on top.
const APPEND_FACTS_MAX: usize = 5_000;
const APPEND_BYTES_MAX: usize = 8 << 20;
/// Most jobs that wait. A job is one request, or some hundred lines of a long one.
const QUEUE_MAX: usize = 64;
/// How long a job may wait for its place in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(5);
/// How long a job that depends on what came before may wait until that is folded.
const FOLD_WAIT: Duration = Duration::from_secs(5);

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
    who: Who,
    offers: Vec<Offer>,
    /// Set when an earlier part of the same request has failed: what follows is not written, so
    /// that the order within a request holds.
    broken: Arc<AtomicBool>,
    answer: oneshot::Sender<Result<Vec<Settled>, Failed>>,
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
    /// A job that has to be the first of its append.
    held_back: Option<Job>,
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
pub(crate) type Answer = oneshot::Receiver<Result<Vec<Settled>, Failed>>;

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
            held_back: None,
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
        who: &Who,
        offers: Vec<Offer>,
        broken: &Arc<AtomicBool>,
    ) -> Result<Answer, Failed> {
        let (answer, answered) = oneshot::channel();
        let job = Job { who: who.clone(), offers, broken: broken.clone(), answer };
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
            let job = match self.held_back.take() {
                Some(job) => Some(job),
                None => tokio::select! {
                    biased;
                    () = &mut shutdown, if open => {
                        // Whoever is in the queue is answered; nobody else comes in.
                        self.jobs.close();
                        open = false;
                        continue;
                    }
                    job = self.jobs.recv() => job,
                },
            };
            let Some(first) = job else { return Ok(()) };
            let jobs = self.gather(first);
            self.append(jobs).await?;
        }
    }

    /// What waits already goes along, up to a bound, and up to a job that depends on what came
    /// before it: that one is the first of the next append.
    fn gather(&mut self, first: Job) -> Vec<Job> {
        let size = |job: &Job| {
            let bytes: usize = job.offers.iter().map(|offer| offer.entry.bytes.len()).sum();
            (job.offers.len(), bytes)
        };
        let (mut facts, mut bytes) = size(&first);
        let mut keys: HashSet<Key> = first.keys().collect();
        let mut jobs = vec![first];
        while facts < APPEND_FACTS_MAX && bytes < APPEND_BYTES_MAX {
            let Ok(job) = self.jobs.try_recv() else { break };
            if job.depends(&self.recent) || job.keys().any(|key| keys.contains(&key)) {
                self.held_back = Some(job);
                break;
            }
            keys.extend(job.keys());
            let (more_facts, more_bytes) = size(&job);
            (facts, bytes) = (facts + more_facts, bytes + more_bytes);
            jobs.push(job);
        }
        jobs
    }

    /// Makes one append of all jobs, and answers each.
    async fn append(&mut self, mut jobs: Vec<Job>) -> Result<(), Error> {
        let whole = |job: &Job| !job.broken.load(Ordering::Acquire);
        jobs.retain(whole);
        // Only the first can depend on what came before.
        if jobs.first().is_some_and(|job| job.depends(&self.recent)) && !self.is_folded().await {
            jobs.remove(0).fail();
            jobs.retain(whole);
        }
        let counts: Vec<usize> = jobs.iter().map(|job| job.offers.len()).collect();
        let seen = self.look(&mut jobs).await;
        let Plan { steps, entries } = Plan::of(seen, &self.recent);
        let receipts = match self.write(&entries).await {
            Ok(receipts) => receipts,
            Err(error) => return self.failed(jobs, error),
        };
        if !entries.is_empty() {
            self.tell(None);
        }
        // If we crash here, the facts are durable and nobody was told: they are sent again, and
        // found.
        let settled: Vec<Settled> = steps.iter().map(|(_, step)| step.settled(&receipts)).collect();
        for ((asked, _), settled) in steps.iter().zip(&settled) {
            if let Ok(placed) = settled {
                self.recent.add(asked.key, asked.meaning, placed.position);
            }
        }
        let mut settled = settled.into_iter();
        for (job, count) in jobs.into_iter().zip(counts) {
            // Whoever has gone does not wait.
            let _ = job.answer.send(Ok(settled.by_ref().take(count).collect()));
        }
        Ok(())
    }

    /// Waits until all that is in the journal is folded.
    async fn is_folded(&mut self) -> bool {
        let folded = async {
            let end = self.writer().await.ok()?.journal().end().await.ok()?;
            self.ledger.folded(end.0).await.then_some(())
        };
        tokio::time::timeout(FOLD_WAIT, folded).await.is_ok_and(|is| is.is_some())
    }

    /// Takes the offers out of their jobs and looks up what is known of each.
    async fn look(&self, jobs: &mut [Job]) -> Vec<(Offer, Seen)> {
        let ledger = self.ledger.clone();
        let runs: Vec<(Who, Vec<Offer>)> =
            jobs.iter_mut().map(|job| (job.who.clone(), std::mem::take(&mut job.offers))).collect();
        // It may have to wait for a batch that is being folded.
        let looked = tokio::task::spawn_blocking(move || {
            runs.into_iter().flat_map(|(who, offers)| look(&who, offers, &*ledger)).collect()
        });
        // A panic has been logged; its jobs are dropped unanswered, which is an answer.
        looked.await.unwrap_or_default()
    }

    /// The journal's writer, opened again if a failure has made it useless.
    async fn writer(&mut self) -> Result<&mut Writer, Error> {
        match &mut self.writer {
            Some(writer) => Ok(writer),
            none => Ok(none.insert(Writer::open(&self.url, &self.options).await?)),
        }
    }

    async fn write(&mut self, entries: &[Entry]) -> Result<Vec<Receipt>, Error> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let counts = self.counts.clone();
        let writer = self.writer().await?;
        add(&counts.appends, 1);
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
            job.fail();
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

impl Job {
    fn keys(&self) -> impl Iterator<Item = Key> {
        self.offers.iter().map(|offer| offer.asked.key)
    }

    /// Whether it can only be judged when all before it is folded: it voids, corrects, changes a
    /// household or writes another content under a key that came a moment ago. Whoever has the
    /// whole country in their care is not asked.
    fn depends(&self, recent: &Recent) -> bool {
        let replaces =
            |asked: &Asked| matches!(recent.known(asked.key, asked.meaning), Known::Rival(_));
        let depends = |offer: &Offer| offer.touched.depends() || replaces(&offer.asked);
        !everywhere(&self.who) && self.offers.iter().any(depends)
    }

    /// Tells that nothing of it is known to be written; nor is what follows in its request.
    fn fail(self) {
        self.broken.store(true, Ordering::Release);
        let _ = self.answer.send(Err(Failed::Busy));
    }
}
