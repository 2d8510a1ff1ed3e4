//! Signs the journal now and then, beside what each closing signs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use auditor::Desk;
use journal::Journal;
use projector::Handle;

use super::parts::{Part, Parts};
use crate::commands::embedded;

/// What was signed last is not kept: no journal has so many records.
const FAILED: u64 = u64::MAX;

/// Signs what is folded, every so often, if it has grown.
pub(super) struct Regularly {
    pub(super) desk: Arc<Desk>,
    /// None: only at closings.
    pub(super) every: Option<Duration>,
}

impl Regularly {
    /// Signs first what was closed without a key. What cannot be kept is told, and tried again at the
    /// next time. Never returns.
    pub(super) async fn run(
        &self,
        journal: &Journal,
        handle: &Handle,
        parts: &Parts,
    ) -> Result<()> {
        self.desk.sign_missing(journal, &embedded::rules()).await;
        let Some(every) = self.every else { return std::future::pending().await };
        let mut signed = 0;
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let tree = handle.tree();
            if tree.size() > signed || signed == FAILED {
                match self.desk.sign(&tree, Vec::new()) {
                    Ok(()) if signed == FAILED => parts.mended(Part::Signing),
                    Ok(()) => {}
                    Err(error) => {
                        parts.failed(Part::Signing, &anyhow::Error::from(error));
                        signed = FAILED;
                        continue;
                    }
                }
                signed = tree.size();
            }
        }
    }
}
