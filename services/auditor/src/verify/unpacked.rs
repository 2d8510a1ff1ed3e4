//! A pack opened: its signature, its vintage and its definitions, and its records replayed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::contribution::Rules;
use proof::{Checkpoint, Verifier};
use proto::catalogue::{Catalogue, Texts};
use proto::gazetteer::Gazetteer;
use query::Editions;
use sha2::{Digest as _, Sha256};

use super::archive::{self, Opened};
use super::verdict::Verdict;
use super::{refold, tables};
use crate::fault::{Fault, Faults};
use crate::form;
use crate::replay::Replay;
use crate::vintage::Vintage;
use crate::{Error, Result};

/// A pack, and what is wrong with it as far as it was looked at.
#[derive(Debug)]
pub struct Unpacked {
    path: PathBuf,
    /// None if it is not safe or not worth to go on.
    opened: Option<Opened>,
    faults: Faults,
    checkpoint: Option<Checkpoint>,
    vintage: Option<Vintage>,
    /// The catalogue of the pack and the hashes of its definitions, where this program can compute
    /// by them.
    definitions: Option<(Catalogue, Editions)>,
}

impl Unpacked {
    /// Opens a pack, and checks the hashes of its files and its signature by the keys of those who
    /// may have signed. Without `known` the signature is not checked: all the rest is.
    ///
    /// # Errors
    /// `Io`: the file could not be opened. All that is wrong with the pack is told by
    /// [`Unpacked::judge`].
    pub fn open(path: &Path, known: Option<&[Verifier]>) -> Result<Unpacked> {
        let mut faults = Faults::default();
        let opened = archive::open(path, &mut faults)?;
        let path = path.to_owned();
        let Some(files) = &opened else {
            let (checkpoint, vintage, definitions) = (None, None, None);
            return Ok(Unpacked { path, opened, faults, checkpoint, vintage, definitions });
        };
        let checkpoint = checkpoint(files, known, &mut faults);
        let vintage = vintage(files, &mut faults);
        if let (Some(vintage), Some(checkpoint)) = (&vintage, &checkpoint) {
            agree(checkpoint, vintage, &mut faults);
        }
        if let Some(checkpoint) = &checkpoint {
            covers(checkpoint, files, &mut faults);
        }
        let definitions = definitions(files, vintage.as_ref(), &mut faults);
        Ok(Unpacked { path, opened, faults, checkpoint, vintage, definitions })
    }

    /// Its vintage, if it can be read.
    pub fn vintage(&self) -> Option<&Vintage> {
        self.vintage.as_ref()
    }

    /// The rules of the pack's own definitions and their names, where this program can compute by
    /// them.
    pub fn definitions(&self) -> Option<(Arc<Rules>, Editions)> {
        let (catalogue, editions) = self.definitions.as_ref()?;
        Some((Arc::new(rules(catalogue)), editions.clone()))
    }

    /// Replays all records, by the pack's own definitions or by others; none if they cannot be
    /// folded. Their root is held against the signed one. `progress` is told the position reached.
    pub async fn replay(
        &mut self,
        by: Option<(Arc<Rules>, Editions)>,
        threads: usize,
        progress: impl Fn(u64) + Send,
    ) -> Option<Replay> {
        let records = self.opened.as_ref()?.receipts;
        let (replay, faults) = self.refold(by, records, threads, progress).await;
        if let Some(opened) = &mut self.opened {
            opened.sum_records(&mut self.faults);
        }
        self.faults.take(faults);
        // First what is signed: of figures there may be more than are told.
        if let (Some(Replay { tree, .. }), Some(checkpoint)) = (&replay, &self.checkpoint) {
            if tree.size() != checkpoint.size {
                self.faults.find(Fault::Size { signed: checkpoint.size, found: tree.size() });
            } else if tree.root() != checkpoint.root {
                self.faults.find(Fault::Root { size: tree.size() });
            }
        }
        replay
    }

