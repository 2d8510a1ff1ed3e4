//! The one task that writes: many requests in one durable append, nothing written twice.

use std::future::Future;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::Who;
use journal::{Entry, Error, Options, Receipt, Writer};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::counts::{Counts, add};
use crate::job::{Failed, Job};
use crate::ledger::{Asked, Ledger};
use crate::plan::{Offer, Plan, Seen, Settled, Step, look};
use crate::queues::Queues;
use crate::recent::{RECENT_MAX, Recent};
use crate::shares::Shares;

/// Most jobs that wait, and most of them that are one user's. A job is one request, or some hundred
/// lines of a long one.
const QUEUE_MAX: usize = 64;
const QUEUE_OF_ONE_MAX: usize = 32;
/// How long a job may wait for its place in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(5);
/// How long a job that depends on what came before may wait until that is folded.
const FOLD_WAIT: Duration = Duration::from_secs(5);

/// The way to the appender. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Appender {
    jobs: mpsc::UnboundedSender<Job>,
    /// What bounds them.
    places: Shares,
    trouble: Arc<Mutex<Option<String>>>,
}

/// Owns the journal's writer: run it beside the server.
pub struct Appending {
    jobs: mpsc::UnboundedReceiver<Job>,
    queues: Queues,
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
        let (sender, jobs) = mpsc::unbounded_channel();
        let trouble = Arc::new(Mutex::new(None));
        let appending = Appending {
            jobs,
            queues: Queues::default(),
            writer: Some(writer),
            url: url.to_owned(),
            options,
            ledger,
            recent: Recent::new(RECENT_MAX),
            counts,
            trouble: trouble.clone(),
        };
        let places = Shares::new(QUEUE_MAX, QUEUE_OF_ONE_MAX);
        (Appender { jobs: sender, places, trouble }, appending)
    }

    /// Hands facts in; the answer comes when they are durable.
    pub(crate) async fn offer(
        &self,
        who: &Who,
        offers: Vec<Offer>,
        broken: &Arc<AtomicBool>,
    ) -> Result<Answer, Failed> {
        let place = tokio::time::timeout(QUEUE_WAIT, self.places.take(&who.name)).await;
        let place = place.ok().flatten().ok_or(Failed::Full)?;
        let (answer, answered) = oneshot::channel();
        let job = Job { who: who.clone(), offers, _place: place, broken: broken.clone(), answer };
        match self.jobs.send(job) {
            Ok(()) => Ok(answered),
            Err(mpsc::error::SendError(_)) => Err(Failed::Stopping),
        }
    }

    /// Jobs that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.places.taken()
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
            while let Ok(job) = self.jobs.try_recv() {
                self.queues.push(job);
            }
            let jobs = self.queues.gather(self.ledger.position(), &self.recent);
            if !jobs.is_empty() {
                self.append(jobs).await?;
                continue;
            }
            let (ledger, rests) = (self.ledger.clone(), self.queues.rests_until());
            tokio::select! {
                biased;
                () = &mut shutdown, if open => {
                    // Whoever is in the queue is answered; nobody else comes in.
                    self.jobs.close();
                    open = false;
                }
                goes_on = rest(&*ledger, rests) => {
                    if !goes_on {
                        self.queues.let_go();
                    }
                }
                job = self.jobs.recv(), if !self.jobs.is_closed() || rests.is_none() => match job {
                    Some(job) => self.queues.push(job),
                    None if self.queues.is_empty() => return Ok(()),
                    None => {}
                },
            }
        }
    }

    /// Makes one append of all jobs, and answers each.
    async fn append(&mut self, mut jobs: Vec<Job>) -> Result<(), Error> {
        let whole = |job: &Job| !job.is_broken();
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
        let mut steps = steps.iter();
        for (job, count) in jobs.into_iter().zip(counts) {
            let written = |(_, step): &(Asked, Step)| step.written(&receipts);
            let written: Vec<u64> = steps.by_ref().take(count).filter_map(written).collect();
            if let Some(last) = written.iter().max() {
                self.queues.appended(&job.who.name, *last, written.len());
            }
            let settled: Vec<Settled> = settled.by_ref().take(count).collect();
            // Whoever has gone does not wait.
            let _ = job.answer.send(Ok(settled));
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

/// Waits until that is folded, or as long as queues rest; whether it ever will be. For ever, where
/// no queue rests.
async fn rest(ledger: &dyn Ledger, rests: Option<(u64, Instant)>) -> bool {
    match rests {
        Some((position, until)) => {
            tokio::time::timeout_at(until, ledger.folded(position)).await.unwrap_or(true)
        }
        None => std::future::pending().await,
    }
}
