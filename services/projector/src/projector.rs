//! The heart: fold what comes, commit when it is due, until told to stop.

use std::future::Future;
use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use crate::backlog::Backlog;
use crate::begin::{Beginning, begin};
use crate::config::{Config, Pace};
use crate::decode::{Decoded, Decoder};
use crate::feed::Feed;
use crate::group::Folder;
use crate::outbox::Outbox;
use crate::shared::{Handle, Shared};
use crate::writer::{Writer, Written};
use crate::{Error, Result};

/// How often the end of the journal is asked for, and rates are told.
const LOOK: Duration = Duration::from_secs(1);

/// A projector that has opened its store and not yet begun to follow the journal.
#[derive(Debug)]
pub struct Projector {
    pub(crate) config: Config,
    /// None only while a batch is folded on another thread.
    pub(crate) folder: Option<Folder>,
    pub(crate) writer: Writer,
    pub(crate) rebuild: Option<String>,
    pub(crate) commits: u64,
    came: Instant,
    settled: Instant,
    /// Until when no commit is begun, for want of room for what was closed.
    hold: Option<Instant>,
    rate: Rate,
}

/// What happens next.
enum Event {
    Decoded(Option<Decoded>),
    Written(Written),
    End(u64),
    /// It is time to look whether something is due.
    Due,
    Stop,
}

/// Follows a journal until `shutdown`, then commits and returns.
///
/// # Errors
/// Every error is fatal; the next start resumes at the position.
pub async fn run(config: Config, shutdown: impl Future<Output = ()> + Send) -> Result<()> {
    Projector::open(config).await?.run(shutdown).await
}

impl Projector {
    /// Opens and checks the store, and compares it with the journal.
    ///
    /// # Errors
    /// `Diverged`, `Journal`, `Store`.
    pub async fn open(config: Config) -> Result<Projector> {
        let Beginning { store, mut state, mark, rebuild } = begin(&config).await?;
        state.progress.end = config.journal.end().await?.0;
        let (folder, now) =
            (Folder::new(Shared::new(state), mark, config.closings.clone()), Instant::now());
        let writer = Writer::new(store);
        let rate = Rate { since: now, position: mark.position };
        let (folder, commits) = (Some(folder), 0);
        let (came, settled, hold) = (now, now, None);
        Ok(Projector { config, folder, writer, rebuild, commits, came, settled, hold, rate })
    }

    /// For readers in this process.
    pub fn handle(&self) -> Handle {
        self.folder().shared.handle()
    }

    /// What is told to the world; only before the projector runs.
    pub fn outbox(&self) -> Option<Outbox> {
        let rules = self.config.milestones.clone()?;
        Some(Outbox::new(self.writer.reader()?, rules, self.folder().shared.handle().watch()))
    }

    /// Why everything is folded again from the first record, if it is.
    pub fn rebuild(&self) -> Option<&str> {
        self.rebuild.as_deref()
    }

    /// Follows the journal until `shutdown`, then commits and returns.
    ///
    /// # Errors
    /// Every error is fatal; the next start resumes at the position.
    pub async fn run(mut self, shutdown: impl Future<Output = ()> + Send) -> Result<()> {
        self.follow(shutdown, true).await
    }

    /// Tail, group, fold, commit: until `shutdown` or, without `follow`, the end of the journal as
    /// it was at the start.
    pub(crate) async fn follow(
        &mut self,
        shutdown: impl Future<Output = ()> + Send,
        follow: bool,
    ) -> Result<()> {
        let mut shutdown = std::pin::pin!(shutdown);
        self.writer.waits = follow;
        let to = self.folder().shared.progress().end;
        let after = self.folder().mark.position;
        let decoder = Decoder::new(&self.config);
        let mut feed = Feed::start(&self.config.journal, decoder, after, to, follow);
        let mut end = Ends::watch(&self.config, to, follow, self.folder().shared.backlog());
        loop {
            match self.next(&mut feed, &mut end, shutdown.as_mut()).await? {
                Event::Decoded(Some(decoded)) => self.fold(decoded).await?,
                Event::Written(written) => self.written(&written),
                Event::End(end) => self.look(end),
                Event::Due => {}
                Event::Decoded(None) => {
                    self.finish(true).await?;
                    return self.reached(to);
                }
                // Rows that would all be summed again are left to the next start.
                Event::Stop => return self.stop().await,
            }
            self.commit_if_due().await?;
        }
    }

