//! What readers in the same process see: the fold, between batches, and how far it is.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use domain::fold::Fold;
use milestones::Watch;
use proof::Range;
use store::{Counts, Unreadable};
use tokio::sync::watch;

use crate::backlog::Backlog;

/// How far a projector is.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Progress {
    /// The last position that is folded: figures are as of it.
    pub position: u64,
    /// The last position that is in the store; never above `position`.
    pub committed: u64,
    /// The last position of the journal, as last seen.
    pub end: u64,
    /// What became of the records up to `position`.
    pub accounting: Counts,
    /// Records a second, over the last seconds; 0 when nothing came.
    pub records_per_s: f64,
    /// Commits since the start.
    pub commits: u64,
    /// How long the last commit took, in milliseconds.
    pub commit_ms: f64,
    /// Findings there are.
    pub findings: u64,
    /// How many notices of milestones are in the store.
    pub notices: u64,
}

impl Progress {
    /// The same, the fold being as far as it is there.
    fn at(self, folded: &Progress) -> Progress {
        let Progress { position, accounting, findings, .. } = *folded;
        let end = self.end.max(position);
        Progress { position, accounting, findings, end, ..self }
    }

    /// How many records are not folded yet.
    pub fn lag(&self) -> u64 {
        self.end.saturating_sub(self.position)
    }
}

/// How much there is. Counting it takes a while: milliseconds for each million of facts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// Subjects that have facts.
    pub subjects: usize,
    /// Cells that are not zero.
    pub cells: usize,
    /// Bytes that timelines take in memory.
    pub timeline_bytes: usize,
    /// Bytes that cells take in memory.
    pub cell_bytes: usize,
}

impl Sizes {
    pub(crate) fn of(fold: &Fold) -> Sizes {
        let (subjects, timeline_bytes) = fold.size();
        let (cells, cell_bytes) = fold.books.rollup.size();
        Sizes { subjects, cells, timeline_bytes, cell_bytes }
    }
}

/// The state that the projector writes and everyone else reads.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) fold: Fold,
    /// Sees what each record does, where there are rules.
    pub(crate) watch: Option<Watch>,
    pub(crate) progress: Progress,
    /// The tree over the journal, up to the same position.
    pub(crate) tree: Range,
    /// The first records that could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
}

/// The projector's side.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Arc<RwLock<State>>,
    progress: watch::Sender<Progress>,
    backlog: Arc<Mutex<Backlog>>,
}

impl Shared {
    pub(crate) fn new(state: State) -> Shared {
        let progress = watch::Sender::new(state.progress);
        let mut backlog = Backlog::default();
        backlog.see(progress.borrow().end, Instant::now());
        let backlog = Arc::new(Mutex::new(backlog));
        Shared { state: Arc::new(RwLock::new(state)), progress, backlog }
    }

    pub(crate) fn handle(&self) -> Handle {
        let (state, backlog) = (Arc::clone(&self.state), Arc::clone(&self.backlog));
        Handle { state, progress: self.progress.subscribe(), backlog }
    }

    /// What takes in the ends of the journal as they are seen, also while a batch is folded.
    pub(crate) fn backlog(&self) -> Arc<Mutex<Backlog>> {
        Arc::clone(&self.backlog)
    }

    /// The state, for readers and to be sealed.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state and tells everyone how far the fold is now. Waits for readers.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut state);
        let folded = state.progress;
        drop(state);
        self.progress.send_modify(|progress| *progress = progress.at(&folded));
        result
    }

    /// Tells everyone what is not of the fold: the store's position, the journal's end, how fast.
    /// Waits for nobody.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
    }

    /// How far it is now. Waits for nobody.
    pub(crate) fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// The state itself, if nobody else has a handle.
    pub(crate) fn into_state(self) -> Option<State> {
        let state = Arc::into_inner(self.state)?;
        Some(state.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads a projector's fold in the same process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    state: Arc<RwLock<State>>,
    progress: watch::Receiver<Progress>,
    backlog: Arc<Mutex<Backlog>>,
}

impl Handle {
    /// Looks at the fold as of one position. The fold waits meanwhile, so be quick.
    pub fn read<R>(&self, look: impl FnOnce(&Fold, &Progress) -> R) -> R {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        look(&state.fold, &self.progress().at(&state.progress))
    }

    /// The tree over the journal, as far as it is folded.
    pub fn tree(&self) -> Range {
        self.state.read().unwrap_or_else(PoisonError::into_inner).tree.clone()
    }

    /// How far it is now.
    pub fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// How long the oldest record of the journal has waited that is not folded, since it was seen.
    /// Waits for nobody, so that it tells also of a batch that takes too long.
    pub fn oldest_age(&self) -> Duration {
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        backlog.age(self.progress().position, Instant::now())
    }

    /// To be told of progress; closed when the projector has stopped.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// Waits until that position is folded; none if the projector stopped before.
    pub async fn folded(&self, position: u64) -> Option<Progress> {
        let mut watch = self.progress.clone();
        watch.wait_for(|progress| progress.position >= position).await.ok().map(|seen| *seen)
    }

    /// Waits until that position is in the store; none if the projector stopped before.
    pub async fn committed(&self, position: u64) -> Option<Progress> {
        let mut watch = self.progress.clone();
        watch.wait_for(|progress| progress.committed >= position).await.ok().map(|seen| *seen)
    }

    /// The first records that cannot be read, at most [`store::UNREADABLE_MAX`].
    pub fn unreadable(&self) -> Vec<Unreadable> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).unreadable.clone()
    }

    /// Counts what there is.
    pub fn sizes(&self) -> Sizes {
        self.read(|fold, _| Sizes::of(fold))
    }
}
