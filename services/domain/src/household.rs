//! The household status machine: what a household's facts mean for stocks and movements.
//!
//! Source: Decree 07/2021 (standings), Circular 07/2021/TT-BLĐTBXH (the form "diễn biến hộ nghèo",
//! whose rows are [`MovementRow`]), Decision 24/2021/QĐ-TTg (reviews).

mod movement;
mod turn;

use crate::atlas::{Atlas, Place};
use crate::codes::{Cause, Class, Standing};
use crate::fact::{Entry, Fact, Traits, What};
use crate::finding::Reason;
use crate::plan::Plan;
use crate::posting::Ledger;
use crate::time::Day;

pub use movement::{Head, MOVEMENT_COLUMNS, MovementRow, movement_column};

/// Months after leaving poverty in which a household counts as newly escaped, and in which a
/// fall back is a relapse; the last day is included.
pub const ESCAPE_MONTHS: u32 = 36;

/// A household as its timeline tells it up to a fact.
#[derive(Clone, Debug, Default)]
pub struct Household {
    presence: Presence,
    works: Vec<Work>,
}

/// Whether a household is there, and how.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) enum Presence {
    #[default]
    Unknown,
    Living(Living),
    Departed,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Living {
    standing: Standing,
    persons: u16,
    traits: Traits,
    left_poverty: Option<Day>,
    home: Place,
}

#[derive(Clone, Copy, Debug)]
struct Work {
    id: u32,
    started: bool,
    completed: bool,
}

impl Presence {
    /// Whether what happens to the household counts the same in both: how many persons it has and
    /// what else is known of it does not matter to that. See [`Household::witness`].
    pub(crate) fn is_same_to_events(&self, other: &Presence) -> bool {
        let seen = |one: &Living| (one.standing, one.left_poverty, one.home);
        match (self, other) {
            (Presence::Living(one), Presence::Living(other)) => seen(one) == seen(other),
            (Presence::Living(_), Presence::Unknown | Presence::Departed)
            | (Presence::Unknown | Presence::Departed, _) => self == other,
        }
    }

    /// Where the household lives.
    pub(crate) fn home(&self) -> Option<Place> {
        match self {
            Presence::Living(living) => Some(living.home),
            Presence::Unknown | Presence::Departed => None,
        }
    }
}

impl Living {
    fn of(entry: &Entry, home: Place) -> Living {
        let left_poverty = entry.left_poverty.filter(|_| entry.standing == Standing::Above);
        let Entry { standing, persons, traits, .. } = *entry;
        Living { standing, persons, traits, left_poverty, home }
    }

    /// The first day on which the household no longer counts as newly escaped.
    fn escape_ends(&self) -> Option<Day> {
        self.left_poverty.map(|left| left.plus_months(ESCAPE_MONTHS).next())
    }

    fn newly_escaped(&self, on: Day) -> bool {
        self.standing == Standing::Above && self.escape_ends().is_some_and(|end| on < end)
    }

    fn heads(&self) -> [(Head, i64); 2] {
        [(Head::Households, 1), (Head::Persons, i64::from(self.persons))]
    }
}

/// The machine on one fact, with what it needs to post.
pub(crate) struct Turn<'a, L> {
    pub(crate) atlas: &'a Atlas,
    pub(crate) plan: &'a Plan,
    pub(crate) fact: &'a Fact,
    pub(crate) ledger: &'a mut L,
}

impl Household {
    /// One of which only this is known.
    pub(crate) fn known_as(presence: Presence) -> Household {
        Household { presence, works: Vec::new() }
    }

    /// Notes whether one of its houses was started and finished before.
    pub(crate) fn note_work(&mut self, id: u32, started: bool, completed: bool) {
        self.works.push(Work { id, started, completed });
    }

    /// Whether it is there, and how.
    pub(crate) fn presence(&self) -> Presence {
        self.presence
    }

    /// Whether the record has it, or had it.
    pub(crate) fn is_known(&self) -> bool {
        !matches!(self.presence, Presence::Unknown)
    }

    /// Where it lives.
    pub(crate) fn home(&self) -> Option<Place> {
        self.presence.home()
    }

    /// Takes one fact about the household itself; events go through [`Household::witness`].
    pub(crate) fn step<L: Ledger>(&mut self, turn: &mut Turn<'_, L>) {
        match &turn.fact.what {
            What::Registered(entry) => self.enter(turn, entry, MovementRow::Registered),
            What::MovedIn(entry) => self.enter(turn, entry, MovementRow::OtherIncrease),
            What::Classified { from, to, cause, persons, traits } => {
                self.classify(turn, *from, *to, *cause, *persons, *traits);
            }
            What::Resized { persons } => {
                let persons = *persons;
                self.change(turn, |living, turn| turn.resize(living, persons));
            }
            What::MovedWithin { from } => {
                let from = Place::from(*from);
                self.change(turn, |living, turn| turn.relocate(living, from));
            }
            What::MovedOut | What::Dissolved => self.depart(turn),
            What::Event(_)
            | What::Stated(_)
            | What::Closing(_)
            | What::Voided { .. }
            | What::ListOpened => {}
        }
    }

