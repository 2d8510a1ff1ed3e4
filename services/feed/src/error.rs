//! What can go wrong.

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The feed cannot be read or written.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The outbox cannot be read.
    #[error(transparent)]
    Outbox(#[from] projector::Error),
    /// The feed holds something that is no milestone.
    #[error("position {position} of the feed is no milestone: {what}")]
    Foreign {
        /// Where.
        position: u64,
        /// Why it is none.
        what: String,
    },
}

/// The same as everywhere.
pub type Result<T, E = Error> = std::result::Result<T, E>;
