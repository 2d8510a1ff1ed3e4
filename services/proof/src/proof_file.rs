//! Proof files, `c2sp.org/tlog-proof@v1`: one leaf, its way to the root, the signed root.

use crate::base::{decimal, from_base64, to_base64};
use crate::checkpoint::Checkpoint;
use crate::signing::Verifier;
use crate::tree::Hash;
use crate::verify::verify_inclusion;
use crate::{Error, Result};

/// The line that such a file begins with.
pub const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
const FORM: &str = "proof file";

/// That a record is in a journal at a place. Good without the journal and without a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProofFile {
    /// What somebody put beside the proof. Nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// The leaf, from 0: the position less one.
    pub index: u64,
    /// The hashes beside the way to the root, from the bottom up.
    pub path: Vec<Hash>,
    /// The checkpoint, a signed note.
    pub note: String,
}

impl ProofFile {
    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n");
        if let Some(extra) = &self.extra {
            text += &format!("extra {}\n", to_base64(extra));
        }
        text += &format!("index {}\n", self.index);
        self.path.iter().for_each(|hash| text += &format!("{hash}\n"));
        text + "\n" + &self.note
    }

    /// Reads a file's text; the checkpoint is left for [`ProofFile::verify`].
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(text: &str) -> Result<ProofFile> {
        let malformed = |what| Error::malformed(FORM, what);
        let (head, note) = text
            .split_once("\n\n")
            .ok_or_else(|| malformed("no blank line before a checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(malformed("its first line is another one"));
        }
        let extra = lines.peek().and_then(|line| line.strip_prefix("extra ")).map(from_base64);
        if extra.is_some() {
            lines.next();
        }
        let extra = extra.map(|bytes| bytes.ok_or_else(|| malformed("its extra is no base64")));
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let hash = |line| Hash::parse(line).ok_or_else(|| malformed("a line of it is no hash"));
        Ok(ProofFile {
            extra: extra.transpose()?,
            index: index.ok_or_else(|| malformed("it does not say of which leaf"))?,
            path: lines.map(hash).collect::<Result<_>>()?,
            note: note.to_owned(),
        })
    }

    /// Checks that the leaf is where the proof says, in the journal that one of these keys signed.
    ///
    /// # Errors
    /// As [`Checkpoint::open`] and [`verify_inclusion`].
    pub fn verify(&self, leaf: &Hash, known: &[Verifier]) -> Result<Checkpoint> {
        let checkpoint = Checkpoint::open(&self.note, known)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }
}
