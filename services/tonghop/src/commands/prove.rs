//! `tonghop checkpoint` and `tonghop prove`: one pass over a journal, and what it comes to, signed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use journal::{Journal, Position};
use proof::{Checkpoint, Hash, ProofFile, Prover, Range, Signer, keys, leaf};
use proto::gazetteer::Lang;
use serde::Serialize;

use super::place;
use crate::cli::{CheckpointArgs, Format, JournalArgs, ProveArgs};
use crate::screen::{self, Screen};

#[derive(Serialize)]
struct Signed<'a> {
    position: u64,
    answer: &'static str,
    origin: &'a str,
    root: String,
    note: &'a str,
}

#[derive(Serialize)]
struct Proven<'a> {
    position: u64,
    answer: &'static str,
    origin: &'a str,
    root: String,
    fact_position: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'a str>,
    proof: &'a str,
}

pub(super) fn checkpoint(screen: &mut Screen, args: &CheckpointArgs) -> Result<()> {
    let signer = keys::signer(&args.key)?;
    let checkpoint = with_journal(&args.journal, async |journal| {
        let size = size(&journal, args.at).await?;
        let mut range = Range::default();
        pass(screen.lang, &journal, size, |leaf| range.push(leaf)).await?;
        let origin = origin(signer.name(), &journal);
        Ok(Checkpoint { origin, size, root: range.root(), extensions: Vec::new() })
    })?;
    let note = checkpoint.sign(&signer)?;
    let Checkpoint { origin, size, root, .. } = &checkpoint;
    let (position, root, written) = (*size, root.to_string(), args.out.as_deref());
    if let Some(out) = written {
        write(out, note.as_bytes())?;
    }
    match (screen.format, written) {
        (Format::Json, _) => {
            screen.json(&Signed { position, answer: "checkpoint", origin, root, note: &note })
        }
        (Format::Table | Format::Csv, None) => screen.line(note.trim_end_matches('\n')),
        (Format::Table | Format::Csv, Some(out)) => {
            let (out, number) = (out.display(), query::lang::whole(screen.lang, position.into()));
            screen.line(match screen.lang {
                Lang::Vi => format!("Đã ký sổ đến vị trí {number}: {out}"),
                Lang::En => format!("Signed the journal up to position {number}: {out}"),
            })
        }
    }
}

pub(super) fn prove(screen: &mut Screen, args: &ProveArgs) -> Result<()> {
    let index = args.position.checked_sub(1).context("positions are counted from 1")?;
    let by = By::read(args)?;
    let (bytes, checkpoint, file) = with_journal(&args.journal, async |journal| {
        let size = size(&journal, by.size()).await?;
        let mut prover = Prover::inclusion(index, size).with_context(|| {
            format!("position {} is not among the {size} that are signed", args.position)
        })?;
        pass(screen.lang, &journal, size, |leaf| prover.push(leaf)).await?;
        let proved = prover.finish()?;
        let record = journal.record(Position(args.position)).await?;
        let (_, bytes) = record.context("the record is no longer in the journal")?;
        let (checkpoint, note) = by.signed(&journal, size, proved.root)?;
        let file = ProofFile { extra: None, index, path: proved.path, note };
        anyhow::Ok((bytes, checkpoint, file))
    })?;
    let proof = file.to_text();
    if let Some(out) = &args.out {
        write(out, proof.as_bytes())?;
    }
    if let Some(out) = &args.fact {
        write(out, &bytes)?;
    }
    match (screen.format, &args.out) {
        (Format::Json, _) => screen.json(&Proven {
            position: checkpoint.size,
            answer: "proof",
            origin: &checkpoint.origin,
            root: checkpoint.root.to_string(),
            fact_position: args.position,
            fact: std::str::from_utf8(&bytes).ok(),
            proof: &proof,
        }),
        (Format::Table | Format::Csv, None) => screen.line(proof.trim_end_matches('\n')),
        (Format::Table | Format::Csv, Some(out)) => {
            let whole = |number: u64| query::lang::whole(screen.lang, number.into());
            let (position, size) = (whole(args.position), whole(checkpoint.size));
            let out = out.display();
            screen.line(match screen.lang {
                Lang::Vi => format!(
                    "Bằng chứng rằng vị trí {position} nằm trong sổ đã ký đến vị trí {size}: {out}"
                ),
                Lang::En => format!(
                    "The proof that position {position} is in the journal signed up to {size}: {out}"
                ),
            })
        }
    }
}

