//! The batch evaluation: the books of a whole journal, without timelines and without a store.

use std::sync::Arc;

use domain::batch::{Buckets, evaluate_parts};
use domain::books::Books;
use domain::contribution::Rules;
use journal::{Journal, Position, SealedBlock};
use proto::gazetteer::Gazetteer;
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::decode::{Decoder, One};
use crate::{Accounting, Error, Result};

/// The books of the journal's records up to `to`, or all, on so many threads: the same as folding
/// them one by one. Needs memory for all facts, some 120 bytes each.
///
/// # Errors
/// `Journal`; `Diverged` if records are missing.
pub async fn evaluate_journal(
    journal: &Journal,
    to: Option<Position>,
    rules: &Arc<Rules>,
    gazetteer: &'static Gazetteer,
    threads: usize,
) -> Result<(Books, Accounting)> {
    let threads = threads.max(1);
    let end = journal.end().await?;
    let to = to.map_or(end, |to| to.min(end));
    let parts = read(journal, to, gazetteer, threads).await?;

    let mut accounting = Accounting::default();
    let mut facts = Vec::new();
    for part in parts {
        accounting += part.accounting;
        facts.push(part.facts);
    }
    let rules = Arc::clone(rules);
    let folding = spawn_blocking(move || evaluate_parts(facts, &rules, threads));
    let (books, applied) = folding.await.map_err(|_| Error::Panicked { doing: "fold" })?;
    accounting.applied = applied;
    // So far `duplicate` counts every record that can be read.
    accounting.duplicate -= accounting.applied;
    if accounting.total() != to.0 {
        let what = format!("{} of {} records were found", accounting.total(), to.0);
        return Err(Error::Diverged { what });
    }
    Ok((books, accounting))
}

/// What one worker read.
struct Part {
    facts: Buckets,
    accounting: Accounting,
}

async fn read(
    journal: &Journal,
    to: Position,
    gazetteer: &'static Gazetteer,
    threads: usize,
) -> Result<Vec<Part>> {
    let (sender, blocks) = mpsc::channel::<SealedBlock>(threads);
    let blocks = Arc::new(Mutex::new(blocks));
    let work = |_| {
        let blocks = Arc::clone(&blocks);
        spawn_blocking(move || read_part(&blocks, gazetteer))
    };
    let working: Vec<JoinHandle<_>> = (0..threads).map(work).collect();
    drop(blocks);
    if to.0 > 0 {
        let mut reading = journal.read(Position(1), to);
        while let Some(block) = reading.next().await {
            // A worker that failed tells below.
            if sender.send(block?).await.is_err() {
                break;
            }
        }
    }
    drop(sender);
    let mut parts = Vec::new();
    for part in working {
        parts.push(part.await.map_err(|_| Error::Panicked { doing: "decode" })??);
    }
    Ok(parts)
}

fn read_part(
    blocks: &Mutex<mpsc::Receiver<SealedBlock>>,
    gazetteer: &'static Gazetteer,
) -> Result<Part> {
    let decoder = Decoder::whole(gazetteer);
    let mut facts = Buckets::default();
    let mut accounting = Accounting::default();
    loop {
        let next = blocks.blocking_lock().blocking_recv();
        let Some(block) = next else { return Ok(Part { facts, accounting }) };
        for record in block.open()?.records() {
            match decoder.record(record) {
                One::Facts(subject, found) => {
                    accounting.duplicate += 1;
                    found.into_iter().for_each(|fact| facts.push(subject, fact));
                }
                One::Foreign => accounting.foreign += 1,
                One::Unreadable(_) => accounting.unreadable += 1,
            }
        }
    }
}
