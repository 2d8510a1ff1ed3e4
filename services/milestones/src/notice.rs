//! A milestone as the journal makes it: which rule, of which unit and period, reached or taken
//! back, at which position and by which fact.

use domain::atlas::Unit;
use domain::fact::Key;
use domain::time::Period;
use query::Exact;
use serde::{Deserialize, Serialize};

/// What became of a milestone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Act {
    /// The figure crossed the line.
    Reached,
    /// It turned out not to have crossed it, or crossed back.
    Withdrawn,
}

impl Act {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Act::Reached => "reached",
            Act::Withdrawn => "withdrawn",
        }
    }
}

/// A rule in one unit and period.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Instance {
    /// The rule's number in its list.
    pub rule: u16,
    /// The unit.
    pub unit: Unit,
    /// The period.
    pub period: Period,
}

/// One event of a milestone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// Which rule, where and when.
    pub instance: Instance,
    /// Reached or withdrawn.
    pub act: Act,
    /// From 1, one more each time it is reached again.
    pub revision: u32,
    /// The position in the journal of the record that tipped it.
    pub position: u64,
    /// When the journal received that, in milliseconds since 1970.
    pub received_ms: i64,
    /// The fact that tipped it.
    pub fact: Key,
    value: Option<(i128, i128)>,
    line: Option<(i128, i128)>,
}

impl Notice {
    pub(crate) fn new(
        instance: Instance,
        (act, revision): (Act, u32),
        by: &By,
        (value, line): (Option<Exact>, Option<Exact>),
    ) -> Notice {
        let pair = |exact: Exact| (exact.numerator(), exact.denominator());
        let By { position, received_ms, fact } = *by;
        let (value, line) = (value.map(pair), line.map(pair));
        Notice { instance, act, revision, position, received_ms, fact, value, line }
    }

    /// The figure as of the position; none if there is none any more.
    pub fn value(&self) -> Option<Exact> {
        self.value.and_then(|(above, below)| Exact::new(above, below))
    }

    /// The line it was held against; none if there is none any more.
    pub fn line(&self) -> Option<Exact> {
        self.line.and_then(|(above, below)| Exact::new(above, below))
    }

    /// As the store keeps it.
    pub fn pack(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("memory takes everything")
    }

    /// Back from the store; none if that is no notice.
    pub fn unpack(bytes: &[u8]) -> Option<Notice> {
        postcard::from_bytes(bytes).ok()
    }
}

/// The record that tips milestones.
#[derive(Clone, Copy, Debug)]
pub struct By {
    /// Its position.
    pub position: u64,
    /// When the journal received it.
    pub received_ms: i64,
    /// Its fact.
    pub fact: Key,
}
