//! What rows hold: JSON, so that a later program may know more fields.

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// The layout of the rows.
pub(super) const FORMAT: u32 = 1;

/// Which feed the deliveries are from.
#[derive(Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) format: u32,
    #[serde(default)]
    pub(super) feed: Option<String>,
}

/// How one subscription fares.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// The last position of the feed that was looked at for it.
    pub cursor: u64,
    /// Deliveries that are neither done nor dead.
    pub open: u64,
    /// Deliveries that were given up, to be replayed by hand.
    pub dead: u64,
    /// Why nothing is sent any more, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<GivenUp>,
    /// Since when nothing has got through, in milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since_ms: Option<u64>,
    /// The last delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_ms: Option<u64>,
    /// The last attempt that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<LastFailure>,
}

/// Since when, and why, nothing is sent any more, until somebody enables the subscription again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GivenUp {
    /// In milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// Why.
    pub why: Why,
}

/// Why nothing is sent any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The endpoint answered 410.
    Gone,
    /// Every attempt of five days has failed.
    Failing,
}

/// The last attempt that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LastFailure {
    /// In milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// A delivery that is to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Open {
    pub(super) lane: u64,
    /// Attempts so far.
    pub(super) attempts: u32,
    /// When the next may be made.
    pub(super) next_ms: u64,
}

/// A delivery that was given up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dead {
    /// The record's position in the feed.
    pub position: u64,
    /// The event's id; empty when the record could not be read.
    pub event: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// What came of the last attempt.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The same with its lane.
#[derive(Serialize, Deserialize)]
pub(super) struct Buried {
    pub(super) lane: u64,
    pub(super) dead: Dead,
}

/// One attempt, as the log has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// The record's position in the feed; 0 for a test.
    pub position: u64,
    /// The event's id.
    pub event: String,
    /// The how many-eth it was.
    pub attempt: u32,
    /// How long it took.
    pub took_ms: u64,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// A row's value.
pub(super) fn json(row: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows are text and numbers")
}
