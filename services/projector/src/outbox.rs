//! The outbox: notices of milestones, written in the same commit as the figures that made them, for
//! whoever tells the world. The same journal and rules fill it with the same, whatever happens.

use std::sync::Arc;
use std::time::Duration;

use milestones::{Notice, Rules};
use tokio::sync::watch;

use crate::shared::Progress;
use crate::{Error, Result};

/// How long to wait for rows that are away.
const AWAY: Duration = Duration::from_secs(1);

/// Reads the notices that are committed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    reader: store::Reader,
    rules: Arc<Rules>,
    progress: watch::Receiver<Progress>,
}

impl Outbox {
    pub(crate) fn new(
        reader: store::Reader,
        rules: Arc<Rules>,
        progress: watch::Receiver<Progress>,
    ) -> Outbox {
        Outbox { reader, rules, progress }
    }

    /// The rules that the notices are by.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Waits until more than so many are there, and hands out the next ones, at most `limit`; none
    /// when the projector has stopped. Cancel-safe.
    ///
    /// # Errors
    /// `Store`, also for a row that is no notice.
    pub async fn after(&mut self, taken: u64, limit: u64) -> Result<Option<Vec<Notice>>> {
        if self.progress.wait_for(|progress| progress.notices > taken).await.is_err() {
            return Ok(None);
        }
        let rows = loop {
            let reader = self.reader.clone();
            let reading = tokio::task::spawn_blocking(move || reader.notices(taken, limit));
            match reading.await.map_err(|_| Error::Panicked { doing: "read notices" })? {
                // The rows wait for room to be opened again.
                Err(store::Error::Full { .. }) => tokio::time::sleep(AWAY).await,
                rows => break rows?,
            }
        };
        let read = |row: &Vec<u8>| {
            let what = format!("notice {} of the outbox cannot be read", taken + 1);
            Notice::unpack(row).ok_or(Error::Diverged { what })
        };
        rows.iter().map(read).collect::<Result<Vec<Notice>>>().map(Some)
    }
}
