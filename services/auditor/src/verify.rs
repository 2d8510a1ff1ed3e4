//! Checks an audit pack: opens it with suspicion, hashes it again, folds it again, and compares.
//!
//! Nothing in a pack is believed because it says so. The signature is by a key that the reader
//! has; it covers the records (their root) and the vintage (its digest); everything else follows
//! from these two and is made again.

mod archive;
mod fault;
mod refold;
mod tables;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use proof::{Checkpoint, Verifier};
use proto::catalogue::{Catalogue, Texts};
use proto::gazetteer::Gazetteer;
use query::Editions;
use sha2::{Digest as _, Sha256};

use crate::pack::{extension, form};
use crate::vintage::Vintage;
use crate::{Error, Result};

pub use fault::{FAULTS_MAX, Fault};

use archive::Opened;
use fault::Faults;

/// What became of a check.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong, the first [`FAULTS_MAX`]; none if the pack holds.
    pub faults: Vec<Fault>,
    /// How many more faults there are.
    pub more: u64,
    /// The checkpoint, also if it is not to be believed.
    pub checkpoint: Option<Checkpoint>,
    /// The vintage's id.
    pub vintage: Option<String>,
    /// The rows that were computed again and compared.
    pub rows: u64,
}

impl Verdict {
    /// Whether everything was as it is signed.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Whether a file looks like a pack.
///
/// # Errors
/// `Io`.
pub fn is_pack(path: &Path) -> Result<bool> {
    let mut first = [0; 4];
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    Ok(file.read_exact(&mut first).is_ok() && (first == *b"PK\x03\x04" || first == *b"PK\x05\x06"))
}

/// Checks a pack with keys of those who may have signed. `progress` is told the position reached.
///
/// # Errors
/// `Io`: the file could not be opened. All that is wrong with the pack is in the verdict.
pub async fn verify(
    path: &Path,
    known: &[Verifier],
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> Result<Verdict> {
    let mut faults = Faults::default();
    let Some(opened) = archive::open(path, &mut faults)? else {
        return Ok(Verdict { faults: faults.listed, more: faults.more, ..Verdict::default() });
    };
    let checkpoint = checkpoint(&opened, known, &mut faults);
    let vintage = vintage(&opened, &mut faults);
    let mut verdict = Verdict { checkpoint, ..Verdict::default() };
    if let (Some(vintage), Some(checkpoint)) = (&vintage, &verdict.checkpoint) {
        agree(checkpoint, vintage, &mut faults);
        verdict.vintage = Some(vintage.head.id.clone());
    }
    let definitions = definitions(&opened, vintage.as_ref(), &mut faults);
    let again =
        refold::again(path, &opened, vintage.as_ref(), definitions.as_ref(), threads, progress);
    let again = again.await;
    faults.take(again.faults);
    // First what is signed: of figures there may be more than are told.
    if let (Some(tree), Some(checkpoint)) = (&again.tree, &verdict.checkpoint) {
        if tree.size() != checkpoint.size {
            faults.find(Fault::Size { signed: checkpoint.size, found: tree.size() });
        } else if tree.root() != checkpoint.root {
            faults.find(Fault::Root { size: tree.size() });
        }
    }
    if let (Some(vintage), Some((catalogue, _))) = (&vintage, &definitions) {
        tables::compare(&opened, vintage, catalogue, &mut faults);
        match again.vintage {
            Some(found) => {
                refold::compare(vintage, &found, &mut faults);
                verdict.rows = found.rows.len() as u64;
            }
            None if again.tree.is_some() => {
                faults.find(Fault::NoClosing { position: vintage.head.position });
            }
            None => {}
        }
    }
    (verdict.faults, verdict.more) = (faults.listed, faults.more);
    Ok(verdict)
}

fn checkpoint(opened: &Opened, known: &[Verifier], faults: &mut Faults) -> Option<Checkpoint> {
    let note = opened.text(form::NOTE, faults)?;
    match Checkpoint::open(note, known) {
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
    if !checkpoint.extensions.contains(&extension(vintage)) {
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
    let texts =
        Texts { indicators: texts[0], movements: texts[1], calendars: texts[2], codes: texts[3] };
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
