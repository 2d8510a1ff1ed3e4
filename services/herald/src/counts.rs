//! How many attempts were made, for whoever watches over the process.

use std::sync::atomic::{AtomicU64, Ordering};

/// Since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// Deliveries that were opened: one for each milestone and subscription that wants it.
    pub opened: u64,
    /// Deliveries that were made.
    pub delivered: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// Records of the feed that are no milestones.
    pub unreadable: u64,
    /// Attempts under way, now.
    pub under_way: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) opened: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) dead: AtomicU64,
    pub(crate) unreadable: AtomicU64,
    pub(crate) under_way: AtomicU64,
}

impl Counts {
    pub(crate) fn now(&self) -> Counted {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counted {
            opened: of(&self.opened),
            delivered: of(&self.delivered),
            failures: of(&self.failures),
            dead: of(&self.dead),
            unreadable: of(&self.unreadable),
            under_way: of(&self.under_way),
        }
    }
}

pub(crate) fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(more as u64, Ordering::Relaxed);
}

/// Counts an attempt as under way until it is dropped.
pub(crate) struct UnderWay<'a>(&'a AtomicU64);

impl<'a> UnderWay<'a> {
    pub(crate) fn begin(counts: &'a Counts) -> UnderWay<'a> {
        add(&counts.under_way, 1);
        UnderWay(&counts.under_way)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
