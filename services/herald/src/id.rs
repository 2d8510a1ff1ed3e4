//! The name of a subscription: `wh_` and sixteen hexadecimal digits, made at random.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

const MARK: &str = "wh_";

/// Which subscription.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(u64);

impl Id {
    pub(crate) fn random() -> Result<Id> {
        Ok(Id(u64::from_be_bytes(random()?)))
    }

    pub(crate) fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    pub(crate) fn of_bytes(bytes: [u8; 8]) -> Id {
        Id(u64::from_be_bytes(bytes))
    }
}

/// Something nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(bytes)
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{:016x}", self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Id> {
        let digits = text.strip_prefix(MARK).filter(|digits| digits.len() == 16);
        let small = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        let digits = digits.filter(|digits| digits.bytes().all(small));
        let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        number.map(Id).ok_or_else(|| Error::Unknown(text.chars().take(64).collect()))
    }
}

impl TryFrom<String> for Id {
    type Error = Error;

    fn try_from(text: String) -> Result<Id> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        id.to_string()
    }
}
