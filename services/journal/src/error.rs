//! What can go wrong in a journal, sorted by what the caller does next.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Identity, Position, ReceiveTime};

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a journal could not do what was asked.
///
/// `Full`, `Busy` and `Locked` may pass: the same batch may be tried again. `TooLarge`, `Empty`
/// and `Route` are the caller's mistake. All others mean that somebody has to look.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried: a verb.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// Bytes that were once good are not any more.
    #[error(
        "{} is corrupt at byte {offset}: {what}; restore this file from the archive",
        file.display()
    )]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// Where, from the start of the file.
        offset: u64,
        /// What was found.
        what: String,
    },
    /// The directory, or the address, holds no journal. Nothing was touched.
    #[error("{place} is not a journal: {why}")]
    NotAJournal {
        /// The directory or the stream.
        place: String,
        /// How we know, and what to do.
        why: String,
    },
    /// A format written by another version of this program. Nothing was touched.
    #[error("{place} has format version {found}, this program reads version {wanted}")]
    Version {
        /// The file or stream.
        place: String,
        /// The version found.
        found: u64,
        /// The version this program knows.
        wanted: u64,
    },
    /// Another process writes to this directory.
    #[error(
        "{} is held by another writer, waited {waited:?}; stop that process or use another journal",
        lock.display()
    )]
    Locked {
        /// The lock file.
        lock: PathBuf,
        /// How long we waited for it.
        waited: Duration,
    },
    /// No room: nothing of what was acknowledged is lost; make room and append the same again.
    #[error("no room left in {place}: make room, then append the same batch again")]
    Full {
        /// The file or stream.
        place: String,
    },
    /// A write failed in a way that leaves the file in doubt; this writer takes nothing more.
    #[error(
        "the writer of {} stopped after a failed write; open the journal again",
        path.display()
    )]
    Stopped {
        /// The journal's directory.
        path: PathBuf,
    },
    /// The journal is not the one we knew: it began anew, lost its end, or changed.
    #[error("the journal diverged: {what}; stop, and restore it or rebuild what was made from it")]
    Diverged {
        /// What was expected and what was found.
        what: String,
    },
    /// The journal ends before what others know to have been in it. Nothing was touched.
    #[error(
        "{} ends at position {end}, before position {known} that {by} knows of: nothing was written, \
         for the next facts would get positions that others had; bring the journal back: put the file \
         back as it was, or move the journal's folder aside and restore it from the archive (tonghop \
         restore ARCHIVE --journal dir:FOLDER)",
        place.display()
    )]
    Shorter {
        /// The file that ends too early, or the directory.
        place: PathBuf,
        /// Where it ends.
        end: Position,
        /// The last position that is known.
        known: Position,
        /// Who knows it.
        by: String,
    },
    /// A power cut may take back what is acknowledged. Nothing was written.
    #[error("nothing was written, for a power cut may take it back: {why}")]
    Unsynced {
        /// What is known of the server.
        why: String,
    },
    /// What is restored into must be empty, or hold the first records of the archive. Nothing was
    /// written.
    #[error(
        "the journal there is in use: {what}; nothing was written, name an empty server or directory"
    )]
    Occupied {
        /// What was found there.
        what: String,
    },
    /// The world is slow or away. The same batch may be appended again.
    #[error("the journal is busy: {what}; try the same again later")]
    Busy {
        /// What did not answer.
        what: String,
    },
    /// The clock, or the last receive time, cannot be right. Nothing was written.
    #[error(
        "the clock shows {now}, and the last record was received at {last}: nothing is written before \
         somebody has looked at the clock; set it, or say that it is right: --today and today's date"
    )]
    Clock {
        /// The receive time of the last record.
        last: ReceiveTime,
        /// What the clock shows.
        now: ReceiveTime,
    },
    /// The clock was set to another time while the program runs.
    #[error(
        "the clock shows {now} and it should be {due}, by what was counted since the program started: \
         nothing is written before it is right again; set it, or if it is right now, start the program \
         again"
    )]
    ClockMoved {
        /// What it should show.
        due: ReceiveTime,
        /// What it shows.
        now: ReceiveTime,
    },
    /// A record is larger than [`crate::RECORD_BYTES_MAX`].
    #[error("a record of {bytes} bytes is larger than {bytes_max}")]
    TooLarge {
        /// The record's size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// A record has no bytes.
    #[error("a record must have at least one byte")]
    Empty,
    /// An entry's route cannot be part of a subject.
    #[error("{route:?} is no route: use tokens of A-Z a-z 0-9 _ - joined by dots")]
    Route {
        /// The route as given.
        route: String,
    },
    /// Positions are not consecutive where they must be.
    #[error("{place} goes from position {before} to {found}: records are missing")]
    Gap {
        /// The journal.
        place: String,
        /// The position before the hole.
        before: Position,
        /// The position after the hole.
        found: Position,
    },
    /// The server cannot do what a journal needs.
    #[error("the nats server at {url} {what}")]
    Server {
        /// Its address.
        url: String,
        /// What is missing, and what to do.
        what: String,
    },
    /// The server, or its monitoring page, refused for a reason that retrying does not change.
    #[error("the nats server refused to {doing}: {reason}")]
    Refused {
        /// What was tried: a verb.
        doing: &'static str,
        /// The reason in the server's words.
        reason: String,
    },
    /// The journal's address or options make no sense.
    #[error("{what}")]
    Config {
        /// The sentence.
        what: String,
    },
}

impl Error {
    /// Wraps an I/O error with what was tried and where.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            if is_full(&source) {
                Self::Full { place: path.display().to_string() }
            } else {
                Self::Io { doing, path: path.to_owned(), source }
            }
        }
    }

    pub(crate) fn corrupt(file: &Path, offset: u64, what: impl Into<String>) -> Self {
        Self::Corrupt { file: file.to_owned(), offset, what: what.into() }
    }

    pub(crate) fn config(what: impl Into<String>) -> Self {
        Self::Config { what: what.into() }
    }

    pub(crate) fn diverged_identity(found: Identity, wanted: Identity) -> Self {
        Self::Diverged { what: format!("its identity is {found}, not {wanted}") }
    }

    pub(crate) fn lost_end(end: Position, after: Position) -> Self {
        Self::Diverged { what: format!("it ends at position {end}, before the known {after}") }
    }

    /// A file's offset and what was there, when this is corruption.
    pub fn corrupt_at(&self) -> Option<(&Path, u64)> {
        if let Self::Corrupt { file, offset, .. } = self { Some((file, *offset)) } else { None }
    }

    /// Whether the same call may succeed later without anybody changing anything but the load.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Busy { .. } | Self::Locked { .. })
    }
}

/// Disk full, quota reached, or the file-size limit: for a writer they are one thing.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
