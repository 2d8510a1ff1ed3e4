//! What the gateway asks of the fold in the same process.

use domain::atlas::Place;
use domain::fact::{Fact, Key, Subject};
use domain::time::Day;
use gateway::{Asked, Known, Ledger, Waiting};
use projector::Handle;

/// What the fold knows of facts.
pub(super) struct Folded(pub(super) Handle);

impl Ledger for Folded {
    fn known(&self, asked: &[Asked]) -> Vec<Known> {
        self.0.read(|fold, _| {
            let one = |asked: &Asked| {
                let mut known = Known::Not;
                // Whomever it is about there: a key is one fact.
                for (_, fact) in fold.named(asked.key) {
                    if fact.meaning() == asked.meaning {
                        return Known::Same(fact.position);
                    }
                    known = match known {
                        Known::Rival(first) => Known::Rival(first.min(fact.position)),
                        Known::Not | Known::Same(_) => Known::Rival(fact.position),
                    };
                }
                known
            };
            asked.iter().map(one).collect()
        })
    }

    fn place_of(&self, subject: Subject, key: Key) -> Option<Place> {
        self.0.read(|fold, _| Some(fold.fact(subject, key)?.at))
    }

    fn giver_of(&self, subject: Subject, key: Key) -> Option<Place> {
        self.0.read(|fold, _| fold.fact(subject, key)?.giver().map(Place::from))
    }

    fn places_of(&self, key: Key) -> Vec<Place> {
        let counts = |(_, fact): (_, &Fact)| [Some(fact.at), fact.giver().map(Place::from)];
        self.0.read(|fold, _| fold.named(key).flat_map(counts).flatten().collect())
    }

    fn home(&self, subject: Subject, on: Day) -> Option<Place> {
        self.0.read(|fold, _| fold.home(subject, on))
    }

    fn folded(&self, position: u64) -> Waiting<'_> {
        Box::pin(async move { self.0.folded(position).await.is_some() })
    }

    fn position(&self) -> u64 {
        self.0.progress().position
    }
}
