//! Signs the journal now and then, beside what each closing signs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use auditor::Desk;
use journal::Journal;
use projector::Handle;

use crate::commands::embedded;

/// Signs what is folded, every so often, if it has grown.
pub(super) struct Regularly {
    pub(super) desk: Arc<Desk>,
    /// None: only at closings.
    pub(super) every: Option<Duration>,
}

impl Regularly {
    /// Signs first what was closed without a key. Never returns but with an error.
    pub(super) async fn run(&self, journal: &Journal, handle: &Handle) -> Result<()> {
        self.desk.sign_missing(journal, &embedded::rules()).await;
        let Some(every) = self.every else { return std::future::pending().await };
        let mut signed = 0;
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let tree = handle.tree();
            if tree.size() > signed {
                signed = tree.size();
                self.desk.sign(&tree, Vec::new())?;
            }
        }
    }
}
