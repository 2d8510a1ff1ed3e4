//! An audit pack: all that a closing's figures were made of and all that they are, in one zip file
//! that can be checked without us.
//!
//! ```text
//! checkpoint.note          who signed the journal up to the closing, the vintage and all files
//! vintage.txt              the figures as they were frozen; the tables tell the same for people
//! figures.csv movements.csv targets.csv findings.csv
//! journal/facts.ndjson     records 1 to the closing's position: their exact bytes, one a line
//! journal/receipts.txt     position, receive time, length and first leaf bytes of each record
//! catalog/… gazetteer/…    the definitions and units the figures were made by
//! VERIFY.md SHA256SUMS     how to check all that, and the hash of every other file
//! ```
//!
//! Times in the zip file are fixed: the same vintage and note give the same bytes.

mod guide;
mod kept;

use std::io::{Seek, Write};

use journal::{Journal, Position};
use proof::{Checkpoint, Hash, Range, Signer, leaf};
use proto::catalogue::{Catalogue, Texts};
use proto::gazetteer::Gazetteer;
use query::Editions;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::form::{self, records, tables};
use crate::revisions::Revisions;
use crate::vintage::Vintage;
use crate::{Error, Result};

pub use kept::pack_kept;

/// Who says what the journal is.
#[derive(Debug)]
pub enum Source {
    /// A new checkpoint is signed with this key.
    Key(Box<Signer>),
    /// One that was signed when the vintage was made.
    Note(String),
}

impl Source {
    /// Which journal, and who speaks for it.
    fn origin(&self, vintage: &Vintage) -> Result<String> {
        match self {
            Source::Key(signer) => Ok(format!("{}/{}", signer.name(), vintage.head.journal)),
            Source::Note(note) => Ok(Checkpoint::unverified(note)?.origin),
        }
    }
}

/// What was packed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packed {
    /// The records.
    pub facts: u64,
    /// Bytes of all files together.
    pub bytes: u64,
    /// Which journal, and who speaks for it.
    pub origin: String,
    /// Whether the signature covers every file: only where a key was there when it was packed.
    pub signs_files: bool,
}

/// Writes packs.
pub struct Packer<W: Write + Seek> {
    zip: ZipWriter<W>,
    sums: Vec<(&'static str, String)>,
    bytes: u64,
}

impl<W: Write + Seek> Packer<W> {
    /// Packs a vintage with the part of its journal that it is of. `revisions` is what changed
    /// since, where that is known. `progress` is told the position reached.
    ///
    /// # Errors
    /// `Editions`: another catalogue or gazetteer than this program's made the vintage. `OtherJournal`:
    /// the journal is not the one that was closed. `NoNote`: the note does not speak for the vintage.
    /// `Replay`, `Proof`, `Zip`.
    pub async fn pack(
        out: W,
        journal: &Journal,
        vintage: &Vintage,
        source: Source,
        revisions: Option<&Revisions>,
        progress: impl Fn(u64) + Send,
    ) -> Result<Packed> {
        made_here(vintage)?;
        let mut packer = Packer { zip: ZipWriter::new(out), sums: Vec::new(), bytes: 0 };
        let (root, receipts) = packer.facts(journal, vintage.head.position, progress).await?;
        if root.to_string() != vintage.head.root
            || journal_of(vintage) != journal.identity().to_string()
        {
            return Err(Error::OtherJournal { id: vintage.head.id.clone() });
        }
        let origin = source.origin(vintage)?;
        packer.put(form::RECEIPTS, receipts.as_bytes())?;
        packer.put(form::VINTAGE, vintage.text().as_bytes())?;
        for (name, table) in tables::all(vintage, Catalogue::embedded()) {
            packer.put(name, &table)?;
        }
        if let Some(revisions) = revisions {
            packer.put(form::REVISIONS, &tables::revisions(revisions))?;
        }
        let Texts { indicators, movements, calendars, codes, bounds } = *Texts::embedded();
        let names = form::CATALOGUE.into_iter().chain([form::BOUNDS]);
        for (name, text) in names.zip([indicators, movements, calendars, codes, bounds]) {
            packer.put(name, text.as_bytes())?;
        }
        for (name, (_, text)) in form::GAZETTEER.into_iter().zip(Gazetteer::files()) {
            packer.put(name, text.as_bytes())?;
        }
        packer.put(form::GUIDE, guide::text(vintage, &origin).as_bytes())?;
        // Last: where there is a key, it signs the hashes of all that was put before.
        let (signs_files, note) = note(vintage, root, source, form::files(&packer.listed()))?;
        packer.put(form::NOTE, note.as_bytes())?;
        let bytes = packer.finish()?;
        Ok(Packed { facts: vintage.head.position, bytes, origin, signs_files })
    }

