//! The closing desk: freezes what is closed, at its position, and signs it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

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
use crate::vintage::Vintage;

/// Keeps what closings name: told by the projector, in the order of the journal.
#[derive(Debug)]
pub struct Desk {
    shelf: Shelf,
    journal: String,
    editions: Editions,
    signer: Option<Arc<Signer>>,
    /// Vintages for which there was no room, each with the tree to sign.
    waiting: Mutex<Vec<(Vintage, Range)>>,
}

impl Desk {
    /// A desk that files under `shelf` what is closed in a journal, and signs if it has a key.
    pub fn new(shelf: Shelf, journal: String, signer: Option<Arc<Signer>>) -> Desk {
        let (editions, waiting) = (Editions::embedded(), Mutex::default());
        Desk { shelf, journal, editions, signer, waiting }
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

    /// Keeps a vintage and signs it.
    fn file(&self, vintage: &Vintage, tree: &Range) -> crate::Result<()> {
        let kept = self.shelf.keep(vintage)?;
        if kept.is_some_and(|kept| kept.digest() != vintage.digest()) {
            // What was closed stays as it was, and is not signed as if it were this: only an audit
            // can tell why it would differ now.
            tracing::warn!(id = vintage.head.id, "folded again, a vintage would differ; it stays");
            return Ok(());
        }
        self.sign(tree, vec![vintage.extension()])
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
        // In the order of the journal: behind those that wait.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((vintage, tree.clone()));
        match self.settle() {
            // Figures go on: it is kept before anything of it is committed.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            settled => settled,
        }
    }

    fn settle(&self) -> io::Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((vintage, tree)) = waiting.first() {
            // If we crash here, the closing comes again: nothing behind it is committed.
            self.file(vintage, tree).map_err(full_or_other)?;
            waiting.remove(0);
        }
        Ok(())
    }
}

/// A full disk, whoever tells of it, is one thing.
fn full_or_other(error: Error) -> io::Error {
    match &error {
        Error::Io { source, .. } if is_full(source) => {
            io::Error::new(io::ErrorKind::StorageFull, error)
        }
        _ => io::Error::other(error),
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
