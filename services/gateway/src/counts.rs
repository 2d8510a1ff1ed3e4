//! How many facts came, for whoever watches over the process.

use std::sync::atomic::{AtomicU64, Ordering};

/// Facts since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// Written to the journal.
    pub accepted: u64,
    /// There already.
    pub duplicate: u64,
    /// Refused.
    pub rejected: u64,
    /// Appends to the journal: each made many facts durable at once.
    pub appends: u64,
    /// Appends that failed.
    pub failures: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) accepted: AtomicU64,
    pub(crate) duplicate: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) appends: AtomicU64,
    pub(crate) failures: AtomicU64,
}

impl Counts {
    pub(crate) fn now(&self) -> Counted {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counted {
            accepted: of(&self.accepted),
            duplicate: of(&self.duplicate),
            rejected: of(&self.rejected),
            appends: of(&self.appends),
            failures: of(&self.failures),
        }
    }
}

pub(crate) fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(more as u64, Ordering::Relaxed);
}
