//! Codes that were taken, also before a restart: none is taken twice.
//!
//! A line each of `codes-used`: what stands for the secret, and the last time step of which a code
//! was taken. Apart from `users.toml`: whoever changes that by hand would lose a change to any
//! sign-in, and what names all users is not to be written anew so often.

use std::path::Path;

use crate::notes::Notes;
use crate::{Error, secret, totp};

const FILE: &str = "codes-used";
/// A clock that goes back by less than this makes no code good again: a day.
const KEPT_STEPS: u64 = 86_400 / totp::STEP_S;

/// The last step of each secret.
pub(crate) struct Used(Notes);

impl Used {
    /// Those of a folder.
    ///
    /// # Errors
    /// `NotPrivate`, `Unreadable`, `Io`.
    pub(crate) fn open(folder: &Path, now_s: u64) -> Result<Used, Error> {
        Notes::open(folder.join(FILE), floor(now_s)).map(Used)
    }

    /// Takes the code of a step: false when one of it, or of a later one, was taken before. When
    /// this returns, it stays so.
    ///
    /// # Errors
    /// `Io`: then it was not noted for the next start, and whoever sent it is not to come in.
    pub(crate) fn take(&self, secret: &str, step: u64, now_s: u64) -> Result<bool, Error> {
        self.0.raise(&secret::digest(&["code used", secret]), step, floor(now_s))
    }
}

fn floor(now_s: u64) -> u64 {
    (now_s / totp::STEP_S).saturating_sub(KEPT_STEPS)
}
