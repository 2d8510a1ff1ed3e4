//! From the outbox to the feed: once, in the outbox's order.

use std::collections::HashSet;
use std::time::Duration;

use journal::{Entry, Error as JournalError, Position, Writer};
use milestones::{Notice, Rules, event, event_id, route};
use projector::Outbox;

use crate::Result;
use crate::page::Told;

/// Most notices that are told in one append.
const BATCH: u64 = 1_000;
/// Pauses between attempts while the server is away, from and to.
const RETRY: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(5);

/// Tells whatever the outbox holds and will hold, until the projector stops. `journal` is the
/// identity of the journal that the outbox is of.
///
/// # Errors
/// What no later attempt changes; the next start compares outbox and feed again.
pub async fn announce(mut outbox: Outbox, mut feed: Writer, journal: &str) -> Result<()> {
    let rules = outbox.rules().clone();
    let mut told = told(&feed).await?;
    let mut taken = 0;
    while let Some(notices) = outbox.after(taken, BATCH).await? {
        taken += notices.len() as u64;
        let entries = entries(&rules, journal, &notices, &mut told);
        if !entries.is_empty() {
            append(&mut feed, &entries).await?;
            tracing::debug!(taken, told = entries.len(), "milestones were told");
        }
    }
    Ok(())
}

/// What the feed has: an outbox that was made anew says it again, and it is not told twice.
async fn told(feed: &Writer) -> Result<HashSet<String>> {
    let feed = feed.journal();
    let end = feed.end().await?;
    let mut told = HashSet::new();
    if end == Position(0) {
        return Ok(told);
    }
    let mut blocks = feed.read(Position(1), end);
    while let Some(block) = blocks.next().await {
        for record in block?.open()?.records() {
            told.insert(Told::read(record)?.event.id);
        }
    }
    Ok(told)
}

fn entries(
    rules: &Rules,
    journal: &str,
    notices: &[Notice],
    told: &mut HashSet<String>,
) -> Vec<Entry> {
    let new = notices.iter().filter(|notice| told.insert(event_id(rules, notice)));
    let entry = |notice: &Notice| {
        let bytes = serde_json::to_vec(&event(rules, journal, notice)).expect("texts are JSON");
        Entry::new(route(rules, notice), bytes)
    };
    new.map(entry).collect()
}

/// Appends, again and again while the server is away.
async fn append(feed: &mut Writer, entries: &[Entry]) -> Result<()> {
    let mut wait = RETRY;
    loop {
        // If we crash here, some of it is in the feed: the next start reads which.
        match feed.append(entries).await {
            Ok(_) => return Ok(()),
            Err(JournalError::Busy { what }) => {
                tracing::warn!(what, "milestones wait for the feed");
                tokio::time::sleep(wait).await;
                wait = RETRY_MAX.min(wait * 2);
            }
            Err(error) => return Err(error.into()),
        }
    }
}
