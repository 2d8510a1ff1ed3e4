//! One fact as the rules see it: a key, a subject, a day, a place, and what happened.

use serde::{Deserialize, Serialize};

use crate::atlas::{Place, Unit};
use crate::closing::Closing;
use crate::codes::{
    ActivityKind, Attribute, Authority, Cause, Class, Code, Confirmation, Construction, Fund,
    Group, Nature, Occasion, Organiser, Programme, Project, Purpose, Qualifier, Sponsor, Standing,
    SupportKind, Topic, Trait,
};
use crate::time::{Day, Period};

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
    /// A hash of its exact bytes: tells a duplicate (same key, same content) from a rival (same
    /// key, other content), and chooses among rivals, the smallest winning.
    pub content: u64,
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

/// Most attributes an event has.
pub const ATTRIBUTES_MAX: usize = 6;

/// Something that is counted.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Which kind of event.
    pub kind: EventKind,
    /// The codes of the kind's attributes, in the order of [`EventKind::attributes`].
    pub attributes: [u8; ATTRIBUTES_MAX],
    /// Whether the subject is one household: only then can households be told apart.
    pub single: bool,
    /// Households reached; 1 when `single`.
    pub households: u32,
    /// Persons reached; 0 when not told.
    pub persons: u32,
    /// Quantity in what the fact counts in, or how many there were.
    pub quantity: u32,
    /// Which house of the household: a hash of the house's own name; 0 for other kinds.
    pub work: u32,
    /// Money in đồng.
    pub amount: i64,
}

/// The kinds of counted events.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum EventKind {
    ExitRegistered,
    HouseStarted,
    HouseCompleted,
    LoanDisbursed,
    SupportDelivered,
    ActivityHeld,
    FundsAllocated,
    FundsDisbursed,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [EventKind; 8] = [
        EventKind::ExitRegistered,
        EventKind::HouseStarted,
        EventKind::HouseCompleted,
        EventKind::LoanDisbursed,
        EventKind::SupportDelivered,
        EventKind::ActivityHeld,
        EventKind::FundsAllocated,
        EventKind::FundsDisbursed,
    ];

    /// The kind's name as the catalogue writes it.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::ExitRegistered => "household.registered_to_exit",
            EventKind::HouseStarted => "house.started",
            EventKind::HouseCompleted => "house.completed",
            EventKind::LoanDisbursed => "loan.disbursed",
            EventKind::SupportDelivered => "support.delivered",
            EventKind::ActivityHeld => "activity.held",
            EventKind::FundsAllocated => "funds.allocated",
            EventKind::FundsDisbursed => "funds.disbursed",
        }
    }

    /// Which of its attributes is the class of the household at the time, if any.
    pub(crate) fn class_attribute(self) -> Option<usize> {
        match self {
            EventKind::HouseStarted | EventKind::HouseCompleted => Some(2),
            EventKind::LoanDisbursed => Some(0),
            EventKind::ExitRegistered
            | EventKind::SupportDelivered
            | EventKind::ActivityHeld
            | EventKind::FundsAllocated
            | EventKind::FundsDisbursed => None,
        }
    }

    /// The attributes that an event of this kind carries, in stored order.
    pub fn attributes(self) -> &'static [Attribute] {
        const EXIT: &[Attribute] = &[Attribute::of::<Sponsor>()];
        const HOUSE: &[Attribute] = &[
            Attribute::of::<Construction>(),
            Attribute::of::<Fund>(),
            Attribute::of::<Class>(),
            Attribute::of::<Organiser>(),
        ];
        const LOAN: &[Attribute] =
            &[Attribute::of::<Class>(), Attribute::of::<Programme>(), Attribute::of::<Purpose>()];
        const SUPPORT: &[Attribute] = &[
            Attribute::of::<SupportKind>(),
            Attribute::of::<Group>(),
            Attribute::of::<Organiser>(),
            Attribute::of::<Fund>(),
            Attribute::of::<Occasion>(),
            Attribute::of::<crate::codes::CountedIn>(),
        ];
        const ACTIVITY: &[Attribute] = &[
            Attribute::of::<ActivityKind>(),
            Attribute::of::<Topic>(),
            Attribute::of::<Organiser>(),
        ];
        const FUNDS: &[Attribute] =
            &[Attribute::of::<Project>(), Attribute::of::<Fund>(), Attribute::of::<Nature>()];
        match self {
            EventKind::ExitRegistered => EXIT,
            EventKind::HouseStarted | EventKind::HouseCompleted => HOUSE,
            EventKind::LoanDisbursed => LOAN,
            EventKind::SupportDelivered => SUPPORT,
            EventKind::ActivityHeld => ACTIVITY,
            EventKind::FundsAllocated | EventKind::FundsDisbursed => FUNDS,
        }
    }
}

