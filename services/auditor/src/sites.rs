//! Where the figures of a unit are counted.

use std::collections::HashSet;

use domain::atlas::{Atlas, Place, Unit};
use domain::posting::Site;
use domain::timeline::Timeline;

/// The sites of a unit: its places, and what counts in it only.
pub(crate) struct Sites {
    only: Site,
    places: HashSet<Place>,
}

impl Sites {
    pub(crate) fn of(atlas: &Atlas, unit: Unit) -> Sites {
        let places = atlas.places(unit).iter().copied().collect();
        Sites { only: Site::only(unit), places }
    }

    pub(crate) fn has(&self, site: Site) -> bool {
        match site.which() {
            Ok(place) => self.places.contains(&place),
            Err(_) => site == self.only,
        }
    }

    /// Whether a timeline can count here: nothing counts but where one of its facts happened.
    pub(crate) fn meets(&self, timeline: &Timeline) -> bool {
        timeline.facts().iter().any(|fact| self.places.contains(&fact.at))
    }
}
