//! What is known of facts that are folded already: so that a duplicate is not written again, and
//! nobody changes what is in another's care.

use std::future::{Future, ready};
use std::pin::Pin;

use domain::atlas::Place;
use domain::fact::{Key, Subject};
use domain::time::Day;

/// A fact that is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Asked {
    /// Whom it is about.
    pub subject: Subject,
    /// Its key.
    pub key: Key,
    /// The hash of its canonical form: the same for whatever means the same.
    pub meaning: u64,
}

/// What is known of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// Nothing of that key.
    Not,
    /// The same, in whatever spelling, at this position.
    Same(u64),
    /// Another meaning under that key, first at this position.
    Rival(u64),
}

/// Tells when it is over whether what was waited for has come.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// Whoever has folded the journal. It may lag behind: what was appended lately is known here.
pub trait Ledger: Send + Sync {
    /// What is known of each, in the same order.
    fn known(&self, asked: &[Asked]) -> Vec<Known>;

    /// Where the fact of that key happened: whoever voids it must be allowed to write there, too.
    fn place_of(&self, subject: Subject, key: Key) -> Option<Place>;

    /// The unit that money of that fact came from or went back to: it counts there, too, and whoever
    /// voids it must be allowed to write there.
    fn giver_of(&self, subject: Subject, key: Key) -> Option<Place>;

    /// Where the facts of that key happened, or count beside that, whomever they are about: whoever writes another content
    /// under it may take the place of one, and must be allowed to write there, too.
    fn places_of(&self, key: Key) -> Vec<Place>;

    /// Where the household lived on that day, or first after it: whoever changes its record must
    /// be allowed to write there, too. None for one that is not known or has left.
    fn home(&self, subject: Subject, on: Day) -> Option<Place>;

    /// Waits until it has folded that position; false if it never will.
    fn folded(&self, position: u64) -> Waiting<'_>;

    /// The last position that it has folded.
    fn position(&self) -> u64;
}

/// Nobody has: only what this process appended itself is known. Then only those whose care is the
/// whole country can void or correct.
#[derive(Clone, Copy, Debug)]
pub struct NoLedger;

impl Ledger for NoLedger {
    fn known(&self, asked: &[Asked]) -> Vec<Known> {
        vec![Known::Not; asked.len()]
    }

    fn place_of(&self, _: Subject, _: Key) -> Option<Place> {
        None
    }

    fn giver_of(&self, _: Subject, _: Key) -> Option<Place> {
        None
    }

    fn places_of(&self, _: Key) -> Vec<Place> {
        Vec::new()
    }

    fn home(&self, _: Subject, _: Day) -> Option<Place> {
        None
    }

    fn folded(&self, _: u64) -> Waiting<'_> {
        Box::pin(ready(true))
    }

    fn position(&self) -> u64 {
        u64::MAX
    }
}
