//! Group and fold: decoded records become changes of the fold, and of the next commit.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use domain::fact::{Fact, Subject, What};
use domain::fold::{Applied, Fold};
use milestones::{By, Notice, Seen, Watch};
use proof::Hash;
use proto::instant::day_of_millis;
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
        let Decoded { first, mark, facts, received_ms, leaves, readable, unreadable, foreign } =
            decoded;
        if first != self.mark.position + 1 {
            let what = format!("position {first} follows {}", self.mark.position);
            return Err(Error::Diverged { what });
        }
        let of_block = mark.position + 1 - first;
        let (refused, corrections) = (unreadable.len() as u64, facts.len() as u64 - readable);
        let closings = self.closings.as_deref();
        let run = Run { first, facts, received_ms, leaves };
        let (applied, notices) = self.shared.write(|state| {
            let (applied, notices) = apply(state, run, closings)?;
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
            Ok::<_, Error>((applied, notices))
        })?;
        for one in &unreadable {
            // Nothing that was appended is passed by in silence.
            tracing::warn!(position = one.position, reason = one.reason, "a record is no fact");
        }
        self.draft.tell(notices.iter().map(Notice::pack));
        applied.into_iter().for_each(|one| self.draft.add(one));
        self.draft.refuse(unreadable);
        self.mark = mark;
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// How many new facts and notices wait for a commit.
    pub(crate) fn waiting(&self) -> usize {
        self.draft.waiting()
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

/// Facts, receive times and leaves of records from a position on.
struct Run {
    first: u64,
    facts: Vec<(Subject, Fact)>,
    received_ms: Vec<i64>,
    leaves: Vec<Hash>,
}

impl Run {
    /// Takes off what is up to a position.
    fn up_to(&mut self, position: u64) -> Run {
        let facts = self.facts.partition_point(|(_, fact)| fact.position <= position);
        let records = (position + 1 - self.first) as usize;
        let later = Run {
            first: position + 1,
            facts: self.facts.split_off(facts),
            received_ms: self.received_ms.split_off(records),
            leaves: self.leaves.split_off(records),
        };
        std::mem::replace(self, later)
    }
}

/// Applies a run; whoever keeps closings sees the state at each.
fn apply(
    state: &mut State,
    mut run: Run,
    keeper: Option<&dyn Closings>,
) -> Result<(Vec<Applied>, Vec<Notice>)> {
    let is_closing = |fact: &Fact| matches!(fact.what, What::Closing(_));
    let closings: Vec<Fact> =
        run.facts.iter().map(|(_, fact)| fact).filter(|fact| is_closing(fact)).cloned().collect();
    let (mut applied, mut notices) = (Vec::with_capacity(closings.len() + 1), Vec::new());
    for closing in closings {
        applied.push(add(state, run.up_to(closing.position), &mut notices));
        if let Some(keeper) = keeper {
            keeper.closed(&state.fold, &closing, &state.tree).map_err(Error::Closing)?;
        }
    }
    applied.push(add(state, run, &mut notices));
    Ok((applied, notices))
}

fn add(state: &mut State, run: Run, notices: &mut Vec<Notice>) -> Applied {
    let State { fold, watch, tree, .. } = state;
    run.leaves.iter().for_each(|leaf| tree.push(*leaf));
    match watch {
        None => fold.apply(run.facts),
        Some(watch) => add_watched(fold, watch, run, notices),
    }
}

/// The same record by record: a milestone is of the record that tips it, however records came.
fn add_watched(fold: &mut Fold, watch: &mut Watch, run: Run, notices: &mut Vec<Notice>) -> Applied {
    let mut all = Applied::default();
    let mut facts = run.facts.into_iter().peekable();
    while let Some((subject, fact)) = facts.next() {
        let (position, key) = (fact.position, fact.key);
        let closing = matches!(fact.what, What::Closing(_)).then(|| fact.clone());
        let mut record = vec![(subject, fact)];
        record.extend(facts.next_if(|(_, other)| other.position == position));
        let applied = fold.apply(record);
        let received_ms = run.received_ms[(position - run.first) as usize];
        let seen = Seen {
            by: By { position, received_ms, fact: key },
            received: day_of_millis(received_ms),
            changes: &applied.changes,
            closing: closing.as_ref(),
        };
        notices.extend(watch.see(fold, &seen));
        all.join(applied);
    }
    all
}

/// How many records say something new: a correction gives two facts of one position, and a twin says
/// again what was there.
fn records_of(applied: &Applied, corrections: u64) -> u64 {
    if corrections == 0 {
        return (applied.new.len() - applied.twins.len()) as u64;
    }
    let twins: HashSet<u64> = applied.twins.iter().copied().collect();
    let all = applied.new.iter().map(|(_, fact)| fact.position);
    let mut positions: Vec<u64> = all.filter(|position| !twins.contains(position)).collect();
    positions.sort_unstable();
    positions.dedup();
    positions.len() as u64
}
