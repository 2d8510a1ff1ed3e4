//! Group and fold: decoded records become changes of the fold, and of the next commit.

use std::time::Instant;

use domain::fold::Applied;
use store::{Commit, Counts, Draft, Mark, UNREADABLE_MAX};

use crate::decode::Decoded;
use crate::shared::Shared;
use crate::{Error, Result};

/// Folds, and gathers what the next commit needs. Moves to a blocking thread and back.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) shared: Shared,
    /// How far it is.
    pub(crate) mark: Mark,
    draft: Draft,
    /// When the oldest record came that is not yet on its way to the store.
    pub(crate) since: Option<Instant>,
}

impl Folder {
    pub(crate) fn new(shared: Shared, mark: Mark) -> Folder {
        Folder { shared, mark, draft: Draft::default(), since: None }
    }

    /// Folds a run of records.
    pub(crate) fn fold(&mut self, decoded: Decoded) -> Result<()> {
        let Decoded { first, mark, facts, readable, unreadable, foreign } = decoded;
        if first != self.mark.position + 1 {
            let what = format!("position {first} follows {}", self.mark.position);
            return Err(Error::Diverged { what });
        }
        let of_block = mark.position + 1 - first;
        let (refused, corrections) = (unreadable.len() as u64, facts.len() as u64 - readable);
        let applied = self.shared.write(|state| {
            let applied = state.fold.apply(facts);
            let new = records_of(&applied, corrections);
            let counts =
                Counts { applied: new, duplicate: readable - new, unreadable: refused, foreign };
            debug_assert_eq!(counts.total(), of_block, "every record is accounted for");
            let listed = state.unreadable.len() as u64;
            let room = UNREADABLE_MAX.saturating_sub(listed) as usize;
            state.unreadable.extend(unreadable.iter().take(room).cloned());
            let progress = &mut state.progress;
            progress.accounting += counts;
            progress.position = mark.position;
            progress.end = progress.end.max(mark.position);
            progress.findings = state.fold.books.findings.len() as u64;
            applied
        });
        self.draft.add(applied);
        self.draft.refuse(unreadable);
        self.mark = mark;
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// How many new facts wait for a commit.
    pub(crate) fn facts(&self) -> usize {
        self.draft.facts()
    }

    /// Seals what was gathered, as of now.
    pub(crate) fn seal(&mut self) -> Commit {
        self.since = None;
        let (draft, mark) = (std::mem::take(&mut self.draft), self.mark);
        self.shared.read(|state| draft.seal(&state.fold, mark, state.progress.accounting))
    }
}

/// From how many records the new facts are: a correction gives two facts of one position.
fn records_of(applied: &Applied, corrections: u64) -> u64 {
    if corrections == 0 {
        return applied.new.len() as u64;
    }
    let mut positions: Vec<u64> = applied.new.iter().map(|(_, fact)| fact.position).collect();
    positions.sort_unstable();
    positions.dedup();
    positions.len() as u64
}
