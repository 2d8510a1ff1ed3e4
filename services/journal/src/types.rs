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
/// It never decreases where facts are appended to a `dir` journal (the system clock, clamped to the
/// last). In a `nats` journal it is the message's timestamp, and as monotone as the clocks of the
/// servers that led. An archive, and what is restored from it, have the times of their source; a
/// restored message says them in a header, which is as trustworthy as whoever may publish: only
/// gateways may, and they never set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiveTime(pub i64);

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
