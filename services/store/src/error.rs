//! What can go wrong in a store, sorted by what the caller does next.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a store could not do what was asked. Nothing that a journal holds is ever lost by it.
///
/// `Locked` and `Full` may pass. After any error of a commit the store takes no more: open it
/// again. Rows that are damaged or of other editions are no error but [`crate::Opened::Stale`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried: a verb.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The folder holds something else. Nothing was touched.
    #[error("{} is no data folder of tonghop: {why}", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// How we know, and what to do.
        why: String,
    },
    /// The folder was written by another version of this program. Nothing was touched.
    #[error("{} has format version {found}, this program reads version {wanted}", path.display())]
    Version {
        /// The folder.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The version this program knows.
        wanted: u32,
    },
    /// Another process has the store open.
    #[error(
        "{} is held by another process, waited {waited:?}; stop that process or use another folder",
        path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long we waited for it.
        waited: Duration,
    },
    /// The rows are those of another journal. Nothing was touched.
    #[error(
        "{} holds the rollups of journal {found:032x}, not of {wanted:032x}; use another folder, or rebuild it from this journal",
        path.display()
    )]
    OtherJournal {
        /// The folder.
        path: PathBuf,
        /// The journal that the rows were made from.
        found: u128,
        /// The journal that was asked for.
        wanted: u128,
    },
    /// No room.
    #[error("no room left in {}: make room, then start again", path.display())]
    Full {
        /// The folder.
        path: PathBuf,
    },
    /// sled failed.
    #[error("sled cannot {doing} {}: {what}", path.display())]
    Engine {
        /// What was tried: a verb.
        doing: &'static str,
        /// The folder.
        path: PathBuf,
        /// sled's reason.
        what: String,
    },
    /// An earlier commit failed.
    #[error("an earlier commit to {} failed; open the store again", path.display())]
    Stopped {
        /// The folder.
        path: PathBuf,
    },
    /// A row cannot be read.
    #[error("the rows in {} are damaged: {what}; they will be rebuilt at the next start", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// Which row.
        what: &'static str,
    },
}

impl Error {
    /// Wraps an I/O error with what was tried and where.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| {
            if is_full(&source) {
                Error::Full { path: path.to_owned() }
            } else {
                Error::Io { doing, path: path.to_owned(), source }
            }
        }
    }
}

/// Disk full, quota reached, or the file-size limit: for a store they are one thing.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
