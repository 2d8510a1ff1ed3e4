//! The household status machine: what a household's facts mean for stocks and movements.
//!
//! Source: Decree 07/2021 (standings), Circular 07/2021/TT-BLĐTBXH (the form "diễn biến hộ nghèo",
//! whose rows are [`MovementRow`]), Decision 24/2021/QĐ-TTg (reviews).

use serde::{Deserialize, Serialize};

use crate::atlas::{Atlas, Level, Place};
use crate::codes::{Cause, Class, Standing};
use crate::fact::{Entry, Fact, Traits, What};
use crate::finding::{Finding, Reason};
use crate::plan::{Plan, StockRule};
use crate::posting::{Column, Ledger, Posting, Site, Slot};
use crate::time::Day;

/// Months after leaving poverty in which a household counts as newly escaped, and in which a
/// fall back is a relapse; the last day is included.
pub const ESCAPE_MONTHS: u32 = 36;

/// The rows of the movement table, for poor and for near-poor households.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum MovementRow {
    /// In the record when it began: opening stock, registered on a day of the period.
    Registered,
    /// Poor to near-poor; in the near-poor table, near-poor to poor.
    ToOtherClass,
    /// Rose above the near-poverty line.
    RoseAbove,
    /// Moved away, ended.
    OtherDecrease,
    /// Near-poor to poor; in the near-poor table, poor to near-poor.
    FromOtherClass,
    /// Fell back within 36 months of leaving.
    Relapsed,
    /// Fell, and was not there within the last 36 months.
    NewlyArisen,
    /// Moved in, or entered the record late.
    OtherIncrease,
    /// Persons born, died, married away, … in households of the class: persons only, net.
    SizeChange,
    /// Classified anew because the poverty standard changed: net.
    StandardChange,
}

impl MovementRow {
    /// All rows, in the order of the table.
    pub const ALL: [MovementRow; 10] = [
        MovementRow::Registered,
        MovementRow::ToOtherClass,
        MovementRow::RoseAbove,
        MovementRow::OtherDecrease,
        MovementRow::FromOtherClass,
        MovementRow::Relapsed,
        MovementRow::NewlyArisen,
        MovementRow::OtherIncrease,
        MovementRow::SizeChange,
        MovementRow::StandardChange,
    ];

    /// The row's name in the catalogue.
    pub fn code(self) -> &'static str {
        match self {
            MovementRow::Registered => "registered",
            MovementRow::ToOtherClass => "to_other_class",
            MovementRow::RoseAbove => "rose_above",
            MovementRow::OtherDecrease => "other_decrease",
            MovementRow::FromOtherClass => "from_other_class",
            MovementRow::Relapsed => "relapsed",
            MovementRow::NewlyArisen => "newly_arisen",
            MovementRow::OtherIncrease => "other_increase",
            MovementRow::SizeChange => "size_change",
            MovementRow::StandardChange => "standard_change",
        }
    }

    /// Whether the row is subtracted on the way from opening to closing.
    pub fn is_decrease(self) -> bool {
        match self {
            MovementRow::ToOtherClass | MovementRow::RoseAbove | MovementRow::OtherDecrease => true,
            MovementRow::Registered
            | MovementRow::FromOtherClass
            | MovementRow::Relapsed
            | MovementRow::NewlyArisen
            | MovementRow::OtherIncrease
            | MovementRow::SizeChange
            | MovementRow::StandardChange => false,
        }
    }
}

/// What a household is counted in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Head {
    Households,
    Persons,
}

/// The column of a movement; `class` is poor or near-poor.
pub fn movement_column(row: MovementRow, class: Standing, head: Head) -> Column {
    Column(((row as u16) * 2 + u16::from(class == Standing::NearPoor)) * 2 + head as u16)
}

/// How many columns the movements take, from 0.
pub const MOVEMENT_COLUMNS: u16 = 40;