    fn enter<L: Ledger>(&mut self, turn: &mut Turn<'_, L>, entry: &Entry, row: MovementRow) {
        if let Presence::Living(_) = self.presence {
            return turn.find(Reason::AlreadyRegistered);
        }
        let living = Living::of(entry, turn.fact.at);
        turn.stock(&living, 1);
        turn.movement(row, &living, living.home, 1);
        self.presence = Presence::Living(living);
    }

    fn classify<L: Ledger>(
        &mut self,
        turn: &mut Turn<'_, L>,
        from: Standing,
        to: Standing,
        cause: Cause,
        persons: u16,
        traits: Option<Traits>,
    ) {
        let before = match self.presence {
            Presence::Departed => return turn.find(Reason::AfterDeparture),
            Presence::Living(living) => living,
            Presence::Unknown => {
                let traits = traits.unwrap_or_default();
                let entry = Entry { standing: from, persons, traits, left_poverty: None };
                let living = Living::of(&entry, turn.fact.at);
                turn.stock(&living, 1);
                if from != Standing::Above {
                    // Households that never were poor need no registration.
                    turn.find(Reason::ImpliedOpening);
                    turn.movement(MovementRow::OtherIncrease, &living, living.home, 1);
                }
                living
            }
        };
        turn.check_home(before.home);
        if turn.is_repeated(from, to, before.standing) {
            return;
        }
        let resized = turn.resize(before, persons);
        let retraited = Living { traits: traits.unwrap_or(resized.traits), ..resized };
        let after = turn.reclassify(retraited, to, cause);
        if after != resized {
            turn.stock(&resized, -1);
            turn.stock(&after, 1);
        }
        self.presence = Presence::Living(after);
    }

    fn depart<L: Ledger>(&mut self, turn: &mut Turn<'_, L>) {
        self.change(turn, |living, turn| {
            turn.stock(&living, -1);
            turn.movement(MovementRow::OtherDecrease, &living, living.home, 1);
            living
        });
        if let Presence::Living(_) = self.presence {
            self.presence = Presence::Departed;
        }
    }

    /// Applies a change to a household that is there; otherwise the fact is held.
    fn change<L: Ledger>(
        &mut self,
        turn: &mut Turn<'_, L>,
        how: impl FnOnce(Living, &mut Turn<'_, L>) -> Living,
    ) {
        match self.presence {
            Presence::Living(living) => {
                if !matches!(turn.fact.what, What::MovedWithin { .. }) {
                    turn.check_home(living.home);
                }
                self.presence = Presence::Living(how(living, turn));
            }
            Presence::Unknown => turn.find(Reason::UnknownHousehold),
            Presence::Departed => turn.find(Reason::AfterDeparture),
        }
    }

    /// Where an event of this household counts: at the finest site that its home and the declared
    /// place tell together; where it was declared when they contradict each other.
    pub(crate) fn witness<L: Ledger>(&self, turn: &mut Turn<'_, L>, class: Option<Class>) -> Place {
        let living = match self.presence {
            Presence::Unknown => return turn.fact.at,
            Presence::Departed => {
                turn.find(Reason::DeliveredAfterDeparture);
                return turn.fact.at;
            }
            Presence::Living(living) => living,
        };
        let contradicted = class.is_some_and(|class| match class {
            Class::Poor => living.standing != Standing::Poor,
            Class::NearPoor => living.standing != Standing::NearPoor,
            Class::NewlyEscaped => !living.newly_escaped(turn.fact.on),
            // "Other" claims nothing.
            Class::Other => false,
        });
        if contradicted {
            turn.find(Reason::ClassContradicted);
        }
        turn.check_home(living.home).unwrap_or(turn.fact.at)
    }

    /// Whether a house event counts: each house is started once and finished once.
    pub(crate) fn build<L: Ledger>(
        &mut self,
        turn: &mut Turn<'_, L>,
        id: u32,
        completed: bool,
    ) -> bool {
        let known = self.works.iter().position(|work| work.id == id);
        let index = known.unwrap_or_else(|| {
            self.works.push(Work { id, started: false, completed: false });
            self.works.len() - 1
        });
        let work = &mut self.works[index];
        let (state, twice) = if completed {
            (&mut work.completed, Reason::CompletedTwice)
        } else {
            (&mut work.started, Reason::StartedTwice)
        };
        let counts = !std::mem::replace(state, true);
        if !counts {
            turn.find(twice);
        } else if completed && !work.started {
            turn.find(Reason::CompletedNotStarted);
        }
        counts
    }
}
