//! Which subjects have facts at which place, or facts that count there: whoever asks about one
//! district need not walk along the timelines of the whole country.

use crate::atlas::Place;
use crate::fact::Subject;

/// Subjects by place, each once, in no order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whereabouts(Vec<Vec<Subject>>);

impl Whereabouts {
    /// Notes where a subject's first fact at a place is.
    pub(crate) fn note(&mut self, subject: Subject, place: Place) {
        let at = usize::from(place.0);
        if self.0.len() <= at {
            self.0.resize_with(at + 1, Vec::new);
        }
        self.0[at].push(subject);
    }

    /// The subjects with facts at any of these places, in order, each once.
    pub(crate) fn of(&self, places: impl IntoIterator<Item = Place>) -> Vec<Subject> {
        let at = |Place(place)| self.0.get(usize::from(place)).into_iter().flatten();
        let mut subjects: Vec<Subject> = places.into_iter().flat_map(at).copied().collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }

    /// The bytes it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        let of_places: usize = self.0.iter().map(Vec::capacity).sum();
        of_places * size_of::<Subject>() + self.0.capacity() * size_of::<Vec<Subject>>()
    }
}
