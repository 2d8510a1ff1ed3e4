//! The batch evaluation: the books of a whole journal, without timelines and without a store.

use std::sync::Arc;

use domain::books::Books;
use domain::contribution::Rules;
use domain::fact::{Fact, Subject};
use domain::fold::evaluate_part;
use journal::{Journal, Position, SealedBlock};
use proto::gazetteer::Gazetteer;
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::decode::{Decoder, One};
use crate::{Accounting, Error, Result};

type Facts = Vec<(Subject, Fact)>;

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
    let mut columns: Vec<Vec<Facts>> = Vec::new();
    columns.resize_with(threads, Vec::new);
    for part in parts {
        accounting += part.accounting;
        for (column, facts) in columns.iter_mut().zip(part.facts) {
            column.push(facts);
        }
    }
    let fold = |column: Vec<Facts>| {
        let rules = Arc::clone(rules);
        spawn_blocking(move || fold_part(column, &rules))
    };
    let folding: Vec<JoinHandle<_>> = columns.into_iter().map(fold).collect();
    let mut books = Books::default();
    for (nth, part) in folding.into_iter().enumerate() {
        let (part, applied) = part.await.map_err(|_| Error::Panicked { doing: "fold" })?;
        accounting.applied += applied;
        if nth == 0 {
            books = part;
        } else {
            books.merge(part);
        }
    }
    // So far `duplicate` counts every record that can be read.
    accounting.duplicate -= accounting.applied;
    if accounting.total() != to.0 {
        let what = format!("{} of {} records were found", accounting.total(), to.0);
        return Err(Error::Diverged { what });
    }
    Ok((books, accounting))
}

/// What one worker read: its facts by the hash of their subjects.
struct Part {
    facts: Vec<Facts>,
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
        spawn_blocking(move || read_part(&blocks, gazetteer, threads))
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
    threads: usize,
) -> Result<Part> {
    let decoder = Decoder::whole(gazetteer);
    let mut facts: Vec<Facts> = Vec::new();
    facts.resize_with(threads, Vec::new);
    let mut accounting = Accounting::default();
    loop {
        let next = blocks.blocking_lock().blocking_recv();
        let Some(block) = next else { return Ok(Part { facts, accounting }) };
        for record in block.open()?.records() {
            match decoder.record(record) {
                One::Facts(subject, found) => {
                    accounting.duplicate += 1;
                    let part = &mut facts[subject.0.0[1] as usize % threads];
                    part.extend(found.into_iter().map(|fact| (subject, fact)));
                }
                One::Foreign => accounting.foreign += 1,
                One::Unreadable(_) => accounting.unreadable += 1,
            }
        }
    }
}

/// The books of some subjects, and how many records said something new.
fn fold_part(column: Vec<Facts>, rules: &Rules) -> (Books, u64) {
    let mut facts: Facts = Vec::with_capacity(column.iter().map(Vec::len).sum());
    for one in column {
        facts.extend(one);
    }
    let of = |(subject, fact): &(Subject, Fact)| (*subject, fact.key, fact.content);
    facts.sort_unstable_by_key(|one| (of(one), one.1.position));
    facts.dedup_by(|later, first| of(later) == of(first));
    // A correction is two facts of one position.
    let mut positions: Vec<u64> = facts.iter().map(|(_, fact)| fact.position).collect();
    positions.sort_unstable();
    positions.dedup();
    let applied = positions.len() as u64;
    drop(positions);
    (evaluate_part(facts, rules), applied)
}