    /// Replays the records up to a position, by the pack's own definitions; none if it has fewer,
    /// or they cannot be folded.
    pub async fn replay_to(
        &self,
        to: u64,
        threads: usize,
        progress: impl Fn(u64) + Send,
    ) -> Option<Replay> {
        self.opened.as_ref().filter(|opened| to <= opened.receipts)?;
        self.refold(None, to, threads, progress).await.0
    }

    async fn refold(
        &self,
        by: Option<(Arc<Rules>, Editions)>,
        to: u64,
        threads: usize,
        progress: impl Fn(u64) + Send,
    ) -> (Option<Replay>, Faults) {
        // What cannot be compared is hashed all the same: another root is to be told.
        let embedded = || (Arc::new(rules(Catalogue::embedded())), Editions::embedded());
        let (rules, editions) = by.or_else(|| self.definitions()).unwrap_or_else(embedded);
        let all = self.opened.as_ref().map_or(0, |opened| opened.receipts);
        let folding = refold::again(&self.path, (to, all), &rules, threads, progress);
        let (evaluated, faults) = folding.await;
        let journal = self.vintage.as_ref().map(|one| one.head.journal.clone()).unwrap_or_default();
        let replay = evaluated.map(|one| Replay::of_evaluated(one, rules, editions, journal));
        (replay, faults)
    }

    /// The pack's vintage, made again from a replay by the pack's own definitions; none if no
    /// closing makes it.
    pub fn again(&mut self, replay: Option<&Replay>) -> Option<Vintage> {
        let (replay, Vintage { head, .. }) = (replay?, self.vintage.as_ref()?);
        self.definitions.as_ref()?;
        let again = replay.vintage_at(head.position);
        if again.is_none() {
            self.faults.find(Fault::NoClosing { position: head.position });
        }
        again
    }

    /// All that is wrong: also what differs in the tables from the vintage and, where it was made
    /// again, in the vintage from that.
    pub fn judge(mut self, again: Option<&Vintage>) -> Verdict {
        let mut verdict = Verdict::default();
        if let Some(opened) = &mut self.opened {
            // Nobody replayed it.
            opened.sum_records(&mut self.faults);
        }
        if let (Some(opened), Some(vintage)) = (&self.opened, &self.vintage) {
            if let Some((catalogue, _)) = &self.definitions {
                tables::compare(opened, vintage, catalogue, &mut self.faults);
            }
            if let Some(again) = again {
                refold::compare(vintage, again, &mut self.faults);
                verdict.rows = again.rows.len() as u64;
            }
        }
        verdict.files_signed = self.checkpoint.as_ref().is_some_and(signs_files);
        let there = |name: &&str| self.opened.as_ref().is_some_and(|opened| opened.has(name));
        verdict.not_computed = form::NOT_COMPUTED.into_iter().filter(there).collect();
        let vintage = self.vintage.filter(|_| self.checkpoint.is_some());
        verdict.vintage = vintage.map(|vintage| vintage.head.id);
        (verdict.faults, verdict.more) = (self.faults.listed, self.faults.more);
        Verdict { checkpoint: self.checkpoint, ..verdict }
    }
}

fn rules(catalogue: &Catalogue) -> Rules {
    Rules { atlas: Gazetteer::embedded().atlas.clone(), plan: catalogue.plan.clone() }
}

fn checkpoint(
    opened: &Opened,
    known: Option<&[Verifier]>,
    faults: &mut Faults,
) -> Option<Checkpoint> {
    let note = opened.text(form::NOTE, faults)?;
    let checkpoint = match known {
        Some(known) => Checkpoint::open(note, known),
        None => Checkpoint::unverified(note),
    };
    match checkpoint {
        Ok(checkpoint) => Some(checkpoint),
        Err(error) => {
            faults.find(Fault::Note { what: error.to_string() });
            // Not to be believed, but to tell what else is wrong.
            Checkpoint::unverified(note).ok()
        }
    }
}

