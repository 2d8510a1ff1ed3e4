//! The day on which each place was first heard of: what is known of a unit may change with it,
//! where no sum does.

use domain::atlas::Place;
use domain::figures::Reader;
use domain::fold::Fold;
use domain::posting::{Posting, Slot};
use domain::time::Day;
use hashbrown::HashMap;

/// By place, the first day of its list of households, and of anything at all.
#[derive(Clone, Debug)]
pub(crate) struct Openings {
    first: HashMap<Place, Firsts>,
    /// Whether it has seen every record there ever was: then what it does not have never was.
    is_whole: bool,
}

/// First days; none where there was nothing yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Firsts {
    listed: Option<Day>,
    reported: Option<Day>,
}

impl Openings {
    pub(crate) fn new(is_whole: bool) -> Openings {
        Openings { first: HashMap::new(), is_whole }
    }

    /// The places of which one record changed a first day, with the first day on which something
    /// is otherwise for it. `fold` must have the record.
    pub(crate) fn see<'a>(
        &mut self,
        fold: &Fold,
        postings: impl Iterator<Item = &'a Posting>,
    ) -> Vec<(Place, Day)> {
        let reader = Reader::from(fold);
        let mut posted: Vec<(Place, Slot)> = postings
            .filter(|one| fold.rules.plan.is_dated(one.column))
            .filter_map(|one| Some((one.site.which().ok()?, one.slot)))
            .collect();
        posted.sort_unstable();
        posted.dedup_by_key(|(place, _)| *place);
        let changed = |(place, slot): (Place, Slot)| {
            let known = self.first.get(&place).copied();
            let before = known.or(self.is_whole.then(Firsts::default));
            let stays = |before: &Firsts| before.stay(&reader, place, Day(slot.0));
            if before.as_ref().is_some_and(stays) {
                return None;
            }
            let (listed, reported) = (reader.first_listed(place), reader.first_reported(place));
            let now = Firsts { listed, reported };
            self.first.insert(place, now);
            (before != Some(now)).then_some((place, Day(slot.0)))
        };
        posted.into_iter().filter_map(changed).collect()
    }
}

impl Firsts {
    /// Whether they are what they were, after something happened to the cells of a place from a
    /// day on: nothing on a later day is a first one, nor is there another as long as it stands.
    fn stay(self, reader: &Reader<'_>, place: Place, from: Day) -> bool {
        let listed = self
            .listed
            .is_some_and(|first| first < from || first == from && reader.is_listed(place, first));
        let reported = self
            .reported
            .is_some_and(|first| first < from || first == from && reader.is_reported(place, first));
        listed && reported
    }
}
