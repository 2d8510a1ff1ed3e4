//! What is found about a fact by itself, whatever else there is. The importers refuse such facts; a
//! journal may have them from before, or from whoever publishes past the importers.

use crate::atlas::Level;
use crate::codes::{Code as _, CountedIn};
use crate::fact::{Event, Fact, What};
use crate::finding::Reason;
use crate::household::Turn;
use crate::posting::Ledger;

/// Whether the fact is held for what it tells, which is found then.
pub(crate) fn held<L: Ledger>(turn: &mut Turn<'_, L>) -> bool {
    let reason = if turn.plan.bounds.passed_by(turn.fact).is_some() {
        Reason::BeyondBound
    } else if contradicts_itself(turn) {
        Reason::Contradiction
    } else {
        return false;
    };
    turn.find(reason);
    true
}

/// Whether two of its fields cannot both be true.
fn contradicts_itself<L: Ledger>(turn: &Turn<'_, L>) -> bool {
    let Turn { atlas, fact: Fact { at, what, .. }, .. } = turn;
    match what {
        // The one household that it is about; money that comes from where it goes.
        What::Event(event) => {
            let own = atlas.unit_of(*at);
            event.single && event.households != 1 || event.giver == Some(own)
        }
        // Households are on the list of a commune.
        What::ListOpened => atlas.record(atlas.unit_of(*at)).level != Level::Commune,
        What::Registered(_)
        | What::MovedIn(_)
        | What::Classified { .. }
        | What::Resized { .. }
        | What::MovedWithin { .. }
        | What::MovedOut
        | What::Dissolved
        | What::Stated(_)
        | What::Closing(_)
        | What::Voided { .. } => false,
    }
}

/// Whether it was for so many households and does not tell how many: then none are counted.
pub(crate) fn lacks_households(event: &Event) -> bool {
    let in_households = |at: usize| event.attributes[at] == CountedIn::Household.index();
    event.households == 0 && event.kind.counted_in_attribute().is_some_and(in_households)
}
