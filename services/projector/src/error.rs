//! Why a projector stopped. All of it is fatal to this process: a start resumes at the position.

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a projector stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal is not the one that the rollups were made from.
    #[error(
        "the journal is not the one that the rollups were made from: {what}; restore the journal, or rebuild the rollups from this one if it is right"
    )]
    Diverged {
        /// What was expected and what was found.
        what: String,
    },
    /// The journal failed.
    #[error("the journal cannot be read")]
    Journal(#[source] journal::Error),
    /// The store failed.
    #[error("the rollups cannot be stored")]
    Store(#[source] store::Error),
    /// The figures that were closed could not be kept.
    #[error("the figures of a closing cannot be kept")]
    Closing(#[source] std::io::Error),
    /// A thread of the projector panicked.
    #[error("the projector failed while it was to {doing}")]
    Panicked {
        /// What it did: a verb.
        doing: &'static str,
    },
}

impl Error {
    /// Whether there was no room on the disk.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Error::Store(store::Error::Full { .. }) => true,
            Error::Closing(error) => error.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

impl From<journal::Error> for Error {
    fn from(error: journal::Error) -> Error {
        match error {
            journal::Error::Diverged { what } => Error::Diverged { what },
            other => Error::Journal(other),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Error {
        match error {
            store::Error::OtherJournal { found, wanted, .. } => {
                let what = format!("its identity is {wanted:032x}, not {found:032x}");
                Error::Diverged { what }
            }
            other => Error::Store(other),
        }
    }
}
