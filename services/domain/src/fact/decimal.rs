//! Decimal numbers, exactly as they were written.

use serde::{Deserialize, Serialize};

use crate::time::Unreadable;

/// A decimal number as written: 3,0 is not 3.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Decimal {
    /// All digits as one integer.
    pub digits: i64,
    /// How many of them are behind the comma; at most [`Decimal::PLACES_MAX`].
    pub places: u8,
}

impl Decimal {
    /// Most digits behind the comma.
    pub const PLACES_MAX: u8 = 6;

    /// A whole number.
    pub fn whole(value: i64) -> Decimal {
        Decimal { digits: value, places: 0 }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = 10i64.pow(u32::from(self.places));
        let sign = if self.digits < 0 { "-" } else { "" };
        let (whole, part) =
            (self.digits.unsigned_abs() / one as u64, self.digits.unsigned_abs() % one as u64);
        match self.places {
            0 => write!(f, "{sign}{whole}"),
            places => write!(f, "{sign}{whole}.{part:0width$}", width = usize::from(places)),
        }
    }
}

impl std::str::FromStr for Decimal {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Decimal, Self::Err> {
        let read = || {
            let (negative, digits) =
                text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
            let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
            let plain = |s: &str| s.bytes().all(|c| c.is_ascii_digit());
            let fits = !whole.is_empty()
                && whole.len() <= 15
                && part.len() <= usize::from(Self::PLACES_MAX);
            if !fits || !plain(whole) || !plain(part) || digits.ends_with('.') {
                return None;
            }
            let one = 10i64.checked_pow(part.len() as u32)?;
            let digits = whole
                .parse::<i64>()
                .ok()?
                .checked_mul(one)?
                .checked_add(if part.is_empty() { 0 } else { part.parse().ok()? })?;
            Some(Decimal {
                digits: if negative { -digits } else { digits },
                places: part.len() as u8,
            })
        };
        read().ok_or_else(|| {
            Unreadable(format!(
                "\"{text}\" is not a decimal number; write for example \"3.68\", at most 15 digits before and 6 behind the point"
            ))
        })
    }
}