fn vintage(opened: &Opened, faults: &mut Faults) -> Option<Vintage> {
    match Vintage::parse(opened.text(form::VINTAGE, faults)?) {
        Ok(vintage) => Some(vintage),
        Err(Error::Malformed { line, what }) => {
            faults.find(Fault::Malformed { file: form::VINTAGE, line: line as u64, what });
            None
        }
        Err(error) => {
            faults.find(Fault::Unreadable { file: form::VINTAGE, what: error.to_string() });
            None
        }
    }
}

/// Whether what is signed is about this vintage.
fn agree(checkpoint: &Checkpoint, vintage: &Vintage, faults: &mut Faults) {
    let head = &vintage.head;
    if !checkpoint.extensions.contains(&vintage.extension()) {
        faults.find(Fault::Digest { found: vintage.digest().to_string() });
    }
    let identity = checkpoint.origin.rsplit('/').next().unwrap_or_default();
    let lines = [
        ("journal", &head.journal, identity.to_owned()),
        ("position", &head.position.to_string(), checkpoint.size.to_string()),
        ("root", &head.root, checkpoint.root.to_string()),
    ];
    for (line, said, signed) in lines {
        if *said != signed {
            let (said, found) = (said.clone(), signed);
            faults.find(Fault::Head { line, said, found });
        }
    }
}

/// Whether the files are those that were signed, if files were signed.
fn covers(checkpoint: &Checkpoint, opened: &Opened, faults: &mut Faults) {
    let Some(found) = opened.text(form::SUMS, faults).map(form::files) else { return };
    if signs_files(checkpoint) && signed_files(checkpoint).any(|signed| *signed != found) {
        faults.find(Fault::Files);
    }
}

fn signed_files(checkpoint: &Checkpoint) -> impl Iterator<Item = &String> {
    checkpoint.extensions.iter().filter(|line| line.starts_with(form::FILES))
}

fn signs_files(checkpoint: &Checkpoint) -> bool {
    signed_files(checkpoint).next().is_some()
}

/// The catalogue of the pack and the hashes of its definitions, where this program can compute by
/// them.
fn definitions(
    opened: &Opened,
    vintage: Option<&Vintage>,
    faults: &mut Faults,
) -> Option<(Catalogue, Editions)> {
    let mut texts = Vec::new();
    for name in form::CATALOGUE {
        texts.push(opened.text(name, faults)?);
    }
    let bounds = match opened.has(form::BOUNDS) {
        true => opened.text(form::BOUNDS, faults)?,
        false => "",
    };
    let texts = Texts {
        indicators: texts[0],
        movements: texts[1],
        calendars: texts[2],
        codes: texts[3],
        bounds,
    };
    let program = vintage.map_or("?", |vintage| &vintage.head.program).to_owned();
    let catalogue = match Catalogue::load(&texts) {
        Ok(catalogue) => catalogue,
        Err(defects) => {
            let what = defects.first().map_or_else(String::new, ToString::to_string);
            faults.find(Fault::Edition { what: "catalogue", why: what, program });
            return None;
        }
    };
    let mut hash = Sha256::new();
    for name in form::GAZETTEER {
        hash.update(opened.bytes(name)?);
    }
    let gazetteer = form::hex(&hash.finalize());
    let editions = Editions { catalogue: catalogue.hash().to_owned(), gazetteer };
    if let Some(Vintage { head, .. }) = vintage {
        let lines = [
            ("catalogue", &head.catalogue, &editions.catalogue),
            ("gazetteer", &head.gazetteer, &editions.gazetteer),
        ];
        for (line, said, found) in lines {
            if said != found {
                let (said, found) = (said.clone(), found.clone());
                faults.find(Fault::Head { line, said, found });
            }
        }
    }
    if editions.gazetteer != Gazetteer::embedded().hash() {
        let why = "this program has another".to_owned();
        faults.find(Fault::Edition { what: "gazetteer", why, program });
        return None;
    }
    Some((catalogue, editions))
}
