//! A replay: the journal read again from its first record, apart from the running system.

use std::sync::Arc;

use domain::contribution::Rules;
use domain::fold::Fold;
use journal::{Journal, Position};
use projector::{Accounting, Evaluated, evaluate_journal};
use proof::Range;
use proto::gazetteer::Gazetteer;
use query::Editions;

use crate::closed::vintage;
use crate::vintage::Vintage;
use crate::{Result, freeze};

/// The state of a journal at a position, evaluated in one go: without timelines.
#[derive(Debug)]
pub struct Replay {
    /// Answers what the books tell.
    pub fold: Fold,
    /// The tree over the journal.
    pub tree: Range,
    /// What became of the records.
    pub accounting: Accounting,
    journal: String,
    editions: Editions,
}

impl Replay {
    /// Replays a journal up to a position, or all of it.
    ///
    /// # Errors
    /// `Replay`: the journal is damaged, or ends before.
    pub async fn of(
        journal: &Journal,
        to: Option<u64>,
        rules: Arc<Rules>,
        editions: Editions,
        threads: usize,
        progress: impl Fn(u64) + Send,
    ) -> Result<Replay> {
        let identity = journal.identity().to_string();
        let gazetteer = Gazetteer::embedded();
        let to = to.map(Position);
        if let Some(to) = to {
            let end = journal.end().await.map_err(projector::Error::from)?;
            if end < to {
                let what = format!("it ends at position {end}, before {to}");
                return Err(projector::Error::Diverged { what }.into());
            }
        }
        let evaluating = evaluate_journal(journal, to, &rules, gazetteer, threads, progress);
        let evaluated = evaluating.await?;
        Ok(Replay::of_evaluated(evaluated, rules, editions, identity))
    }

    /// The same of records of that journal that come from elsewhere.
    pub(crate) fn of_evaluated(
        evaluated: Evaluated,
        rules: Arc<Rules>,
        editions: Editions,
        journal: String,
    ) -> Replay {
        let Evaluated { books, accounting, closings, tree } = evaluated;
        let fold = Fold::of_books(rules, books, closings);
        Replay { fold, tree, accounting, journal, editions }
    }

    /// The vintage that the closing at the end of the replay makes, if it makes one.
    pub fn vintage(&self) -> Option<Vintage> {
        self.vintage_at(self.tree.size())
    }

    /// The same of the closing at a position, if all up to it and nothing else was replayed.
    pub(crate) fn vintage_at(&self, position: u64) -> Option<Vintage> {
        vintage(&self.fold, position, &self.journal, &self.tree, &self.editions)
    }

    /// What a vintage's rows would be with the state of the replay, by its definitions.
    pub fn rows_of(&self, closed: &Vintage) -> Option<Vintage> {
        let name = crate::closed::named(&closed.head)?;
        let head = crate::vintage::Head {
            catalogue: self.editions.catalogue.clone(),
            gazetteer: self.editions.gazetteer.clone(),
            position: self.tree.size(),
            root: self.tree.root().to_string(),
            ..closed.head.clone()
        };
        Some(Vintage { head, rows: freeze::freeze(&self.fold, &name) })
    }
}