/// A household as its timeline tells it up to a fact.
#[derive(Clone, Debug, Default)]
pub struct Household {
    presence: Presence,
    works: Vec<Work>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Presence {
    #[default]
    Unknown,
    Living(Living),
    Departed,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Living {
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
    /// Whether the record has it, or had it.
    pub(crate) fn is_known(&self) -> bool {
        !matches!(self.presence, Presence::Unknown)
    }

    /// Where it lives.
    pub(crate) fn home(&self) -> Option<Place> {
        match self.presence {
            Presence::Living(living) => Some(living.home),
            Presence::Unknown | Presence::Departed => None,
        }
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
            What::Event(_) | What::Stated(_) | What::Closing(_) | What::Voided { .. } => {}
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

impl<L: Ledger> Turn<'_, L> {
    pub(crate) fn find(&mut self, reason: Reason) {
        let Fact { at, on, key, .. } = *self.fact;
        self.ledger.find(Finding { reason, at, on, fact: key, other: None });
    }

    /// Adds (`sign` 1) or takes away (-1) a household from every stock it belongs to.
    fn stock(&mut self, living: &Living, sign: i64) {
        let on = self.fact.on;
        for rule in &self.plan.stocks {
            if !rule.takes(living.traits) {
                continue;
            }
            let by = sign * if rule.head == Head::Persons { i64::from(living.persons) } else { 1 };
            if rule.stands(living.standing) {
                self.post(rule, living.home, on, by);
            } else if rule.newly_escaped && living.newly_escaped(on) {
                // The window needs no clock: what is added now is taken away when it ends, and
                // leaving early cancels that.
                self.post(rule, living.home, on, by);
                if let Some(end) = living.escape_ends() {
                    self.post(rule, living.home, end, -by);
                }
            }
        }
    }

    fn post(&mut self, rule: &StockRule, home: Place, on: Day, by: i64) {
        let (site, slot) = (Site::place(home), Slot::from(on));
        self.ledger.post(Posting { site, column: rule.column, slot, by });
    }

    /// Posts a row of the movement table for a household that is or becomes poor or near-poor.
    fn movement(&mut self, row: MovementRow, living: &Living, at: Place, sign: i64) {
        if living.standing != Standing::Above {
            for (head, heads) in living.heads() {
                self.row(row, living.standing, head, Site::place(at), sign * heads);
            }
        }
    }

    fn row(&mut self, row: MovementRow, class: Standing, head: Head, site: Site, by: i64) {
        let slot = Slot::from(self.fact.on);
        self.ledger.post(Posting { site, column: movement_column(row, class, head), slot, by });
    }

    fn resize(&mut self, living: Living, persons: u16) -> Living {
        if living.persons == persons {
            return living;
        }
        let after = Living { persons, ..living };
        self.stock(&living, -1);
        self.stock(&after, 1);
        if living.standing != Standing::Above {
            let by = i64::from(persons) - i64::from(living.persons);
            let site = Site::place(living.home);
            self.row(MovementRow::SizeChange, living.standing, Head::Persons, site, by);
        }
        after
    }

    /// The movement from one standing to another; stocks are the caller's.
    fn reclassify(&mut self, before: Living, to: Standing, cause: Cause) -> Living {
        let from = before.standing;
        let on = self.fact.on;
        if from == to {
            return before;
        }
        let review = cause == Cause::Review;
        let left_poverty = (to == Standing::Above && review).then_some(on);
        let after = Living { standing: to, left_poverty, ..before };
        if !review {
            self.movement(MovementRow::StandardChange, &before, before.home, -1);
            self.movement(MovementRow::StandardChange, &after, after.home, 1);
            return after;
        }
        let (out, into) = match (from, to) {
            (_, Standing::Above) => (MovementRow::RoseAbove, MovementRow::RoseAbove),
            (Standing::Above, _) if before.newly_escaped(on) => {
                (MovementRow::Relapsed, MovementRow::Relapsed)
            }
            (Standing::Above, _) => (MovementRow::NewlyArisen, MovementRow::NewlyArisen),
            (_, _) => (MovementRow::ToOtherClass, MovementRow::FromOtherClass),
        };
        // Standing above has no table of its own: there `movement` posts nothing.
        self.movement(out, &before, before.home, 1);
        self.movement(into, &after, after.home, 1);
        after
    }

    /// Moves a household inside its province. The two rows "other" are netted where the closures
    /// meet: a move inside a district is no decrease of the district.
    fn relocate(&mut self, living: Living, declared: Place) -> Living {
        let to = self.fact.at;
        if self.together(declared, living.home).is_none() {
            self.find(Reason::ElsewhereThanHome);
        }
        let same_unit = self.atlas.holds(self.atlas.unit_of(to), living.home);
        if to == living.home || (same_unit && self.atlas.part_of(to).is_none()) {
            self.find(Reason::MovedNowhere);
            return living;
        }
        let after = Living { home: to, ..living };
        self.stock(&living, -1);
        self.stock(&after, 1);
        self.movement(MovementRow::OtherDecrease, &living, living.home, 1);
        self.movement(MovementRow::OtherIncrease, &after, to, 1);
        if living.standing != Standing::Above {
            let atlas = self.atlas;
            for unit in atlas.shared(living.home, to) {
                for (head, heads) in living.heads() {
                    let site = Site::only(unit);
                    self.row(MovementRow::OtherDecrease, living.standing, head, site, -heads);
                    self.row(MovementRow::OtherIncrease, living.standing, head, site, -heads);
                }
            }
        }
        after
    }

    /// Where the fact's place and the home agree; if nowhere, that is a finding.
    fn check_home(&mut self, home: Place) -> Option<Place> {
        let together = self.together(self.fact.at, home);
        if together.is_none() {
            self.find(Reason::ElsewhereThanHome);
        }
        together
    }

    /// The finest place that a declared place and a home tell together; none when they contradict
    /// each other. What is unknown contradicts nothing: a home in a divided commune may lie in
    /// any of its successors, and that the fact names one tells the part.
    fn together(&self, declared: Place, home: Place) -> Option<Place> {
        if declared == home {
            return Some(home);
        }
        let atlas = self.atlas;
        let (unit, own) = (atlas.unit_of(declared), atlas.unit_of(home));
        if atlas.is_allocated(home)
            && let Some(part) = atlas.part(own, unit)
        {
            return Some(part);
        }
        if atlas.is_allocated(declared)
            && let Some(part) = atlas.part(unit, own)
        {
            return Some(part);
        }
        if atlas.part_of(home).is_none() && atlas.holds(own, declared) {
            return Some(declared);
        }
        if atlas.part_of(declared).is_none() && atlas.holds(unit, home) {
            return Some(home);
        }
        // Where the gazetteer cannot tell which commune took an abolished one in, the unit above
        // must do.
        let record = atlas.record(unit);
        let told = atlas.closure(home).iter().any(|one| {
            let of_home = atlas.record(*one);
            of_home.level == Level::Commune && of_home.generation == record.generation
        });
        let above = record.parent.is_some_and(|parent| atlas.holds(parent, home));
        (!told && above).then_some(home)
    }

    /// Compares the declared change with the record. A change that the record already has is
    /// held; any other disagreement is noted, and the change starts from the record.
    fn is_repeated(&mut self, from: Standing, to: Standing, recorded: Standing) -> bool {
        if from == recorded {
            return false;
        }
        let repeated = recorded == to;
        self.find(match (from, to) {
            (Standing::Poor, _) if repeated => Reason::RepeatedExit,
            (_, Standing::Above) if repeated => Reason::RepeatedExit,
            (_, _) if repeated => Reason::AlreadyInClass,
            (Standing::Poor, Standing::NearPoor | Standing::Above) => Reason::ExitNotPoor,
            (_, _) => Reason::DeclaredOtherwise,
        });
        repeated
    }
}
