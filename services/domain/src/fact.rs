//! One fact as the rules see it: a key, a subject, a day, a place, and what happened.

mod decimal;
mod event;
mod stated;
mod traits;

use serde::{Deserialize, Serialize};

use crate::atlas::{Place, Unit};
use crate::closing::Closing;
use crate::codes::{Cause, Standing};
use crate::time::Day;

pub use decimal::Decimal;
pub use event::{ATTRIBUTES_MAX, Event, EventKind};
pub use stated::{Stated, StatedKind};
pub use traits::Traits;

/// The identity of a fact: a 128-bit hash of (source, id).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Key(pub [u64; 2]);

impl Key {
    /// A correction is two facts, a void and a replacement: the void's key, from the fact's own.
    pub fn correcting_void(self) -> Key {
        Key([!self.0[0], self.0[1]])
    }

    /// The key of the replacement that belongs to a correction's void.
    pub fn replacement(self) -> Key {
        self.correcting_void()
    }
}

/// Whom a fact is about, the scope of interpretation: the hash of a household's subject, or the
/// key of a collective fact, which is its own subject.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Subject(pub Key);

/// One thing that happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Fact {
    /// Its identity.
    pub key: Key,
    /// 64 bits of the RFC 6962 leaf hash of its exact bytes: chooses among facts of one key, the
    /// smallest winning.
    pub content: u64,
    /// What the hash of its canonical form differs by from `content` (exclusive or): 0 for bytes
    /// in canonical form, which nearly all are. See [`Fact::meaning`].
    pub respelt: u64,
    /// Where it stands in the journal. Never part of a figure.
    pub position: u64,
    /// The source's own numbering, which orders what it did on one day; 0 when it has none.
    pub sequence: u32,
    /// The day it happened.
    pub on: Day,
    /// Where it happened.
    pub at: Place,
    /// What happened.
    pub what: What,
}

/// Where a fact stands in its timeline: see [`Fact::order`].
pub type Order = (Day, u8, u32, Key, u64);

/// What a fact says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum What {
    /// A household was there when the record began: opening stock.
    Registered(Entry),
    /// A household came from another province, with what was known of it there.
    MovedIn(Entry),
    /// A review or a new poverty standard decided where the household stands.
    Classified {
        /// Where it stood, as declared.
        from: Standing,
        /// Where it stands now.
        to: Standing,
        /// Review or standard.
        cause: Cause,
        /// Persons in the household now.
        persons: u16,
        /// What is known of it now; none leaves it as it was.
        traits: Option<Traits>,
    },
    /// The number of persons changed.
    Resized {
        /// Persons in the household now.
        persons: u16,
    },
    /// The household moved inside its province, from this unit to the fact's place.
    MovedWithin {
        /// Where it lived, as declared.
        from: Unit,
    },
    /// The household left for another province.
    MovedOut,
    /// The household is no more.
    Dissolved,
    /// Something that is counted: a loan, a house, a support, an activity, money.
    Event(Event),
    /// A unit states figures of itself: a census, a target, a value from outside.
    Stated(Box<[Stated]>),
    /// A unit closes, reopens or publishes its figures of a period.
    Closing(Box<Closing>),
    /// Another fact of the same subject never was.
    Voided {
        /// The fact that is withdrawn. It may come later than this one.
        of: Key,
    },
    /// A commune opened its list of households; nobody need be on it.
    ListOpened,
}

/// What is known of a household that enters the record.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Where it stands.
    pub standing: Standing,
    /// Persons in it.
    pub persons: u16,
    /// What else is known.
    pub traits: Traits,
    /// The day it rose out of poverty or near-poverty, when it stands above and once was poor.
    pub left_poverty: Option<Day>,
}

impl Fact {
    /// A hash of its canonical form: the same for whatever means the same, however it is spelt. It
    /// tells a rival (same key, other meaning) from a twin (same key and meaning, other bytes).
    pub fn meaning(&self) -> u64 {
        self.content ^ self.respelt
    }

    /// Whether it says what another says, in other bytes.
    pub(crate) fn is_twin_of(&self, other: &Fact) -> bool {
        self.key == other.key && self.content != other.content && self.meaning() == other.meaning()
    }

    /// The unit that money comes from or goes back to: it counts there, too.
    pub fn giver(&self) -> Option<Unit> {
        match &self.what {
            What::Event(event) => event.giver,
            _ => None,
        }
    }

    /// The places at which it counts: its own, and that of a giver elsewhere.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        let giver = self.giver().map(Place::from).filter(|giver| *giver != self.at);
        std::iter::once(self.at).chain(giver)
    }

    /// Whether it changes the record of a household, and so what is counted where that lives.
    pub fn changes_household(&self) -> bool {
        match self.what {
            What::Registered(_)
            | What::MovedIn(_)
            | What::Classified { .. }
            | What::Resized { .. }
            | What::MovedWithin { .. }
            | What::MovedOut
            | What::Dissolved => true,
            What::Event(_)
            | What::Stated(_)
            | What::Closing(_)
            | What::Voided { .. }
            | What::ListOpened => false,
        }
    }

    /// What comes first among facts of one day: the household's entry before its classification,
    /// its classification before what depends on it, its departure last.
    fn precedence(&self) -> u8 {
        match &self.what {
            What::Registered(_) => 0,
            What::MovedIn(_) => 1,
            What::Classified { .. } => 2,
            What::Resized { .. } => 3,
            What::MovedWithin { .. } => 4,
            What::Event(event) => 5 + event.kind as u8,
            What::ListOpened => 19,
            What::Stated(_) => 20,
            What::MovedOut => 21,
            What::Dissolved => 22,
            What::Voided { .. } => 23,
            What::Closing(_) => 24,
        }
    }

    /// The order of a timeline: day, precedence of the type, the source's sequence, key, content.
    pub fn order(&self) -> Order {
        (self.on, self.precedence(), self.sequence, self.key, self.content)
    }
}
