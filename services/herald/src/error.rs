//! What can go wrong with webhooks, each with what to do.

use std::io;
use std::path::{Path, PathBuf};

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be done. An endpoint that refuses is no error but an
/// [`Outcome`](crate::Outcome).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A subscription, or a change to one, makes no sense.
    #[error("{field}: {what}")]
    Refused {
        /// The field that is wrong.
        field: &'static str,
        /// What is wrong with it, and the way out.
        what: String,
    },
    /// There is no such subscription.
    #[error("there is no webhook {0}; `tonghop webhook list` names all")]
    Unknown(String),
    /// The file of subscriptions does not say what it should.
    #[error("{} cannot be used: {what}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The file of subscriptions cannot be read or written.
    #[error(transparent)]
    File(#[from] access::Error),
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
    /// No room: what was acknowledged is kept.
    #[error("no room left in {}: make room, then start again", path.display())]
    Full {
        /// The folder.
        path: PathBuf,
    },
    /// Another process has the deliveries open.
    #[error("{} is held by another process; ask it, or stop it", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// sled failed.
    #[error(
        "sled cannot {doing} {}: {what}; `tonghop webhook repair` keeps them aside and begins anew",
        path.display()
    )]
    Engine {
        /// What was tried: a verb.
        doing: &'static str,
        /// The folder.
        path: PathBuf,
        /// sled's reason.
        what: String,
    },
    /// A row cannot be read.
    #[error(
        "the deliveries in {} are damaged: {what}; `tonghop webhook repair` keeps them aside and \
         begins anew",
        path.display()
    )]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// Which row.
        what: String,
    },
    /// The deliveries are those of another feed.
    #[error(
        "{} holds deliveries from the feed {found}, not from {wanted}; put that feed back, or move \
         the folder away and begin anew",
        path.display()
    )]
    OtherFeed {
        /// The folder.
        path: PathBuf,
        /// The feed that the deliveries are from.
        found: String,
        /// The feed as it is.
        wanted: String,
    },
    /// The feed cannot be read.
    #[error("the feed cannot be read")]
    Feed(#[from] journal::Error),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// A task of ours ended before its time.
    #[error("a task ended that should not: {0}")]
    Ended(String),
}

impl Error {
    pub(crate) fn refused(field: &'static str, what: impl Into<String>) -> Error {
        Error::Refused { field, what: what.into() }
    }

    /// Wraps an I/O error with what was tried and where.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| match is_full(&source) {
            true => Error::Full { path: path.to_owned() },
            false => Error::Io { doing, path: path.to_owned(), source },
        }
    }
}

/// Disk full, quota reached, or the file-size limit: for us they are one thing.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
