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
}

/// The same as everywhere.
pub type Result<T, E = Error> = std::result::Result<T, E>;
