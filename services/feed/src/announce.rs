//! From the outbox to the feed: once, in the outbox's order.

use std::collections::HashSet;
use std::time::Duration;

use journal::{Entry, Journal, Position, Receipt, Writer};
use milestones::{Notice, Rules, event, event_id, route};
use projector::Outbox;

use crate::Result;
use crate::foreign::Foreign;
use crate::page::Told;

/// Most notices that are told in one append.
const BATCH: u64 = 1_000;
/// Pauses between attempts while the server is away, from and to.
const RETRY: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(5);

/// Tells whatever the outbox holds and will hold, until the projector stops. `journal` is the
/// identity of the journal that the outbox is of. What others wrote into the feed is counted in
/// `foreign` and passed by.
///
/// # Errors
/// What no later attempt changes; the next start compares outbox and feed again.
pub async fn announce(
    mut outbox: Outbox,
    mut feed: Writer,
    journal: &str,
    foreign: &Foreign,
) -> Result<()> {
    let rules = outbox.rules().clone();
    let mut told = told(&feed, foreign).await?;
    let mut taken = 0;
    while let Some(notices) = outbox.after(taken, BATCH).await? {
        taken += notices.len() as u64;
        let entries = entries(&rules, journal, &notices, &mut told);
        if !entries.is_empty() {
            tell(&mut feed, entries, foreign).await?;
            tracing::debug!(taken, "milestones were told");
        }
    }
    Ok(())
}

/// What the feed has: an outbox that was made anew says it again, and it is not told twice.
async fn told(feed: &Writer, foreign: &Foreign) -> Result<HashSet<String>> {
    let feed = feed.journal();
    let end = feed.end().await?;
    let mut told = HashSet::new();
    if end == Position(0) {
        return Ok(told);
    }
    let mut blocks = feed.read(Position(1), end);
    while let Some(block) = blocks.next().await {
        let block = block?.open()?;
        told.extend(
            block
                .records()
                .filter_map(|one| Told::or_foreign(one, foreign))
                .map(|one| one.event.id),
        );
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

/// Tells all of these. A stream takes one message for each route: where a stranger's took that of
/// a milestone, the milestone is told on the route with one more token, which subscribers of its
/// rule hear as well.
async fn tell(feed: &mut Writer, mut entries: Vec<Entry>, foreign: &Foreign) -> Result<()> {
    while !entries.is_empty() {
        let receipts = append(feed, &entries).await?;
        let reader = feed.journal();
        let mut taken = Vec::new();
        for (entry, receipt) in entries.into_iter().zip(receipts) {
            if receipt.duplicate && is_anothers(&reader, receipt.position, foreign).await? {
                taken.push(Entry { route: format!("{}.again", entry.route), ..entry });
            }
        }
        entries = taken;
    }
    Ok(())
}

/// Whether the record at a position, which took a milestone's place, is no milestone at all.
async fn is_anothers(feed: &Journal, at: Position, foreign: &Foreign) -> Result<bool> {
    let mut blocks = feed.read(at, at);
    while let Some(block) = blocks.next().await {
        let block = block?.open()?;
        let mut records = block.records().filter(|record| record.position == at);
        if let Some(record) = records.next() {
            return Ok(Told::or_foreign(record, foreign).is_none());
        }
    }
    Ok(false)
}

/// Appends, again and again while the server is away or the disk is full.
async fn append(feed: &mut Writer, entries: &[Entry]) -> Result<Vec<Receipt>> {
    let mut wait = RETRY;
    loop {
        // If we crash here, some of it is in the feed: the next start reads which.
        match feed.append(entries).await {
            Ok(receipts) => return Ok(receipts),
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "milestones wait for the feed");
                tokio::time::sleep(wait).await;
                wait = RETRY_MAX.min(wait * 2);
            }
            Err(error) => return Err(error.into()),
        }
    }
}
