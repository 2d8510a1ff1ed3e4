//! The batch evaluation: the books of a whole journal, without timelines and without a store.

use std::sync::Arc;

use domain::batch::{Buckets, Evaluation, evaluate_parts};
use domain::books::Books;
use domain::contribution::Rules;
use domain::fact::{Fact, What};
use journal::{Blocks, Journal, Position, SealedBlock};
use proof::{Hash, Range};
use proto::gazetteer::Gazetteer;
use proto::meaning::leaf;
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::decode::{Decoder, One};
use crate::{Accounting, Error, Result};

/// What a journal comes to.
#[derive(Debug)]
pub struct Evaluated {
    /// Cells, statements and findings.
    pub books: Books,
    /// What became of the records.
    pub accounting: Accounting,
    /// The closings among them that have lost against no rival, in the order of the journal.
    pub closings: Vec<Fact>,
    /// The tree over the records.
    pub tree: Range,
}

/// The books of the journal's records up to `to`, or all, on so many threads: the same as folding
/// them one by one. Needs memory for all facts, some 140 bytes each. `progress` is told the number
/// of records that are read.
///
/// # Errors
/// `Journal`; `Diverged` if records are missing.
pub async fn evaluate_journal(
    journal: &Journal,
    to: Option<Position>,
    rules: &Arc<Rules>,
    gazetteer: &'static Gazetteer,
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> Result<Evaluated> {
    let end = journal.end().await?;
    let to = to.map_or(end, |to| to.min(end));
    let blocks = Reading::Journal(journal.read(Position(1), to));
    evaluate(blocks, to, rules, gazetteer, threads, progress).await
}

/// The same of records that come from elsewhere, such as a copy of a journal: `blocks` hands them
/// out from position 1 to `to`.
///
/// # Errors
/// As [`evaluate_journal`]; whatever is handed out as an error.
pub async fn evaluate_blocks(
    blocks: mpsc::Receiver<journal::Result<SealedBlock>>,
    to: Position,
    rules: &Arc<Rules>,
    gazetteer: &'static Gazetteer,
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> Result<Evaluated> {
    evaluate(Reading::Given(blocks), to, rules, gazetteer, threads, progress).await
}

/// Where blocks come from.
enum Reading {
    Journal(Blocks),
    Given(mpsc::Receiver<journal::Result<SealedBlock>>),
}

impl Reading {
    async fn next(&mut self) -> Option<journal::Result<SealedBlock>> {
        match self {
            Reading::Journal(blocks) => blocks.next().await,
            Reading::Given(blocks) => blocks.recv().await,
        }
    }
}

async fn evaluate(
    blocks: Reading,
    to: Position,
    rules: &Arc<Rules>,
    gazetteer: &'static Gazetteer,
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> Result<Evaluated> {
    let threads = threads.max(1);
    let parts = read(blocks, to, gazetteer, threads, progress).await?;

    let (mut accounting, mut closings) = (Accounting::default(), Vec::new());
    let (mut facts, mut pieces) = (Vec::new(), Vec::new());
    for part in parts {
        accounting += part.accounting;
        facts.push(part.facts);
        closings.extend(part.closings);
        pieces.extend(part.pieces);
    }
    closings.sort_by_key(|fact| fact.position);
    let tree = joined(pieces);
    let rules = Arc::clone(rules);
    let folding = spawn_blocking(move || evaluate_parts(facts, &rules, threads));
    let folded = folding.await.map_err(|_| Error::Panicked { doing: "fold" })?;
    let Evaluation { books, records, lost } = folded;
    accounting.applied = records;
    closings.retain(|fact| !lost.contains(&(fact.key, fact.content)));
    // So far `duplicate` counts every record that can be read.
    accounting.duplicate -= accounting.applied;
    if accounting.total() != to.0 || tree.size() != to.0 {
        let what = format!("{} of {} records were found", accounting.total(), to.0);
        return Err(Error::Diverged { what });
    }
    Ok(Evaluated { books, accounting, closings, tree })
}

/// What one worker read.
struct Part {
    facts: Buckets,
    closings: Vec<Fact>,
    accounting: Accounting,
    /// Runs of leaves that fall into the tree's grid, each with the number of leaves before it.
    pieces: Vec<(u64, Range)>,
}

impl Part {
    /// Hashes a run of leaves, `before` of which others stand.
    fn hash(&mut self, before: u64, leaves: &[Hash]) {
        let (mut before, mut leaves) = (before, leaves);
        while !leaves.is_empty() {
            let aligned = 1u64.checked_shl(before.trailing_zeros()).unwrap_or(u64::MAX);
            let (run, rest) = leaves.split_at(leaves.len().min(aligned as usize));
            let mut piece = Range::default();
            run.iter().for_each(|leaf| piece.push(*leaf));
            self.pieces.push((before, piece));
            (before, leaves) = (before + run.len() as u64, rest);
        }
    }
}

/// The tree that pieces make; as far as they follow each other.
fn joined(mut pieces: Vec<(u64, Range)>) -> Range {
    pieces.sort_by_key(|(before, _)| *before);
    let mut tree = Range::default();
    for (before, piece) in pieces {
        if before != tree.size() || tree.append(&piece).is_err() {
            break;
        }
    }
    tree
}

async fn read(
    mut reading: Reading,
    to: Position,
    gazetteer: &'static Gazetteer,
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> Result<Vec<Part>> {
    let (sender, blocks) = mpsc::channel::<SealedBlock>(threads);
    let blocks = Arc::new(Mutex::new(blocks));
    let work = |_| {
        let blocks = Arc::clone(&blocks);
        let share = usize::try_from(to.0).unwrap_or(0).min(SURE_MAX) / threads;
        spawn_blocking(move || read_part(&blocks, share, gazetteer))
    };
    let working: Vec<JoinHandle<_>> = (0..threads).map(work).collect();
    drop(blocks);
    if to.0 > 0 {
        while let Some(block) = reading.next().await {
            let block = block?;
            progress(block.last().0);
            // A worker that failed tells below.
            if sender.send(block).await.is_err() {
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

/// Room for so many facts is taken at once; for more, when they are there.
const SURE_MAX: usize = 4_000_000;

fn read_part(
    blocks: &Mutex<mpsc::Receiver<SealedBlock>>,
    share: usize,
    gazetteer: &'static Gazetteer,
) -> Result<Part> {
    let decoder = Decoder::whole(gazetteer);
    let mut part = Part {
        facts: Buckets::with_room(share),
        closings: Vec::new(),
        accounting: Accounting::default(),
        pieces: Vec::new(),
    };
    let mut leaves = Vec::new();
    loop {
        let next = blocks.blocking_lock().blocking_recv();
        let Some(block) = next else { return Ok(part) };
        let block = block.open()?;
        leaves.clear();
        for record in block.records() {
            let leaf = leaf(record.bytes);
            leaves.push(leaf);
            match decoder.record(record, &leaf) {
                One::Facts(subject, found) => {
                    part.accounting.duplicate += 1;
                    let closings = found.iter().filter(|one| matches!(one.what, What::Closing(_)));
                    part.closings.extend(closings.cloned());
                    found.into_iter().for_each(|fact| part.facts.push(subject, fact));
                }
                One::Foreign => part.accounting.foreign += 1,
                One::Unreadable(_) => part.accounting.unreadable += 1,
            }
        }
        part.hash(block.first().0 - 1, &leaves);
    }
}
