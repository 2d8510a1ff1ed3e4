//! Import: lines are checked on all processors, in order, and appended in batches. A rejected line
//! stops nothing: it goes to a file of its own with the line's number, the reason and the field.

mod packed;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use anyhow::{Context, Result};
use journal::{Entry, Writer};
use proto::intake::{BYTES_MAX, Intake};
use proto::reject::{Reason, Rejection};
use serde::Serialize;

/// Lines are handed to a worker in chunks of about this many bytes.
const CHUNK_BYTES: usize = 512 * 1024;
/// Facts that are appended, and made durable, at once.
const BATCH_FACTS: usize = 2_000;
/// Chunks that wait between two steps.
const QUEUE: usize = 4;
/// What an import did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Lines that were not blank.
    pub lines: u64,
    /// Facts that are in the journal now.
    pub accepted: u64,
    /// Of these, facts the journal said it already held.
    pub duplicates: u64,
    /// Lines that were refused.
    pub rejected: u64,
    /// How many were refused for which reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Where the refused lines are, with their reasons.
    pub rejected_files: Vec<PathBuf>,
    /// How many facts were taken of each source.
    #[serde(skip)]
    pub of: HashMap<String, u64>,
    /// Of these, the sources that belong to somebody: over HTTP nobody else writes under them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owned: Vec<OwnedSource>,
}

/// A source that belongs to somebody, and how many facts were taken under it.
#[derive(Clone, Debug, Serialize)]
pub struct OwnedSource {
    /// As facts name it.
    pub source: String,
    /// The name of the user whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The key of the unit whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many facts.
    pub facts: u64,
}

/// A refused line, as it is written beside the file.
#[derive(Serialize)]
struct RejectedLine<'a> {
    line: u64,
    reason: &'static str,
    field: &'a str,
    message: &'a str,
    /// The line itself; left out when it holds what looks like personal data, which must not be
    /// copied about.
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<String>,
}

/// A run of lines, and what became of them.
struct Chunk {
    first_line: u64,
    lines: Vec<Vec<u8>>,
}

#[derive(Default)]
struct Checked {
    entries: Vec<Entry>,
    rejected: Vec<(u64, Rejection, Option<String>)>,
    lines: u64,
    of: HashMap<String, u64>,
}

