//! What is known of facts that are folded already: so that a duplicate is not written again.

use domain::atlas::Unit;
use domain::fact::{Key, Subject};

/// A fact that is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Asked {
    /// Whom it is about.
    pub subject: Subject,
    /// Its key.
    pub key: Key,
    /// The hash of its bytes.
    pub content: u64,
}

/// What is known of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// Nothing of that key.
    Not,
    /// The same bytes, at this position.
    Same(u64),
    /// Other bytes under that key.
    Rival,
}

/// Whoever has folded the journal. It may lag behind: what was appended lately is known here.
pub trait Ledger: Send + Sync {
    /// What is known of each, in the same order.
    fn known(&self, asked: &[Asked]) -> Vec<Known>;

    /// Where the fact of that key happened: whoever voids it must be allowed to write there, too.
    fn unit_of(&self, subject: Subject, key: Key) -> Option<Unit>;
}

/// Nobody has: only what this process appended itself is known.
#[derive(Clone, Copy, Debug)]
pub struct NoLedger;

impl Ledger for NoLedger {
    fn known(&self, asked: &[Asked]) -> Vec<Known> {
        vec![Known::Not; asked.len()]
    }

    fn unit_of(&self, _: Subject, _: Key) -> Option<Unit> {
        None
    }
}
