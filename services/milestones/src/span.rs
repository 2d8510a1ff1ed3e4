//! A span of sums among which no rule changes its mind: a sum that moves within it is not looked
//! at.

/// From `least` to before `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) least: i64,
    pub(crate) end: i64,
}

impl Span {
    /// No sum: every move is looked at.
    pub(crate) const NONE: Span = Span { least: i64::MAX, end: i64::MIN };
    /// Every sum but the very last.
    pub(crate) const ALL: Span = Span { least: i64::MIN, end: i64::MAX };

    pub(crate) fn holds(self, sum: i64) -> bool {
        (self.least..self.end).contains(&sum)
    }

    /// What lies in both.
    pub(crate) fn meet(self, other: Span) -> Span {
        Span { least: self.least.max(other.least), end: self.end.min(other.end) }
    }
}