/// A figure that a unit states of itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Stated {
    /// The indicator of the catalogue.
    pub indicator: Box<str>,
    /// Which kind of statement.
    pub kind: StatedKind,
    /// The period it is about; none for a census, which holds from the fact's day on.
    pub period: Option<Period>,
    /// The value, exact in decimals.
    pub value: Decimal,
    /// What the words around the number say of it.
    pub qualifier: Qualifier,
    /// How far it has been confirmed.
    pub level: Confirmation,
    /// Who decided it, for a target.
    pub set_by: Option<Authority>,
    /// The number of the decision or the name of the source; may be empty.
    pub reference: Box<str>,
}

/// The kinds of statement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum StatedKind {
    Census,
    Target,
    External,
}

impl StatedKind {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            StatedKind::Census => "census",
            StatedKind::Target => "target",
            StatedKind::External => "external",
        }
    }
}

/// A decimal number as written: 3,0 is not 3.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Decimal {
    /// All digits as one integer.
    pub digits: i64,
    /// How many of them are behind the comma; at most [`Decimal::PLACES_MAX`].
    pub places: u8,
}

impl Decimal {
    /// Most digits behind the comma.
    pub const PLACES_MAX: u8 = 6;

    /// A whole number.
    pub fn whole(value: i64) -> Decimal {
        Decimal { digits: value, places: 0 }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = 10i64.pow(u32::from(self.places));
        let sign = if self.digits < 0 { "-" } else { "" };
        let (whole, part) =
            (self.digits.unsigned_abs() / one as u64, self.digits.unsigned_abs() % one as u64);
        match self.places {
            0 => write!(f, "{sign}{whole}"),
            places => write!(f, "{sign}{whole}.{part:0width$}", width = usize::from(places)),
        }
    }
}

impl std::str::FromStr for Decimal {
    type Err = crate::time::Unreadable;

    fn from_str(text: &str) -> Result<Decimal, Self::Err> {
        let read = || {
            let (negative, digits) =
                text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
            let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
            let plain = |s: &str| s.bytes().all(|c| c.is_ascii_digit());
            let fits = !whole.is_empty()
                && whole.len() <= 15
                && part.len() <= usize::from(Self::PLACES_MAX);
            if !fits || !plain(whole) || !plain(part) || digits.ends_with('.') {
                return None;
            }
            let one = 10i64.checked_pow(part.len() as u32)?;
            let digits = whole
                .parse::<i64>()
                .ok()?
                .checked_mul(one)?
                .checked_add(if part.is_empty() { 0 } else { part.parse().ok()? })?;
            Some(Decimal {
                digits: if negative { -digits } else { digits },
                places: part.len() as u8,
            })
        };
        read().ok_or_else(|| {
            crate::time::Unreadable(format!(
                "\"{text}\" is not a decimal number; write for example \"3.68\", at most 15 digits before and 6 behind the point"
            ))
        })
    }
}

impl Fact {
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
            What::Event(_) | What::Stated(_) | What::Closing(_) | What::Voided { .. } => false,
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
            What::Stated(_) => 20,
            What::MovedOut => 21,
            What::Dissolved => 22,
            What::Voided { .. } => 23,
            What::Closing(_) => 24,
        }
    }

    /// The order of a timeline: day, precedence of the type, the source's sequence, key, content.
    pub fn order(&self) -> (Day, u8, u32, Key, u64) {
        (self.on, self.precedence(), self.sequence, self.key, self.content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_where_it_is_said_to_be() {
        for kind in EventKind::ALL {
            let found = kind.attributes().iter().position(|a| a.name == Class::ATTRIBUTE);
            assert_eq!(kind.class_attribute(), found, "{}", kind.name());
        }
    }
}
