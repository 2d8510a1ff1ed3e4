//! Facts that are written together, of one request, and why they could not be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use access::Who;
use domain::fact::Key;
use tokio::sync::oneshot;

use crate::ledger::{Asked, Known};
use crate::plan::{Offer, Settled, everywhere};
use crate::recent::Recent;
use crate::shares::Share;

/// Why facts could not be written. Nothing that was not acknowledged is certain; the same may be
/// sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failed {
    /// Too many wait already.
    #[error("too many facts are waiting to be written; send the same again in a moment")]
    Full,
    /// The journal is slow or away, or has no room.
    #[error("the journal does not take facts at the moment; send the same again later")]
    Busy,
    /// The process is about to stop.
    #[error("the server is stopping; send the same again in a moment")]
    Stopping,
}

/// Facts that are written together, of one request.
pub(crate) struct Job {
    pub(crate) who: Who,
    pub(crate) offers: Vec<Offer>,
    /// Its place among those that wait.
    pub(crate) _place: Share,
    /// Set when an earlier part of the same request has failed: what follows is not written, so
    /// that the order within a request holds.
    pub(crate) broken: Arc<AtomicBool>,
    pub(crate) answer: oneshot::Sender<Result<Vec<Settled>, Failed>>,
}

impl Job {
    /// Whose it is.
    pub(crate) fn user(&self) -> &str {
        &self.who.name
    }

    /// How many facts it has, and bytes.
    pub(crate) fn size(&self) -> (usize, usize) {
        let bytes = self.offers.iter().map(|offer| offer.entry.bytes.len()).sum();
        (self.offers.len(), bytes)
    }

    /// Whether an earlier part of its request has failed.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
        self.offers.iter().map(|offer| offer.asked.key)
    }

    /// Whether it can only be judged when all before it is folded: it voids, corrects, changes a
    /// household or writes another content under a key that came a moment ago. Whoever has the
    /// whole country in their care is not asked.
    pub(crate) fn depends(&self, recent: &Recent) -> bool {
        let replaces =
            |asked: &Asked| matches!(recent.known(asked.key, asked.meaning), Known::Rival(_));
        let depends = |offer: &Offer| offer.touched.depends() || replaces(&offer.asked);
        !everywhere(&self.who) && self.offers.iter().any(depends)
    }

    /// Tells that nothing of it is known to be written; nor is what follows in its request.
    pub(crate) fn fail(self) {
        self.broken.store(true, Ordering::Release);
        let _ = self.answer.send(Err(Failed::Busy));
    }
}
