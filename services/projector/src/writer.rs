//! Writes commits beside the fold, one at a time. While the disk has no room, what is to be written
//! waits, and is tried again and again.

use std::time::{Duration, Instant};

use store::{Commit, Mark, Store};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{Error, Result};

/// How often is looked whether there is room.
const ROOM_RETRY: Duration = Duration::from_secs(1);

/// The store, or the thread that has it.
#[derive(Debug)]
pub(crate) struct Writer {
    store: Option<Store>,
    running: Option<JoinHandle<(Store, store::Result<Written>)>>,
    /// What the last commit that was begun has: it may be written later.
    size: Option<(usize, usize)>,
    /// Whether a full disk is waited for. Whoever is to end does not.
    pub(crate) waits: bool,
    /// Whether it is waited for now.
    full: bool,
}

/// What was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// How far the store is now.
    pub(crate) mark: Mark,
    /// How many notices it has.
    pub(crate) notices: u64,
    /// Facts and series of the commit; none if only the upper rows were settled.
    pub(crate) commit: Option<(usize, usize)>,
    pub(crate) ms: f64,
}

impl Writer {
    pub(crate) fn new(store: Store) -> Writer {
        Writer { store: Some(store), running: None, size: None, waits: true, full: false }
    }

    /// Whether a commit can be begun.
    pub(crate) fn is_idle(&self) -> bool {
        self.store.is_some()
    }

    /// Whether the upper rows are behind; not known while something is written.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.store.as_ref().is_some_and(|store| !store.is_settled())
    }

    /// Begins to write a commit. The writer must be idle.
    pub(crate) fn commit(&mut self, commit: Commit) {
        self.size = Some((commit.facts(), commit.series()));
        self.begin(Duration::ZERO, move |store| store.commit(commit));
    }

    /// Begins to settle the upper rows. The writer must be idle.
    pub(crate) fn settle(&mut self) {
        self.size = None;
        self.begin(Duration::ZERO, Store::settle);
    }

    fn begin(
        &mut self,
        after: Duration,
        work: impl FnOnce(&mut Store) -> store::Result<()> + Send + 'static,
    ) {
        let mut store = self.store.take().expect("the writer is idle");
        let commit = self.size;
        self.running = Some(spawn_blocking(move || {
            std::thread::sleep(after);
            let begun = Instant::now();
            let done = work(&mut store);
            let ms = begun.elapsed().as_secs_f64() * 1000.0;
            let (mark, notices) = (store.mark(), store.notices());
            (store, done.map(|()| Written { mark, notices, commit, ms }))
        }));
    }

    /// Waits until what is running is done; for ever if nothing is. Cancel-safe.
    pub(crate) async fn done(&mut self) -> Result<Written> {
        loop {
            let Some(running) = &mut self.running else { return std::future::pending().await };
            let joined = running.await;
            self.running = None;
            let (store, done) = joined.map_err(|_| Error::Panicked { doing: "commit" })?;
            self.store = Some(store);
            match done {
                // If we crash meanwhile, the records are in the journal and are folded again.
                Err(error @ store::Error::Full { .. }) if self.waits => {
                    if !std::mem::replace(&mut self.full, true) {
                        tracing::error!(%error, "figures go on in memory, and are kept when there is room");
                    }
                    self.begin(ROOM_RETRY, Store::again);
                }
                done => {
                    if done.is_ok() && std::mem::take(&mut self.full) {
                        tracing::warn!("there is room again: figures are kept");
                    }
                    return Ok(done?);
                }
            }
        }
    }

    /// Reads the store's rows, also while they are written; only when idle.
    pub(crate) fn reader(&self) -> Option<store::Reader> {
        self.store.as_ref().map(Store::reader)
    }

    /// The store, when idle.
    pub(crate) fn into_store(self) -> Option<Store> {
        self.store
    }
}
