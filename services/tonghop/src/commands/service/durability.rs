//! Whether what is acknowledged outlives a power cut: looked at when the journal is opened, and again
//! and again, for a nats-server may come back with another configuration.

use std::time::Duration;

use anyhow::Result;
use journal::Journal;

use super::parts::{Part, Parts};

/// How often it is looked at. The writer looks before it appends, too, and on each new connection.
const EVERY: Duration = Duration::from_secs(10);

/// Tells what was found when somebody last looked; `allowed` says that facts are taken all the same.
pub(super) fn tell(journal: &Journal, parts: &Parts, allowed: bool) {
    let part = if allowed { Part::Durability } else { Part::Writing };
    match journal.unsynced() {
        Some(why) => parts.failed(part, &why),
        None => parts.mended(part),
    }
}

/// Looks for ever, where anything is written.
pub(super) async fn watched(
    journal: &Journal,
    parts: &Parts,
    writes: bool,
    allowed: bool,
) -> Result<()> {
    if !writes {
        return std::future::pending().await;
    }
    loop {
        tokio::time::sleep(EVERY).await;
        journal.look_at_sync().await;
        tell(journal, parts, allowed);
    }
}
