//! Checkpoints, `c2sp.org/tlog-checkpoint`: a journal's size and root, signed.

use crate::base::decimal;
use crate::note;
use crate::signing::{Signer, Verifier};
use crate::tree::Hash;
use crate::{Error, Result};

const FORM: &str = "checkpoint";

/// What the first `size` records of a journal are, in one hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Which journal: `<name of its operator's key>/<identity of the journal>`.
    pub origin: String,
    /// How many records.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// Lines that are signed with it, none empty; what they say is up to those who write them.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        self.extensions.iter().for_each(|line| text.extend([line, "\n"]));
        text
    }

    /// Reads what [`Checkpoint::text`] gives.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(text: &str) -> Result<Checkpoint> {
        let malformed = |what| Error::malformed(FORM, what);
        let body =
            text.strip_suffix('\n').ok_or_else(|| malformed("its last line is not ended"))?;
        let lines: Vec<&str> = body.split('\n').collect();
        if lines.contains(&"") {
            return Err(malformed("it has an empty line"));
        }
        let [origin, size, root, extensions @ ..] = &lines[..] else {
            return Err(malformed("it does not have origin, size and root, each on a line"));
        };
        Ok(Checkpoint {
            origin: (*origin).to_owned(),
            size: decimal(size).ok_or_else(|| malformed("its size is no number"))?,
            root: Hash::parse(root).ok_or_else(|| malformed("its root is no hash"))?,
            extensions: extensions.iter().map(|line| (*line).to_owned()).collect(),
        })
    }

    /// Signs it: a note.
    ///
    /// # Errors
    /// `Malformed`: the origin or an extension is not one line. `Origin`: it is not the signer's.
    pub fn sign(&self, signer: &Signer) -> Result<String> {
        let text = self.text();
        if Checkpoint::parse(&text)? != *self {
            return Err(Error::malformed(FORM, "origin and extensions are not one line each"));
        }
        self.belongs_to(&[&signer.verifier()])?;
        note::sign(&text, signer)
    }

    /// Checks and reads a signed one.
    ///
    /// # Errors
    /// As [`note::open`]; `Origin`: it is of a journal for which none of those who signed may
    /// speak. `Malformed`.
    pub fn open(note: &str, known: &[Verifier]) -> Result<Checkpoint> {
        let opened = note::open(note, known)?;
        let checkpoint = Checkpoint::parse(opened.text)?;
        checkpoint.belongs_to(&opened.by)?;
        Ok(checkpoint)
    }

    /// Reads a signed one, whoever signed it: to compare it with a journal, not to believe it.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn unverified(note: &str) -> Result<Checkpoint> {
        Checkpoint::parse(note::unverified(note)?)
    }

    /// A key speaks for the journals whose origin is its name, or begins with it and a slash.
    fn belongs_to(&self, signers: &[&Verifier]) -> Result<()> {
        let speaks = |signer: &&&Verifier| {
            let rest = self.origin.strip_prefix(signer.name());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if signers.iter().any(|signer| speaks(&signer)) {
            return Ok(());
        }
        let names: Vec<&str> = signers.iter().map(|signer| signer.name()).collect();
        Err(Error::Origin { origin: self.origin.clone(), signers: names.join(", ") })
    }
}
