//! The small words of the journal: position, identity, receive time, entry, receipt.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use uuid::Uuid;

/// The most bytes one record may have: 1 MiB less 4 KiB.
///
/// A NATS server counts headers into its `max_payload` (1 MiB by default); the 4 KiB are room for
/// them, so that a record which one engine takes always fits through the other.
pub const RECORD_BYTES_MAX: usize = (1 << 20) - (4 << 10);

/// A record's place in one journal, from 1; `Position(0)` is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// The position after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which journal this is: made once, when the journal is created, and kept by archive and restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(pub Uuid);

impl From<u128> for Identity {
    /// As a store keeps it.
    fn from(number: u128) -> Self {
        Self(Uuid::from_u128(number))
    }
}

impl Identity {
    /// A new, random identity.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Identity {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// When the journal took the record: milliseconds since the Unix epoch, assigned by the engine.
///
/// Facts that are appended to a `dir` journal get the clock's, and the last one again while the clock is
/// less behind it than [`crate::BACK_MAX_MS`]. In a `nats` journal it is the message's timestamp. It is
/// lower than one before it only where somebody said that the clock is right, so that the earlier one
/// is known to be false: a record was received no later than those after it. An archive, and what is restored from it, have the times of their source; a
/// restored message says them in a header, which is as trustworthy as whoever may publish: only
/// gateways may, and they never set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiveTime(pub i64);

impl fmt::Display for ReceiveTime {
    /// As in Viet Nam, to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(1000) + 7 * 3600;
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+07:00")
    }
}

/// The date of a day, counted from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// One record to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `<today's province | VN>.<unit key>`, for example `52.L-24097`. The `dir` engine ignores
    /// it; the `nats` engine publishes on `tonghop.facts.<route>`.
    pub route: String,
    /// The record: from 1 to [`RECORD_BYTES_MAX`] bytes, kept exactly.
    pub bytes: Bytes,
}

impl Entry {
    /// An entry of these bytes on this route.
    pub fn new(route: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { route: route.into(), bytes: bytes.into() }
    }
}

/// The journal's answer for one entry: it is durable, here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Where the record is.
    pub position: Position,
    /// The journal already held exactly these bytes, at `position`. A courtesy: the `nats` engine
    /// says it within its duplicate window, the `dir` engine never does.
    pub duplicate: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receive_time_is_written_as_in_viet_nam() {
        for (ms, expected) in [
            (0, "1970-01-01T07:00:00+07:00"),
            (-25_200_001, "1969-12-31T23:59:59+07:00"),
            (951_757_200_000, "2000-02-29T00:00:00+07:00"),
            (1_795_928_400_999, "2026-11-29T12:00:00+07:00"),
            (4_102_419_599_000, "2099-12-31T23:59:59+07:00"),
        ] {
            assert_eq!(ReceiveTime(ms).to_string(), expected);
        }
    }
}
