//! A secret that signs: `whsec_` and base64, as Standard Webhooks writes it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::id::random;
use crate::{Error, Result};

const MARK: &str = "whsec_";
/// Standard Webhooks: 24 to 64 bytes.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key that we and a receiver share.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// `Random`.
    pub fn made() -> Result<Secret> {
        Ok(Secret(random::<32>()?.to_vec()))
    }

    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// `Refused`.
    pub fn parse(text: &str) -> Result<Secret> {
        // Never the text itself: it is logged.
        let wrong = || {
            let what = "a secret is whsec_ and the base64 of 24 to 64 bytes; leave it out, and one \
                        is made";
            Error::refused("secret", what)
        };
        let bytes = STANDARD.decode(text.strip_prefix(MARK).ok_or_else(wrong)?);
        let bytes = bytes.ok().filter(|bytes| BYTES.contains(&bytes.len()));
        bytes.map(Secret).ok_or_else(wrong)
    }

    /// As it is given to the receiver.
    pub fn shown(&self) -> String {
        format!("{MARK}{}", STANDARD.encode(&self.0))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    /// Never the key: whoever has it can write in our name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl TryFrom<String> for Secret {
    type Error = Error;

    fn try_from(text: String) -> Result<Secret> {
        Secret::parse(&text)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> String {
        secret.shown()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_24_to_64_bytes_and_is_read_as_it_was_shown() {
        let made = Secret::made().unwrap();
        assert_eq!(Secret::parse(&made.shown()).unwrap(), made);
        assert_eq!(made.bytes().len(), 32);
        assert_eq!(format!("{made:?}"), "Secret");
        for (bytes, good) in [(23, false), (24, true), (64, true), (65, false)] {
            let text = format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
            assert_eq!(Secret::parse(&text).is_ok(), good, "{bytes} bytes");
        }
        for text in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%"] {
            assert!(Secret::parse(text).is_err(), "{text:?}");
        }
    }
}
