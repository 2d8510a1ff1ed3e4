//! The closing desk: freezes what is closed, at its position, and signs it.

use std::io;
use std::sync::Arc;

use domain::contribution::Rules;
use domain::fact::Fact;
use domain::fold::Fold;
use journal::Journal;
use projector::Closings;
use proof::{Checkpoint, Range, Signer};
use query::Editions;

use crate::Error;
use crate::closed::vintage;
use crate::replay::Replay;
use crate::shelf::{Listed, Shelf};

/// Keeps what closings name: told by the projector, in the order of the journal.
#[derive(Debug)]
pub struct Desk {
    shelf: Shelf,
    journal: String,
    editions: Editions,
    signer: Option<Arc<Signer>>,
}

impl Desk {
    /// A desk that files under `shelf` what is closed in a journal, and signs if it has a key.
    pub fn new(shelf: Shelf, journal: String, signer: Option<Arc<Signer>>) -> Desk {
        Desk { shelf, journal, editions: Editions::embedded(), signer }
    }

    /// Signs the vintages that were made while there was no key, each after a replay: a file that
    /// says something else than the journal is never signed. What stands in the way is logged.
    pub async fn sign_missing(&self, journal: &Journal, rules: &Arc<Rules>) {
        if self.signer.is_none() {
            return;
        }
        let unsigned = self.unsigned().unwrap_or_else(|error| {
            tracing::error!(%error, "vintages without a signature cannot be listed");
            Vec::new()
        });
        for listed in unsigned {
            if let Err(error) = self.replay_and_sign(journal, rules, &listed).await {
                tracing::error!(%error, id = listed.id, "a vintage is not signed");
            }
        }
    }

    fn unsigned(&self) -> crate::Result<Vec<Listed>> {
        let signed: Vec<u64> =
            self.shelf.checkpoints()?.into_iter().map(|(size, _)| size).collect();
        let mut listed = self.shelf.list()?;
        listed.retain(|one| !signed.contains(&one.position));
        Ok(listed)
    }

    async fn replay_and_sign(
        &self,
        journal: &Journal,
        rules: &Arc<Rules>,
        listed: &Listed,
    ) -> crate::Result<()> {
        let kept = crate::shelf::read(&listed.path)?;
        let (rules, editions) = (rules.clone(), self.editions.clone());
        let to = Some(listed.position);
        let replay = Replay::of(journal, to, rules, editions, 1, |_| {}).await?;
        match replay.vintage() {
            Some(again) if again.digest() == kept.digest() => {
                self.sign(&replay.tree, vec![kept.extension()])
            }
            Some(_) | None => {
                let what = "it is not what the journal comes to; `tonghop audit` tells where";
                Err(Error::Damaged { path: listed.path.clone(), what: what.to_owned() })
            }
        }
    }

    /// Signs the tree over the journal as it is, with what else is to be said.
    ///
    /// # Errors
    /// As [`Shelf::keep_checkpoint`]. Without a key nothing is done.
    pub fn sign(&self, tree: &Range, extensions: Vec<String>) -> crate::Result<()> {
        let Some(signer) = &self.signer else { return Ok(()) };
        let origin = format!("{}/{}", signer.name(), self.journal);
        let (size, root) = (tree.size(), tree.root());
        let note = Checkpoint { origin, size, root, extensions }.sign(signer)?;
        self.shelf.keep_checkpoint(size, &note)
    }
}

impl Closings for Desk {
    fn closed(&self, fold: &Fold, fact: &Fact, tree: &Range) -> io::Result<()> {
        let Some(vintage) = vintage(fold, fact.position, &self.journal, tree, &self.editions)
        else {
            return Ok(());
        };
        let kept = self.shelf.keep(&vintage).map_err(io::Error::other)?;
        if kept.is_some_and(|kept| kept.digest() != vintage.digest()) {
            // What was closed stays as it was, and is not signed as if it were this: only an audit
            // can tell why it would differ now.
            tracing::warn!(id = vintage.head.id, "folded again, a vintage would differ; it stays");
            return Ok(());
        }
        self.sign(tree, vec![vintage.extension()]).map_err(io::Error::other)
    }
}