    /// Copies the records: the root of the tree over them, and their receipts.
    async fn facts(
        &mut self,
        journal: &Journal,
        to: u64,
        progress: impl Fn(u64) + Send,
    ) -> Result<(Hash, String)> {
        self.zip.start_file(form::FACTS, options())?;
        let (mut sum, mut tree, mut receipts) = (Sha256::new(), Range::default(), String::new());
        let mut blocks = journal.read(Position(1), Position(to));
        let mut line = Vec::new();
        while let Some(block) = blocks.next().await {
            let block =
                block.and_then(journal::SealedBlock::open).map_err(projector::Error::from)?;
            for record in block.records() {
                let leaf = leaf(record.bytes);
                records::receipt(
                    &mut receipts,
                    tree.size() + 1,
                    record.received,
                    record.bytes,
                    &leaf,
                );
                tree.push(leaf);
                line.clear();
                line.extend_from_slice(record.bytes);
                line.push(b'\n');
                sum.update(&line);
                self.bytes += line.len() as u64;
                self.zip.write_all(&line).map_err(zip::result::ZipError::from)?;
            }
            progress(tree.size());
        }
        if tree.size() != to {
            let what = format!("{} of {to} records were found", tree.size());
            return Err(projector::Error::Diverged { what }.into());
        }
        self.sums.push((form::FACTS, form::hex(&sum.finalize())));
        Ok((tree.root(), receipts))
    }

    fn put(&mut self, name: &'static str, bytes: &[u8]) -> Result<()> {
        self.zip.start_file(name, options())?;
        self.zip.write_all(bytes).map_err(zip::result::ZipError::from)?;
        self.bytes += bytes.len() as u64;
        self.sums.push((name, form::hex(&Sha256::digest(bytes))));
        Ok(())
    }

    /// The files so far with their hashes, as `SHA256SUMS` lists them.
    fn listed(&self) -> String {
        let mut sums: Vec<_> = self.sums.iter().collect();
        sums.sort_unstable();
        sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect()
    }

    fn finish(mut self) -> Result<u64> {
        let lines = self.listed();
        self.put(form::SUMS, lines.as_bytes())?;
        let bytes = self.bytes;
        self.zip.finish()?.flush().map_err(zip::result::ZipError::from)?;
        Ok(bytes)
    }
}

/// Every entry alike, whenever and by whomever it is written.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600)
        .large_file(true)
}

/// Only the definitions that made a vintage can go into its pack.
fn made_here(vintage: &Vintage) -> Result<()> {
    let (here, head) = (Editions::embedded(), &vintage.head);
    for (what, here, there) in [
        ("catalogue", here.catalogue, &head.catalogue),
        ("gazetteer", here.gazetteer, &head.gazetteer),
    ] {
        if here != *there {
            let (id, program) = (head.id.clone(), head.program.clone());
            return Err(Error::Editions { id, what, program });
        }
    }
    Ok(())
}

fn journal_of(vintage: &Vintage) -> &str {
    &vintage.head.journal
}

/// The signed note, and whether it signs the files: a note that was signed at the closing cannot.
fn note(vintage: &Vintage, root: Hash, source: Source, files: String) -> Result<(bool, String)> {
    let (size, origin) = (vintage.head.position, source.origin(vintage)?);
    match source {
        Source::Key(signer) => {
            let extensions = vec![vintage.extension(), files];
            let checkpoint = Checkpoint { origin, size, root, extensions };
            Ok((true, checkpoint.sign(&signer)?))
        }
        Source::Note(note) => {
            let checkpoint = Checkpoint::unverified(&note)?;
            let speaks = (checkpoint.size, checkpoint.root) == (size, root)
                && checkpoint.origin.ends_with(&format!("/{}", vintage.head.journal))
                && checkpoint.extensions.contains(&vintage.extension());
            if !speaks {
                return Err(Error::NoNote { id: vintage.head.id.clone() });
            }
            Ok((false, note))
        }
    }
}
