//! Whether what a fact changes is in its sender's care, beyond the unit that it says itself.
//!
//! A void takes away what happened elsewhere, another content under a key may replace it, and a
//! change of a household's record counts where the household lives. All three can only be told
//! once everything before is folded.

use access::Who;
use domain::atlas::Place;
use domain::fact::{Key, Subject, What};
use domain::time::Day;
use proto::gazetteer::Gazetteer;
use proto::meaning::Meaning;

use crate::ledger::{Asked, Ledger};
use crate::outcome::Refusal;

/// What a fact changes, that may have happened or live elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Touched {
    /// The fact it voids or corrects.
    voids: Option<Key>,
    /// The day on which it changes the record of its household.
    household: Option<Day>,
}

impl Touched {
    pub(crate) fn by(meaning: &Meaning) -> Touched {
        let voids = meaning.facts.iter().find_map(|fact| match fact.what {
            What::Voided { of } => Some(of),
            _ => None,
        });
        let changes = meaning.facts.iter().find(|fact| fact.changes_household());
        Touched { voids, household: changes.map(|fact| fact.on) }
    }

    /// Whether it voids or corrects a fact that is there, but about another subject: it would not
    /// reach it.
    pub(crate) fn misses(self, subject: Subject, ledger: &dyn Ledger) -> bool {
        self.voids.is_some_and(|of| {
            ledger.place_of(subject, of).is_none() && !ledger.places_of(of).is_empty()
        })
    }

    /// Whether what it changes depends on facts before it.
    pub(crate) fn depends(self) -> bool {
        self != Touched::default()
    }
}

/// Why a fact is refused, if it is. `taken` is the position of the fact that has its key with another
/// content; `sent` tells which facts come in the same run of the same
/// sender, who was allowed to write them.
pub(crate) fn refused(
    who: &Who,
    ledger: &dyn Ledger,
    asked: &Asked,
    taken: Option<u64>,
    touched: Touched,
    sent: impl Fn(Key) -> bool,
) -> Option<Refusal> {
    let atlas = &Gazetteer::embedded().atlas;
    let may = |place: &Place| who.may_write_at(atlas, *place);
    let subject = asked.subject;
    let voided = touched.voids.map(|of| (of, ledger.place_of(subject, of)));
    if touched.misses(asked.subject, ledger) {
        return Some(Refusal::OtherSubject);
    }
    if let Some((of, None)) = voided
        && !sent(of)
    {
        // Whoever could void what is not there yet could void what others will write.
        return Some(Refusal::NotThere);
    }
    let giver = touched.voids.and_then(|of| ledger.giver_of(subject, of));
    let mut voided = voided.and_then(|(_, place)| place).into_iter().chain(giver);
    if !voided.all(|place| may(&place)) {
        return Some(Refusal::NotAllowed);
    }
    // What takes another's place, or is taken for its rival, is for those who may write there.
    if let Some(position) = taken
        && !ledger.places_of(asked.key).iter().all(may)
    {
        return Some(Refusal::IdTaken(position));
    }
    let home = touched.household.and_then(|on| ledger.home(subject, on));
    (!home.iter().all(may)).then_some(Refusal::LivesElsewhere)
}
