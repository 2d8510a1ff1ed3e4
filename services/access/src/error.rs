//! What can go wrong with the files of users, each with what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why users could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
    /// Others than the owner may read or write the file.
    #[error(
        "{} may be read or written by others (mode {mode:03o}): chmod 600 it, and change what was \
         in it if anybody did read it",
        path.display()
    )]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file does not say what it should.
    #[error("{} cannot be used: {what}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A change that was asked for makes no sense.
    #[error("{0}")]
    Refused(String),
    /// Hashing a password failed.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
    /// The system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

impl Error {
    /// Wraps an I/O error with what was tried and where.
    pub fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { doing, path: path.to_owned(), source }
    }
}
