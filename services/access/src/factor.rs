//! A second factor as `users.toml` keeps it, and as it is shown to its user.

use std::fmt;

use domain::time::Day;
use serde::{Deserialize, Serialize};

use crate::{recovery, totp};

/// What a user proves beside the password: that they have the secret, or a recovery code.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// In base32, in clear: codes are made of it.
    pub(crate) secret: String,
    /// Whether a code of it was shown once. Before that nobody is asked for one.
    #[serde(default)]
    pub confirmed: bool,
    /// When it was made: a day, in Viet Nam.
    pub created: String,
    /// The step of the code by which it was confirmed: neither that nor an earlier one is good
    /// again. Those of later codes are noted in `codes-used`.
    #[serde(default)]
    pub(crate) confirmed_step: u64,
    /// SHA-256 of the recovery codes that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) recovery: Vec<String>,
}

/// A secret that is to become somebody's second factor, as apps and people take it.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// What an app reads from a picture.
    pub uri: String,
    /// What somebody types: base32, in groups of four.
    pub secret: String,
}

impl Offer {
    pub(crate) fn of(secret: &str, name: &str) -> Offer {
        Offer { uri: totp::uri(secret, name), secret: totp::grouped(secret) }
    }
}

impl Factor {
    /// How many recovery codes are left.
    pub fn recovery_left(&self) -> usize {
        self.recovery.len()
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if !totp::is_secret(&self.secret) {
            return Err("its secret is not 32 letters of base32".to_owned());
        }
        if self.recovery.len() > recovery::CODES
            || !self.recovery.iter().all(|h| recovery::is_hash(h))
        {
            return Err(format!("recovery is not up to {} hashes (SHA-256)", recovery::CODES));
        }
        self.created.parse::<Day>().map(drop).map_err(|error| format!("created: {error}"))
    }
}

impl fmt::Debug for Factor {
    /// Never the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Factor").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

impl fmt::Debug for Offer {
    /// Never the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offer")
    }
}
