//! Where the figures of a unit are counted.

use domain::atlas::{Atlas, Place, Unit};
use domain::posting::Site;
use domain::timeline::Timeline;

/// A set of places. Every fact of a journal is asked whether it is in: an array, not a tree.
#[derive(Default)]
pub(crate) struct Places(Vec<bool>);

impl Places {
    pub(crate) fn add(&mut self, places: impl IntoIterator<Item = Place>) {
        for Place(place) in places {
            let at = usize::from(place);
            self.0.resize(self.0.len().max(at + 1), false);
            self.0[at] = true;
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = Place> {
        (0..).zip(&self.0).filter(|(_, has)| **has).map(|(place, _)| Place(place))
    }

    fn has(&self, place: Place) -> bool {
        self.0.get(usize::from(place.0)).is_some_and(|has| *has)
    }

    /// Whether a timeline can count here: nothing counts but where one of its facts happened.
    pub(crate) fn meet(&self, timeline: &Timeline) -> bool {
        timeline.facts().iter().any(|fact| self.has(fact.at))
    }
}

/// The sites of a unit: its places, and what counts in it only.
pub(crate) struct Sites {
    only: Site,
    places: Places,
}

impl Sites {
    /// See [`Places::all`].
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        self.places.all()
    }

    pub(crate) fn of(atlas: &Atlas, unit: Unit) -> Sites {
        let mut places = Places::default();
        places.add(atlas.places(unit).iter().copied());
        Sites { only: Site::only(unit), places }
    }

    pub(crate) fn has(&self, site: Site) -> bool {
        match site.which() {
            Ok(place) => self.places.has(place),
            Err(_) => site == self.only,
        }
    }

    /// See [`Places::meet`].
    pub(crate) fn meets(&self, timeline: &Timeline) -> bool {
        self.places.meet(timeline)
    }
}