    async fn next(
        &mut self,
        feed: &mut Feed,
        end: &mut Ends,
        shutdown: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<Event> {
        let due = self.due_at();
        // So that memory is bounded while nothing can be committed.
        let goes_on = self.hold.is_none() || self.folder().waiting() < self.config.pace.behind_max;
        tokio::select! {
            biased;
            () = shutdown => Ok(Event::Stop),
            written = self.writer.done() => written.map(Event::Written),
            decoded = feed.next(), if goes_on => decoded.map(Event::Decoded),
            end = end.next() => Ok(Event::End(end)),
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => Ok(Event::Due),
        }
    }

    async fn fold(&mut self, decoded: Decoded) -> Result<()> {
        let mut folder = self.folder.take().expect("it comes back after each batch");
        let fold = move || folder.fold(decoded).map(|()| folder);
        let folded = spawn_blocking(fold).await.map_err(|_| Error::Panicked { doing: "fold" })?;
        self.folder = Some(folded?);
        self.came = Instant::now();
        Ok(())
    }

    /// When something will be due if nothing comes; none while the writer is busy.
    fn due_at(&self) -> Option<Instant> {
        if !self.writer.is_idle() {
            return None;
        }
        let Pace { lull, upper_lull, behind_age_max, .. } = self.config.pace;
        if let Some(since) = self.folder().since {
            let behind = Instant::from_std(since) + behind_age_max;
            let due = if self.is_caught_up() { self.came + lull } else { behind };
            return Some(self.hold.map_or(due, |hold| hold.max(due)));
        }
        (self.writer.is_unsettled() && self.is_caught_up()).then(|| self.came + upper_lull)
    }

    /// Begins a commit, or settles the upper rows, if it is time and the writer is idle. A draft
    /// that has grown too large waits for the writer, so that memory is bounded.
    async fn commit_if_due(&mut self) -> Result<()> {
        let pace = self.config.pace.clone();
        while !self.writer.is_idle() && self.folder().waiting() >= pace.behind_max {
            let written = self.writer.done().await?;
            self.written(&written);
        }
        if !self.writer.is_idle() {
            return Ok(());
        }
        let caught_up = self.is_caught_up();
        let quiet = self.came.elapsed();
        if let Some(since) = self.folder().since {
            let age = since.elapsed();
            let due = self.folder().waiting() >= pace.behind_max
                || age >= pace.behind_age_max
                || caught_up && (quiet >= pace.lull || age >= pace.caught_up_age_max);
            if due && self.hold.is_none_or(|hold| Instant::now() >= hold) {
                self.begin_commit().await?;
            }
        } else if caught_up && self.writer.is_unsettled() {
            let late = self.settled.elapsed() >= pace.upper_age_max;
            if quiet >= pace.upper_lull || late {
                self.writer.settle();
            }
        }
        Ok(())
    }

    async fn begin_commit(&mut self) -> Result<()> {
        if !self.is_closing_kept().await? {
            return Ok(());
        }
        let mut folder = self.folder.take().expect("it comes back after each batch");
        let seal = move || (folder.seal(), folder);
        let sealed = spawn_blocking(seal).await.map_err(|_| Error::Panicked { doing: "seal" })?;
        let (commit, folder) = sealed;
        self.folder = Some(folder);
        // If we crash here, the records are in the journal and are folded again.
        self.writer.commit(commit);
        Ok(())
    }

    /// Whether all that was closed is kept; if not, there was no room, and it is tried again soon.
    async fn is_closing_kept(&mut self) -> Result<bool> {
        let Some(keeper) = self.config.closings.clone() else { return Ok(true) };
        let settled = spawn_blocking(move || keeper.settle()).await;
        match settled.map_err(|_| Error::Panicked { doing: "keep what was closed" })? {
            Err(error) if self.writer.waits && error.kind() == ErrorKind::StorageFull => {
                if self.hold.is_none() {
                    tracing::error!(%error, "what was closed is kept when there is room");
                }
                self.hold = Some(Instant::now() + LOOK);
                Ok(false)
            }
            settled => {
                self.hold = None;
                settled.map(|()| true).map_err(Error::Closing)
            }
        }
    }

    fn written(&mut self, written: &Written) {
        let Written { mark, notices, commit, ms } = *written;
        let Some((facts, series)) = commit else {
            self.settled = Instant::now();
            tracing::debug!(position = mark.position, ms, "settled");
            return;
        };
        self.commits += 1;
        tracing::debug!(position = mark.position, facts, series, ms, "committed");
        let commits = self.commits;
        self.folder().shared.tell(|progress| {
            (progress.committed, progress.notices) = (mark.position, notices);
            (progress.commits, progress.commit_ms) = (commits, ms);
        });
    }

    /// Takes in what was seen of the journal's end, and how fast we are.
    fn look(&mut self, end: u64) {
        let position = self.folder().mark.position;
        let records_per_s = self.rate.at(position);
        self.folder().shared.tell(|progress| {
            progress.end = end.max(position);
            progress.records_per_s = records_per_s;
        });
    }

    /// Commits what there is and ends; what there is no room for, the next start folds again.
    async fn stop(&mut self) -> Result<()> {
        self.writer.waits = false;
        match self.finish(self.is_caught_up()).await {
            Err(error) if error.is_full() => {
                let position = self.folder().mark.position;
                tracing::error!(%error, position, "figures are not kept up to here; the journal has all");
                Ok(())
            }
            finished => finished,
        }
    }

    /// Commits what there is, and settles the upper rows if wished.
    async fn finish(&mut self, settle: bool) -> Result<()> {
        loop {
            if !self.writer.is_idle() {
                let written = self.writer.done().await?;
                self.written(&written);
            } else if self.folder().since.is_some() {
                self.begin_commit().await?;
            } else if settle && self.writer.is_unsettled() {
                self.writer.settle();
            } else {
                return Ok(());
            }
        }
    }

    fn reached(&self, to: u64) -> Result<()> {
        let position = self.folder().mark.position;
        if position < to {
            let what = format!("it ends at position {position}, before the known {to}");
            return Err(Error::Diverged { what });
        }
        Ok(())
    }

    fn is_caught_up(&self) -> bool {
        let lag = self.folder().shared.progress().lag();
        lag <= self.config.pace.caught_up_lag_max
    }

    pub(crate) fn folder(&self) -> &Folder {
        self.folder.as_ref().expect("it is away only while it is awaited")
    }
}

/// Records a second between two looks.
#[derive(Debug)]
struct Rate {
    since: Instant,
    position: u64,
}

impl Rate {
    fn at(&mut self, position: u64) -> f64 {
        let seconds = self.since.elapsed().as_secs_f64().max(1e-3);
        let rate = position.saturating_sub(self.position) as f64 / seconds;
        *self = Rate { since: Instant::now(), position };
        rate
    }
}

/// Asks for the end of the journal now and then. That it fails is no matter: the tail tells what
/// is wrong.
struct Ends {
    seen: watch::Receiver<u64>,
    /// Owns the one who asks.
    _asking: JoinSet<()>,
}

impl Ends {
    fn watch(config: &Config, end: u64, follow: bool, backlog: Arc<Mutex<Backlog>>) -> Ends {
        let (told, seen) = watch::channel(end);
        let (journal, mut asking) = (config.journal.clone(), JoinSet::new());
        asking.spawn(async move {
            let mut ticks = tokio::time::interval(LOOK);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while !told.is_closed() {
                ticks.tick().await;
                let end = if follow { journal.end().await.ok().map(|end| end.0) } else { None };
                if let Some(end) = end {
                    let now = std::time::Instant::now();
                    backlog.lock().unwrap_or_else(PoisonError::into_inner).see(end, now);
                }
                told.send_modify(|seen| *seen = end.unwrap_or(*seen));
            }
        });
        Ends { seen, _asking: asking }
    }

    /// Cancel-safe.
    async fn next(&mut self) -> u64 {
        match self.seen.changed().await {
            Ok(()) => *self.seen.borrow_and_update(),
            Err(_) => std::future::pending().await,
        }
    }
}
