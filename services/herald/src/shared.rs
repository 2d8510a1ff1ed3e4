//! What all tasks of the herald share.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::bells::Bells;
use crate::counts::Counts;
use crate::{Config, Error, Queue, Result, Sender};

/// What all tasks share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) queue: Arc<Queue>,
    pub(crate) sender: Sender,
    pub(crate) bells: Arc<Bells>,
    pub(crate) counts: Counts,
    /// Places beyond the first of each subscription.
    pub(crate) more: Arc<Semaphore>,
    pub(crate) writing: Semaphore,
    /// Who may read the feed: a record is read with those around it.
    pub(crate) reading: Semaphore,
}

/// Does what waits for the disk on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Ended(error.to_string()))?
}
