//! What the fold noticed, each with a named reason: noted and counted as declared, or held and
//! not counted until someone resolves it. Never silent.

use serde::{Deserialize, Serialize};

use crate::atlas::Place;
use crate::fact::Key;
use crate::time::Day;

/// One thing that the fold noticed about one fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// Why.
    pub reason: Reason,
    /// Where the fact happened.
    pub at: Place,
    /// When the fact happened.
    pub on: Day,
    /// The fact.
    pub fact: Key,
    /// The other fact it collides with, where there is one.
    pub other: Option<Key>,
}

impl Finding {
    /// The finding's line in the canonical listing: fields in order, separated by tabs.
    pub fn line(&self) -> String {
        let Finding { reason, at, on, fact: Key([high, low]), other } = self;
        let other =
            other.map_or_else(String::new, |Key([high, low])| format!("{high:016x}{low:016x}"));
        format!("{}\t{}\t{on}\t{high:016x}{low:016x}\t{other}\n", reason.code(), at.0)
    }
}

/// Whether the fact behind a finding is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Treatment {
    /// Counted as declared.
    Noted,
    /// Not counted until resolved.
    Held,
}

/// Why the fold noticed something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Reason {
    /// A classification of a household that no record opened: it enters where it is said to have
    /// stood.
    ImpliedOpening,
    /// An exit from poverty by a household that was not poor by the record.
    ExitNotPoor,
    /// An exit that the record already has.
    RepeatedExit,
    /// A classification into a class in which the household already is.
    AlreadyInClass,
    /// The declared former standing is not the one of the record.
    DeclaredOtherwise,
    /// The household is in the record already.
    AlreadyRegistered,
    /// A change of a household that is not in the record.
    UnknownHousehold,
    /// A change of a household that has left or ended.
    AfterDeparture,
    /// A support, loan or house for a household that has left or ended.
    DeliveredAfterDeparture,
    /// The fact happened in a unit where the household does not live.
    ElsewhereThanHome,
    /// A move to the unit in which the household already lives.
    MovedNowhere,
    /// The class declared for a loan or house is contradicted by the record.
    ClassContradicted,
    /// A house finished that was never started.
    CompletedNotStarted,
    /// A house started twice.
    StartedTwice,
    /// A house finished twice.
    CompletedTwice,
    /// Another content under the same source and id won.
    Rival,
    /// A void or correction names a fact that is not there.
    VoidsNothing,
    /// A void that names a void.
    VoidsAVoid,
    /// Two corrections of one fact: both contents count.
    CorrectedTwice,
    /// A statement about an indicator that the catalogue does not have.
    UnknownIndicator,
    /// A void of a closing, which stays: reopen the period.
    VoidsAClosing,
    /// A period closed before it was over.
    PeriodNotOver,
    /// A closing that no authority, or none that stands above the unit, decided.
    NoAuthority,
    /// A period closed twice at one level without a reopening in between.
    ClosedAlready,
    /// A period closed at a level below one at which it is closed.
    ClosedHigher,
    /// A period reopened or published that is not closed.
    NotClosed,
    /// Its subject has more facts than any household has: it counts when others are void.
    SubjectFull,
    /// A number beyond what any fact of its type can tell.
    BeyondBound,
    /// Two fields that cannot both be true.
    Contradiction,
    /// A delivery counted in households that does not tell how many: none are counted.
    HouseholdsNotTold,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 30] = [
        Reason::ImpliedOpening,
        Reason::ExitNotPoor,
        Reason::RepeatedExit,
        Reason::AlreadyInClass,
        Reason::DeclaredOtherwise,
        Reason::AlreadyRegistered,
        Reason::UnknownHousehold,
        Reason::AfterDeparture,
        Reason::DeliveredAfterDeparture,
        Reason::ElsewhereThanHome,
        Reason::MovedNowhere,
        Reason::ClassContradicted,
        Reason::CompletedNotStarted,
        Reason::StartedTwice,
        Reason::CompletedTwice,
        Reason::Rival,
        Reason::VoidsNothing,
        Reason::VoidsAVoid,
        Reason::CorrectedTwice,
        Reason::UnknownIndicator,
        Reason::VoidsAClosing,
        Reason::PeriodNotOver,
        Reason::NoAuthority,
        Reason::ClosedAlready,
        Reason::ClosedHigher,
        Reason::NotClosed,
        Reason::SubjectFull,
        Reason::BeyondBound,
        Reason::Contradiction,
        Reason::HouseholdsNotTold,
    ];

    /// The stable name of the reason.
    pub fn code(self) -> &'static str {
        match self {
            Reason::ImpliedOpening => "implied_opening",
            Reason::ExitNotPoor => "exit_not_poor",
            Reason::RepeatedExit => "repeated_exit",
            Reason::AlreadyInClass => "already_in_class",
            Reason::DeclaredOtherwise => "declared_otherwise",
            Reason::AlreadyRegistered => "already_registered",
            Reason::UnknownHousehold => "unknown_household",
            Reason::AfterDeparture => "after_departure",
            Reason::DeliveredAfterDeparture => "delivered_after_departure",
            Reason::ElsewhereThanHome => "elsewhere_than_home",
            Reason::MovedNowhere => "moved_nowhere",
            Reason::ClassContradicted => "class_contradicted",
            Reason::CompletedNotStarted => "completed_not_started",
            Reason::StartedTwice => "started_twice",
            Reason::CompletedTwice => "completed_twice",
            Reason::Rival => "rival",
            Reason::VoidsNothing => "voids_nothing",
            Reason::VoidsAVoid => "voids_a_void",
            Reason::CorrectedTwice => "corrected_twice",
            Reason::UnknownIndicator => "unknown_indicator",
            Reason::VoidsAClosing => "voids_a_closing",
            Reason::PeriodNotOver => "period_not_over",
            Reason::NoAuthority => "no_authority",
            Reason::ClosedAlready => "closed_already",
            Reason::ClosedHigher => "closed_higher",
            Reason::NotClosed => "not_closed",
            Reason::SubjectFull => "subject_full",
            Reason::BeyondBound => "beyond_bound",
            Reason::Contradiction => "contradiction",
            Reason::HouseholdsNotTold => "households_not_told",
        }
    }

    /// Whether the fact is counted.
    pub fn treatment(self) -> Treatment {
        match self {
            Reason::ImpliedOpening
            | Reason::ExitNotPoor
            | Reason::DeclaredOtherwise
            | Reason::DeliveredAfterDeparture
            | Reason::ElsewhereThanHome
            | Reason::ClassContradicted
            | Reason::CompletedNotStarted
            | Reason::VoidsNothing
            | Reason::CorrectedTwice
            | Reason::HouseholdsNotTold => Treatment::Noted,
            Reason::RepeatedExit
            | Reason::AlreadyInClass
            | Reason::AlreadyRegistered
            | Reason::UnknownHousehold
            | Reason::AfterDeparture
            | Reason::MovedNowhere
            | Reason::StartedTwice
            | Reason::CompletedTwice
            | Reason::Rival
            | Reason::VoidsAVoid
            | Reason::UnknownIndicator
            | Reason::VoidsAClosing
            | Reason::PeriodNotOver
            | Reason::NoAuthority
            | Reason::ClosedAlready
            | Reason::ClosedHigher
            | Reason::NotClosed
            | Reason::SubjectFull
            | Reason::BeyondBound
            | Reason::Contradiction => Treatment::Held,
        }
    }
}
