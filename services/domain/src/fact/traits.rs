//! What is known of a household beside its standing: a set of traits.

use serde::{Deserialize, Serialize};

use crate::codes::{Code, Trait};

/// A set of [`Trait`]s.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Traits(u16);

impl Traits {
    /// Whether all of `others` are in the set.
    pub fn includes(self, others: Traits) -> bool {
        self.0 & others.0 == others.0
    }

    /// The traits in the set.
    pub fn iter(self) -> impl Iterator<Item = Trait> {
        Trait::ALL.iter().copied().filter(move |one| self.includes(Traits::from_iter([*one])))
    }
}

impl FromIterator<Trait> for Traits {
    fn from_iter<I: IntoIterator<Item = Trait>>(traits: I) -> Traits {
        Traits(traits.into_iter().fold(0, |set, one| set | 1 << one.index()))
    }
}
