//! Group and fold: decoded records become changes of the fold, and of the next commit.

use std::sync::Arc;
use std::time::Instant;

use domain::fact::{Fact, Subject, What};
use domain::fold::Applied;
use proof::Hash;
use store::{Commit, Counts, Draft, Mark, UNREADABLE_MAX};

use crate::closings::Closings;
use crate::decode::Decoded;
use crate::shared::{Shared, State};
use crate::{Error, Result};

/// Folds, and gathers what the next commit needs. Moves to a blocking thread and back.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) shared: Shared,
    /// How far it is.
    pub(crate) mark: Mark,
    draft: Draft,
    closings: Option<Arc<dyn Closings>>,
    /// When the oldest record came that is not yet on its way to the store.
    pub(crate) since: Option<Instant>,
}

impl Folder {
    pub(crate) fn new(shared: Shared, mark: Mark, closings: Option<Arc<dyn Closings>>) -> Folder {
        Folder { shared, mark, draft: Draft::default(), closings, since: None }
    }

    /// Folds a run of records.
    pub(crate) fn fold(&mut self, decoded: Decoded) -> Result<()> {
        let Decoded { first, mark, facts, leaves, readable, unreadable, foreign } = decoded;
        if first != self.mark.position + 1 {
            let what = format!("position {first} follows {}", self.mark.position);
            return Err(Error::Diverged { what });
        }
        let of_block = mark.position + 1 - first;
        let (refused, corrections) = (unreadable.len() as u64, facts.len() as u64 - readable);
        let closings = self.closings.as_deref();
        let applied = self.shared.write(|state| {
            let applied = apply(state, Run { first, facts, leaves }, closings)?;
            let new = applied.iter().map(|one| records_of(one, corrections)).sum();
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
            Ok::<_, Error>(applied)
        })?;
        applied.into_iter().for_each(|one| self.draft.add(one));
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
        self.shared.read(|state| {
            let commit = draft.seal(&state.fold, mark, state.progress.accounting);
            commit.with_tree(state.tree.to_bytes())
        })
    }
}

/// Facts and leaves of records from a position on.
struct Run {
    first: u64,
    facts: Vec<(Subject, Fact)>,
    leaves: Vec<Hash>,
}

impl Run {
    /// Takes off what is up to a position.
    fn up_to(&mut self, position: u64) -> Run {
        let facts = self.facts.partition_point(|(_, fact)| fact.position <= position);
        let leaves = (position + 1 - self.first) as usize;
        let (rest, later) = (self.facts.split_off(facts), self.leaves.split_off(leaves));
        let facts = std::mem::replace(&mut self.facts, rest);
        let leaves = std::mem::replace(&mut self.leaves, later);
        let first = std::mem::replace(&mut self.first, position + 1);
        Run { first, facts, leaves }
    }
}

/// Applies a run; whoever keeps closings sees the state at each.
fn apply(state: &mut State, mut run: Run, keeper: Option<&dyn Closings>) -> Result<Vec<Applied>> {
    let is_closing = |fact: &Fact| matches!(fact.what, What::Closing(_));
    let closings: Vec<Fact> =
        run.facts.iter().map(|(_, fact)| fact).filter(|fact| is_closing(fact)).cloned().collect();
    let mut applied = Vec::with_capacity(closings.len() + 1);
    for closing in closings {
        applied.push(add(state, run.up_to(closing.position)));
        if let Some(keeper) = keeper {
            keeper.closed(&state.fold, &closing, &state.tree).map_err(Error::Closing)?;
        }
    }
    applied.push(add(state, run));
    Ok(applied)
}

fn add(state: &mut State, run: Run) -> Applied {
    run.leaves.into_iter().for_each(|leaf| state.tree.push(leaf));
    state.fold.apply(run.facts)
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
