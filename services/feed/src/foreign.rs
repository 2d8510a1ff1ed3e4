//! What is in the feed and is no milestone: counted and passed by, since nothing in it can be
//! deleted and one stranger's message must not end the telling of all others.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// So many positions are kept apart; beyond them only later ones are counted.
const KEPT_MAX: usize = 10_000;

/// What was met that is no milestone. Cheap to clone; all clones count together.
#[derive(Clone, Debug, Default)]
pub struct Foreign(Arc<Mutex<Met>>);

#[derive(Debug, Default)]
struct Met {
    /// Those met, the latest [`KEPT_MAX`] of them: each counts once, however often it is read.
    positions: BTreeSet<u64>,
    count: u64,
}

impl Foreign {
    /// Counts the record at a position, and tells the log of it the first time.
    pub(crate) fn met(&self, position: u64, what: &str) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = met.positions.len() >= KEPT_MAX;
        if is_full && met.positions.first().is_some_and(|first| position < *first) {
            return;
        }
        if !met.positions.insert(position) {
            return;
        }
        met.count += 1;
        if is_full {
            met.positions.pop_first();
        }
        tracing::warn!(position, what, "a record of the feed is no milestone and is passed by");
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// The last position of one.
    pub fn last(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).positions.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counts_once_however_many_there_are() {
        let foreign = Foreign::default();
        for position in [4, 9, 4, 9, 2] {
            foreign.met(position, "no JSON");
        }
        assert_eq!((foreign.count(), foreign.last()), (3, Some(9)));
        let most = 2 * KEPT_MAX as u64;
        (1..=most).chain(1..=most).for_each(|position| foreign.met(position, "no JSON"));
        assert_eq!((foreign.count(), foreign.last()), (most, Some(most)));
    }
}
