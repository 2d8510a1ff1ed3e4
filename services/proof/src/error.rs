//! What can go wrong, each with what is wrong or what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why something is no proof, or could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A text does not have its form.
    #[error("this is no {form}: {what}")]
    Malformed {
        /// What it should be.
        form: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A key whose hash is not that of its name and public key: mistyped or changed.
    #[error("the key of {name} does not have the hash that it says")]
    KeyHash {
        /// The key's name.
        name: String,
    },
    /// Nobody whose key we have has signed.
    #[error("no signature is by a key that was given ({known})")]
    NotSigned {
        /// The keys that were given: names with hashes.
        known: String,
    },
    /// A signature that says it is by one of our keys, and is not.
    #[error("the signature of {key} is not by that key, or the text was changed after signing")]
    BadSignature {
        /// The key: its name and hash.
        key: String,
    },
    /// A checkpoint of somebody else's journal.
    #[error("the checkpoint is of {origin}, for which {signers} may not sign")]
    Origin {
        /// Of what the checkpoint says to be.
        origin: String,
        /// Who signed.
        signers: String,
    },
    /// There is no such leaf.
    #[error("a tree of {size} leaves has no leaf {index} (counted from 0)")]
    Index {
        /// The leaf that was asked for.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// There is nothing to prove between two such sizes.
    #[error("nothing can be proved between trees of {old} and {new} leaves")]
    Sizes {
        /// The smaller size.
        old: u64,
        /// The larger size.
        new: u64,
    },
    /// Another number of leaves was handed in than the proof is over.
    #[error("{found} leaves were found where {wanted} were wanted")]
    Leaves {
        /// How many came.
        found: u64,
        /// How many the tree has.
        wanted: u64,
    },
    /// A proof has too few or too many hashes for its place in its tree.
    #[error("the proof has {found} hashes; for this place in this tree it needs another number")]
    PathLength {
        /// How many it has.
        found: usize,
    },
    /// The hashes do not lead to the root.
    #[error(
        "the hashes lead to another root: the leaf, its place or the tree is not the signed one"
    )]
    Root,
    /// A subtree that cannot stand here.
    #[error(
        "a range of {other} leaves cannot be appended to {size}: subtrees would not be aligned"
    )]
    Misaligned {
        /// The leaves so far.
        size: u64,
        /// The leaves to append.
        other: u64,
    },
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried: a verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// A private key that others may read.
    #[error(
        "{} may be read or written by others (mode {mode:03o}): chmod 600 it, and make a new key \
         if anybody did read it",
        path.display()
    )]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A file that must not be overwritten.
    #[error("{} is there already; a key is never overwritten: choose another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A key file does not hold a key.
    #[error("{} cannot be used", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with its text.
        #[source]
        source: Box<Error>,
    },
    /// The system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

/// What may fail here fails so.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn malformed(form: &'static str, what: impl Into<String>) -> Error {
        Error::Malformed { form, what: what.into() }
    }

    /// Wraps an I/O error with what was tried and where.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { doing, path: path.to_owned(), source }
    }
}
