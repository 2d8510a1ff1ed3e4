//! What is found about voids, corrections and rivals, and about what is one too many.

use hashbrown::{HashMap, HashSet};

use crate::fact::{Fact, Key, What};
use crate::finding::{Finding, Reason};
use crate::posting::Ledger;
use crate::timeline::Timeline;

/// Findings about voids and rivals, which no single step sees, and about what is one too many.
pub(crate) fn tangles(timeline: &Timeline, ledger: &mut impl Ledger) {
    let verdict = timeline.verdict();
    let (mut counted, mut leading) = (HashSet::new(), HashMap::new());
    for fact in timeline.facts() {
        if verdict.stands(fact) {
            counted.insert(fact.key);
            if verdict.is_beyond(fact) {
                ledger.find(about(Reason::SubjectFull, fact, None));
            }
        }
        if verdict.leads(fact) {
            leading.insert(fact.key, Target::of(fact));
        }
        if verdict.loses(fact) {
            ledger.find(about(Reason::Rival, fact, None));
        }
    }
    // The last correction of each fact so far.
    let mut corrected = HashMap::new();
    for fact in timeline.facts() {
        let What::Voided { of } = fact.what else { continue };
        if !verdict.wins(fact) {
            continue;
        }
        let target = leading.get(&of).copied().unwrap_or(Target::Nothing);
        if let Some(reason) = target.found_by_a_void() {
            ledger.find(about(reason, fact, Some(of)));
        }
        if counted.contains(&fact.key.replacement())
            && let Some(before) = corrected.insert(of, fact.key)
        {
            ledger.find(about(Reason::CorrectedTwice, fact, Some(before)));
        }
    }
}

/// What is found about a fact.
pub(crate) fn about(reason: Reason, fact: &Fact, other: Option<Key>) -> Finding {
    let Fact { at, on, key, .. } = *fact;
    Finding { reason, at, on, fact: key, other }
}

/// What a void names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Target {
    /// No fact of the same subject that leads under its key.
    #[default]
    Nothing,
    Void,
    Closing,
    /// What can be void.
    Other,
}

impl Target {
    pub(crate) fn of(fact: &Fact) -> Target {
        match fact.what {
            What::Voided { .. } => Target::Void,
            What::Closing(_) => Target::Closing,
            What::Registered(_)
            | What::MovedIn(_)
            | What::Classified { .. }
            | What::Resized { .. }
            | What::MovedWithin { .. }
            | What::MovedOut
            | What::Dissolved
            | What::Event(_)
            | What::Stated(_)
            | What::ListOpened => Target::Other,
        }
    }

    /// What is found about a void that names it.
    pub(crate) fn found_by_a_void(self) -> Option<Reason> {
        match self {
            Target::Nothing => Some(Reason::VoidsNothing),
            Target::Void => Some(Reason::VoidsAVoid),
            Target::Closing => Some(Reason::VoidsAClosing),
            Target::Other => None,
        }
    }
}
