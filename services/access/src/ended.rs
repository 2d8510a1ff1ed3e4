//! Sessions that were signed out of, also before a restart, until they would have ended anyway.
//!
//! A line each of `signed-out`: the session's nonce, when it would end, in seconds since 1970, and the
//! first eight letters of the SHA-256 of both, so that a bit that turned lets nobody in again.

use std::path::Path;

use crate::Error;
use crate::notes::Notes;
use crate::session::Pieces;

const FILE: &str = "signed-out";

/// Sessions that were signed out of.
pub(crate) struct Ended(Notes);

impl Ended {
    /// Those of a folder that would not have ended yet.
    ///
    /// # Errors
    /// `NotPrivate`, `Unreadable`, `Io`.
    pub(crate) fn open(folder: &Path, now_s: u64) -> Result<Ended, Error> {
        Notes::open(folder.join(FILE), now_s).map(Ended)
    }

    /// Ends a session: when this returns, it stays so.
    ///
    /// # Errors
    /// `Io`: then it has ended until the next start only.
    pub(crate) fn add(&self, pieces: &Pieces<'_>, now_s: u64) -> Result<(), Error> {
        self.0.raise(pieces.nonce, pieces.expires_s(), now_s).map(drop)
    }

    pub(crate) fn holds(&self, pieces: &Pieces<'_>) -> bool {
        self.0.holds(pieces.nonce)
    }
}
