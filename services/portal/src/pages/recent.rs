//! The latest facts, as a page lists them.

/// One of the latest facts, in words: nothing in it tells of whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecentFact {
    /// Its place in the journal.
    pub position: u64,
    /// The day it happened, as people write it: `14/6`.
    pub on: String,
    /// The name of its unit.
    pub unit: String,
    /// What happened: `1 hộ thoát nghèo, vượt chuẩn cận nghèo`.
    pub what: String,
    /// What it did to the figures, where that can be said: `nghèo −1`.
    pub effect: String,
}
