//! Writes commits beside the fold, one at a time.

use std::time::Instant;

use store::{Commit, Mark, Store};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{Error, Result};

/// The store, or the thread that has it.
#[derive(Debug)]
pub(crate) struct Writer {
    store: Option<Store>,
    running: Option<JoinHandle<(Store, store::Result<Written>)>>,
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
        Writer { store: Some(store), running: None }
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
        let size = (commit.facts(), commit.series());
        self.begin(move |store| store.commit(commit).map(|()| Some(size)));
    }

    /// Begins to settle the upper rows. The writer must be idle.
    pub(crate) fn settle(&mut self) {
        self.begin(|store| store.settle().map(|()| None));
    }

    fn begin(
        &mut self,
        work: impl FnOnce(&mut Store) -> store::Result<Option<(usize, usize)>> + Send + 'static,
    ) {
        let mut store = self.store.take().expect("the writer is idle");
        self.running = Some(spawn_blocking(move || {
            let begun = Instant::now();
            let done = work(&mut store);
            let ms = begun.elapsed().as_secs_f64() * 1000.0;
            let (mark, notices) = (store.mark(), store.notices());
            (store, done.map(|commit| Written { mark, notices, commit, ms }))
        }));
    }

    /// Waits until what is running is done; for ever if nothing is. Cancel-safe.
    pub(crate) async fn done(&mut self) -> Result<Written> {
        let Some(running) = &mut self.running else { return std::future::pending().await };
        let joined = running.await;
        self.running = None;
        let (store, done) = joined.map_err(|_| Error::Panicked { doing: "commit" })?;
        self.store = Some(store);
        Ok(done?)
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
