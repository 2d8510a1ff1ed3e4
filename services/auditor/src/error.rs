//! What can go wrong in an audit.

use std::io;
use std::path::{Path, PathBuf};

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in an audit. That figures differ is no error but an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A text is no vintage.
    #[error("line {line}: {what}")]
    Malformed {
        /// The line, from 1; 0 when it ends too soon.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A file of ours is damaged.
    #[error("{}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// There is no such vintage, unit or indicator.
    #[error("there is no {what} {wanted}; {known}")]
    Unknown {
        /// What was asked for: `vintage`, `unit`, `indicator`, `period`.
        what: &'static str,
        /// Which one.
        wanted: String,
        /// Which there are, in a sentence.
        known: String,
    },
    /// A file could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was done: a verb.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A vintage was made by other definitions than this program has.
    #[error("{id} was made by another {what}, that of {program}: pack it with that program")]
    Editions {
        /// The vintage.
        id: String,
        /// Catalogue or gazetteer.
        what: &'static str,
        /// The program that made it.
        program: String,
    },
    /// A journal is not the one that was closed.
    #[error(
        "the journal is not the one that {id} was made of: it has another identity or root. Keep \
         both as they are, and report this"
    )]
    OtherJournal {
        /// The vintage.
        id: String,
    },
    /// A checkpoint does not freeze the vintage.
    #[error("no checkpoint beside the vintages signs {id}: give --key to sign one")]
    NoNote {
        /// The vintage.
        id: String,
    },
    /// A pack could not be written.
    #[error("the pack cannot be written")]
    Zip(#[from] zip::result::ZipError),
    /// The journal could not be replayed.
    #[error(transparent)]
    Replay(#[from] projector::Error),
    /// A key or a signed text is of no use.
    #[error(transparent)]
    Proof(#[from] proof::Error),
}

impl Error {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { doing, path: path.clone(), source }
    }
}