/// Imports one file into a journal; without a writer, only checks it. `progress` is told how many
/// bytes of the file have been read.
pub fn file(
    path: &Path,
    intake: &Intake<'_>,
    mut writer: Option<(&tokio::runtime::Handle, &mut Writer)>,
    summary: &mut Summary,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<()> {
    let reader = packed::open(path, progress)?;
    let mut refused = RejectedFile::new(path);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| -> Result<()> {
        // Chunks go to the workers in turn and come back in turn, so that order is kept.
        let mut inputs = Vec::new();
        let mut outputs = Vec::new();
        for _ in 0..workers {
            let (chunk_in, chunk_out) = mpsc::sync_channel::<Chunk>(QUEUE);
            let (checked_in, checked_out) = mpsc::sync_channel::<Checked>(QUEUE);
            scope.spawn(move || {
                for chunk in chunk_out {
                    if checked_in.send(check(chunk, intake)).is_err() {
                        return;
                    }
                }
            });
            inputs.push(chunk_in);
            outputs.push(checked_out);
        }
        let reading = scope.spawn(move || deal(reader, inputs));
        let mut batch = Vec::with_capacity(BATCH_FACTS);
        let mut done = vec![false; workers];
        for turn in (0..workers).cycle() {
            if done.iter().all(|done| *done) {
                break;
            }
            let Ok(checked) = outputs[turn].recv() else {
                done[turn] = true;
                continue;
            };
            summary.lines += checked.lines;
            for (source, facts) in checked.of {
                *summary.of.entry(source).or_default() += facts;
            }
            for (line, rejection, fact) in checked.rejected {
                summary.rejected += 1;
                *summary.reasons.entry(rejection.reason.code()).or_default() += 1;
                refused.write(line, &rejection, fact)?;
            }
            for entry in checked.entries {
                batch.push(entry);
                if batch.len() == BATCH_FACTS {
                    append(&mut writer, &mut batch, summary)?;
                }
            }
        }
        append(&mut writer, &mut batch, summary)?;
        match reading.join() {
            Ok(read) => read.with_context(|| format!("cannot read {}", path.display())),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    summary.rejected_files.extend(refused.finish()?);
    Ok(())
}

/// Appends a batch and waits until it is durable. If we crash here, the same import can be run
/// again: facts that are in the journal twice count once.
fn append(
    writer: &mut Option<(&tokio::runtime::Handle, &mut Writer)>,
    batch: &mut Vec<Entry>,
    summary: &mut Summary,
) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    if let Some((runtime, writer)) = writer {
        let receipts = runtime.block_on(writer.append(batch)).context(
            "the journal did not take the facts; what was acknowledged before is safe, and the \
             same import can be run again",
        )?;
        summary.duplicates += receipts.iter().filter(|receipt| receipt.duplicate).count() as u64;
    }
    summary.accepted += batch.len() as u64;
    batch.clear();
    Ok(())
}

fn check(chunk: Chunk, intake: &Intake<'_>) -> Checked {
    let mut checked = Checked::default();
    for (line, number) in chunk.lines.into_iter().zip(chunk.first_line..) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        checked.lines += 1;
        match intake.take(&line) {
            Ok(accepted) => {
                *checked.of.entry(accepted.source).or_default() += 1;
                checked.entries.push(Entry::new(accepted.route, accepted.bytes));
            }
            Err(rejection) => {
                let shown = rejection.reason != Reason::PersonalData;
                let fact = shown.then(|| String::from_utf8_lossy(&line).trim().to_owned());
                checked.rejected.push((number, rejection, fact));
            }
        }
    }
    checked
}

/// Reads lines and deals chunks of them to the workers in turn.
fn deal(
    mut reader: Box<dyn BufRead + Send + '_>,
    inputs: Vec<mpsc::SyncSender<Chunk>>,
) -> io::Result<()> {
    let mut next_line = 1;
    for input in inputs.iter().cycle() {
        let mut chunk = Chunk { first_line: next_line, lines: Vec::new() };
        let mut bytes = 0;
        while bytes < CHUNK_BYTES {
            let Some(line) = read_line(&mut reader)? else { break };
            bytes += line.len() + 1;
            chunk.lines.push(line);
        }
        next_line += chunk.lines.len() as u64;
        if chunk.lines.is_empty() || input.send(chunk).is_err() {
            break;
        }
    }
    Ok(())
}

/// One line without its end. Of a line that is too long only so much is kept that it is refused
/// as such.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let keep = BYTES_MAX as u64 + 4096;
    let mut line = Vec::new();
    if reader.by_ref().take(keep).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(line));
    }
    loop {
        let rest = reader.fill_buf()?;
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(at) => {
                reader.consume(at + 1);
                return Ok(Some(line));
            }
            None if rest.is_empty() => return Ok(Some(line)),
            None => {
                let all = rest.len();
                reader.consume(all);
            }
        }
    }
}

/// The file of refused lines, made when there is a first one. One of an earlier run is replaced.
struct RejectedFile {
    path: PathBuf,
    out: Option<BufWriter<File>>,
}

impl RejectedFile {
    fn new(of: &Path) -> RejectedFile {
        let mut name =
            if of == Path::new("-") { "stdin".into() } else { of.as_os_str().to_owned() };
        name.push(".rejected.ndjson");
        RejectedFile { path: name.into(), out: None }
    }

    fn write(&mut self, line: u64, rejection: &Rejection, fact: Option<String>) -> Result<()> {
        let cannot = || format!("cannot write the refused lines to {}", self.path.display());
        let out = match &mut self.out {
            Some(out) => out,
            None => {
                let file = File::create(&self.path).with_context(cannot)?;
                self.out.insert(BufWriter::new(file))
            }
        };
        let Rejection { reason, field, message } = rejection;
        let row = RejectedLine { line, reason: reason.code(), field, message, fact };
        serde_json::to_writer(&mut *out, &row).map_err(io::Error::from).with_context(cannot)?;
        out.write_all(b"\n").with_context(cannot)
    }

    /// Where the lines are, if there were any; otherwise what an earlier run left is removed.
    fn finish(self) -> Result<Option<PathBuf>> {
        let cannot = || format!("cannot write the refused lines to {}", self.path.display());
        match self.out {
            Some(mut out) => {
                out.flush().with_context(cannot)?;
                Ok(Some(self.path))
            }
            None => {
                if self.path.exists() {
                    std::fs::remove_file(&self.path).with_context(cannot)?;
                }
                Ok(None)
            }
        }
    }
}
