//! Something that is counted, and the attributes that each kind of it has.

use serde::{Deserialize, Serialize};

use crate::atlas::Unit;
use crate::codes::{
    ActivityKind, Attribute, Class, Construction, CountedIn, Fund, Group, Nature, Occasion,
    Organiser, Programme, Project, Purpose, Sponsor, SupportKind, Topic,
};

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
    /// Of money allotted, the unit that hands it on; of money taken back, the unit that has it
    /// again. None where it comes from outside, or leaves, and for all other kinds.
    pub giver: Option<Unit>,
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
    FundsWithdrawn,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [EventKind; 9] = [
        EventKind::ExitRegistered,
        EventKind::HouseStarted,
        EventKind::HouseCompleted,
        EventKind::LoanDisbursed,
        EventKind::SupportDelivered,
        EventKind::ActivityHeld,
        EventKind::FundsAllocated,
        EventKind::FundsDisbursed,
        EventKind::FundsWithdrawn,
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
            EventKind::FundsWithdrawn => "funds.withdrawn",
        }
    }

    /// Whether a house is finished by it, or started; none if it is about no house.
    pub(crate) fn of_house(self) -> Option<bool> {
        match self {
            EventKind::HouseStarted => Some(false),
            EventKind::HouseCompleted => Some(true),
            EventKind::ExitRegistered
            | EventKind::LoanDisbursed
            | EventKind::SupportDelivered
            | EventKind::ActivityHeld
            | EventKind::FundsAllocated
            | EventKind::FundsDisbursed
            | EventKind::FundsWithdrawn => None,
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
            | EventKind::FundsDisbursed
            | EventKind::FundsWithdrawn => None,
        }
    }

    /// Which of its attributes is what it is counted in, if any.
    pub(crate) fn counted_in_attribute(self) -> Option<usize> {
        match self {
            EventKind::SupportDelivered => Some(5),
            EventKind::ExitRegistered
            | EventKind::HouseStarted
            | EventKind::HouseCompleted
            | EventKind::LoanDisbursed
            | EventKind::ActivityHeld
            | EventKind::FundsAllocated
            | EventKind::FundsDisbursed
            | EventKind::FundsWithdrawn => None,
        }
    }

    /// Whether its money may come from another unit, or go back to one.
    pub fn has_giver(self) -> bool {
        matches!(self, EventKind::FundsAllocated | EventKind::FundsWithdrawn)
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
            Attribute::of::<CountedIn>(),
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
            EventKind::FundsAllocated | EventKind::FundsDisbursed | EventKind::FundsWithdrawn => {
                FUNDS
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Code as _;

    #[test]
    fn the_class_is_where_it_is_said_to_be() {
        for kind in EventKind::ALL {
            let found = kind.attributes().iter().position(|a| a.name == Class::ATTRIBUTE);
            assert_eq!(kind.class_attribute(), found, "{}", kind.name());
        }
    }

    #[test]
    fn what_it_is_counted_in_is_where_it_is_said_to_be() {
        for kind in EventKind::ALL {
            let is_it = |a: &Attribute| a.name == CountedIn::ATTRIBUTE;
            let found = kind.attributes().iter().position(is_it);
            assert_eq!(kind.counted_in_attribute(), found, "{}", kind.name());
        }
    }
}