/// Who says what the journal holds.
enum By {
    Key(Signer),
    Made(Checkpoint, String),
}

impl By {
    fn read(args: &ProveArgs) -> Result<By> {
        match (&args.signed.key, &args.signed.checkpoint) {
            (Some(key), _) => Ok(By::Key(keys::signer(key)?)),
            (None, Some(path)) => {
                let note = read(path)?;
                let checkpoint = Checkpoint::unverified(&note)
                    .with_context(|| format!("{} cannot be used", path.display()))?;
                Ok(By::Made(checkpoint, note))
            }
            (None, None) => bail!("give --key or --checkpoint"),
        }
    }

    fn size(&self) -> Option<u64> {
        match self {
            By::Key(_) => None,
            By::Made(checkpoint, _) => Some(checkpoint.size),
        }
    }

    /// The checkpoint of this journal, and its note.
    fn signed(self, journal: &Journal, size: u64, root: Hash) -> Result<(Checkpoint, String)> {
        match self {
            By::Key(signer) => {
                let origin = origin(signer.name(), journal);
                let checkpoint = Checkpoint { origin, size, root, extensions: Vec::new() };
                let note = checkpoint.sign(&signer)?;
                Ok((checkpoint, note))
            }
            By::Made(checkpoint, note) => {
                let identity = format!("/{}", journal.identity());
                ensure!(
                    checkpoint.origin.ends_with(&identity),
                    "the checkpoint is of {}, not of this journal ({})",
                    checkpoint.origin,
                    journal.identity()
                );
                ensure!(
                    checkpoint.root == root,
                    "the journal up to position {size} is not the one that was signed: it has \
                     another root, {root}. Keep journal and checkpoint as they are, and report this"
                );
                Ok((checkpoint, note))
            }
        }
    }
}

fn with_journal<T>(args: &JournalArgs, work: impl AsyncFnOnce(Journal) -> Result<T>) -> Result<T> {
    let url = place::journal(args.journal.as_deref(), &args.data.data)?;
    place::runtime()?.block_on(async {
        work(Journal::open(&url, &place::options(false, &args.nats_options)).await?).await
    })
}

/// How many records are signed: up to a position, or all.
async fn size(journal: &Journal, at: Option<u64>) -> Result<u64> {
    let end = journal.end().await?.0;
    let size = at.unwrap_or(end);
    ensure!(size <= end, "the journal ends at position {end}, before {size}");
    Ok(size)
}

/// A key speaks for the journals that its name is in front of.
fn origin(name: &str, journal: &Journal) -> String {
    format!("{name}/{}", journal.identity())
}

/// Hands out the leaves of the first records, in order, with a progress bar.
async fn pass(lang: Lang, journal: &Journal, size: u64, mut push: impl FnMut(Hash)) -> Result<()> {
    if size == 0 {
        return Ok(());
    }
    let bar = screen::progress(lang, ("Đang băm sổ", "Hashing"), Some(size), false);
    let mut done = 0;
    let mut blocks = journal.read(Position(1), Position(size));
    while let Some(block) = blocks.next().await {
        for record in block?.open()?.records() {
            ensure!(
                record.position.0 == done + 1,
                "after position {done} of the journal comes {}: records are missing",
                record.position
            );
            done += 1;
            push(leaf(record.bytes));
        }
        bar.set_position(done);
    }
    bar.finish_and_clear();
    ensure!(done == size, "{done} of {size} records were found: the journal is not whole");
    Ok(())
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
