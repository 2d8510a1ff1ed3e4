//! Administrative units of three generations, the places facts happen at, and which units a
//! place belongs to.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// An administrative unit of one generation, as an index into its [`Atlas`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Unit(pub u16);

/// The finest site of a contribution: a whole unit, or the part of a divided commune that went to
/// one of its successors. Indices below the number of units are the units themselves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Place(pub u16);

impl From<Unit> for Place {
    fn from(unit: Unit) -> Place {
        Place(unit.0)
    }
}

/// The level of a unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum Level {
    Nation,
    Province,
    District,
    Commune,
}

/// The edition of the list of units that a unit belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Generation {
    /// `E`: existed until the end of 2024 and differs from `L`.
    Earlier,
    /// `L`: three tiers, as of 30 June 2025.
    Legacy,
    /// `N`: two tiers, since 1 July 2025.
    New,
}

/// What the gazetteer says of one unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitRecord {
    /// `L-24097`; `VN` for the nation.
    pub key: String,
    /// None for the nation, which has no editions.
    pub generation: Option<Generation>,
    /// Its level.
    pub level: Level,
    /// The unit it belongs to; none for the nation.
    pub parent: Option<Unit>,
    /// First day in force. A date that is only assumed is [`Day::MIN`]: the unit then counts as
    /// in force before it.
    pub from: Day,
    /// Last day in force; [`Day::MAX`] while it still is.
    pub to: Day,
}

/// One row of the successions: `old` went, wholly or in part, to `new`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Succession {
    /// The unit that ended.
    pub old: Unit,
    /// The unit that took it in.
    pub new: Unit,
    /// The successor to take when nothing else is known.
    pub default: bool,
}

/// The part of a divided commune that one successor took in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Part {
    whole: Unit,
    successor: Unit,
}

/// All units and places, with the closure of each place.
#[derive(Clone, Debug)]
pub struct Atlas {
    units: Vec<UnitRecord>,
    children: Vec<Vec<Unit>>,
    parts: Vec<Part>,
    closures: Vec<Closure>,
    places: Vec<Vec<Place>>,
    made_of: Vec<Vec<Unit>>,
}

#[derive(Clone, Debug, Default)]
struct Closure {
    /// Sorted, so that two closures can be compared by walking both.
    units: Box<[Unit]>,
    allocated: bool,
}

impl Atlas {
    /// Computes the closure of every place.
    ///
    /// # Panics
    /// When there are more units and parts than an index holds, or parents form a circle: the
    /// gazetteer is a checked file of the program.
    pub fn new(units: Vec<UnitRecord>, successions: &[Succession]) -> Atlas {
        let mut heirs: Vec<Vec<Succession>> = vec![Vec::new(); units.len()];
        for succession in successions {
            heirs[usize::from(succession.old.0)].push(*succession);
        }
        let parts: Vec<Part> = heirs
            .iter()
            .filter(|of_one| of_one.len() > 1)
            .flatten()
            .filter(|s| units[usize::from(s.old.0)].level == Level::Commune)
            .map(|s| Part { whole: s.old, successor: s.new })
            .collect();
        let count = units.len() + parts.len();
        assert!(count < usize::from(Self::MOST_PLACES), "the gazetteer outgrew its index");

        let lineage = Lineage { units: &units, heirs: &heirs };
        let closures: Vec<Closure> = (0..units.len())
            .map(|index| lineage.of_whole(Unit(index as u16)))
            .chain(parts.iter().map(|part| lineage.of_part(*part)))
            .collect();
        let mut places = vec![Vec::new(); units.len()];
        for (index, closure) in closures.iter().enumerate() {
            for unit in &closure.units {
                places[usize::from(unit.0)].push(Place(index as u16));
            }
        }
        let mut children = vec![Vec::new(); units.len()];
        for (index, unit) in units.iter().enumerate() {
            if let Some(parent) = unit.parent {
                children[usize::from(parent.0)].push(Unit(index as u16));
            }
        }
        let made_of = Vec::new();
        let atlas = Atlas { units, children, parts, closures, places, made_of };
        let made_of = atlas.units().map(|unit| atlas.find_made_of(unit)).collect();
        Atlas { made_of, ..atlas }
    }

    fn find_made_of(&self, unit: Unit) -> Vec<Unit> {
        let record = self.record(unit);
        if record.generation != Some(Generation::New) {
            return Vec::new();
        }
        let is_former = |one: &Unit| {
            let other = self.record(*one);
            other.generation == Some(Generation::Legacy) && other.level == record.level
        };
        let held = |place: &Place| self.closure(*place).iter().copied().filter(is_former);
        let mut former: Vec<Unit> = self.places(unit).iter().flat_map(held).collect();
        former.sort_unstable();
        former.dedup();
        let whole = |one: &Unit| self.places(*one).iter().all(|place| self.holds(unit, *place));
        if former.iter().all(whole) { former } else { Vec::new() }
    }

    /// Places are fewer than this, so that one bit of a 16-bit site is free for other uses.
    pub const MOST_PLACES: u16 = 1 << 15;

    /// All units, in the order of the gazetteer.
    pub fn units(&self) -> impl Iterator<Item = Unit> {
        (0..self.units.len()).map(|index| Unit(index as u16))
    }

    /// How many places there are: units and parts.
    pub fn place_count(&self) -> usize {
        self.closures.len()
    }

    /// What is known of a unit.
    pub fn record(&self, unit: Unit) -> &UnitRecord {
        &self.units[usize::from(unit.0)]
    }

    /// The units directly below.
    pub fn children(&self, unit: Unit) -> &[Unit] {
        &self.children[usize::from(unit.0)]
    }

    /// All units that a contribution at this place belongs to, sorted: the place's own unit and
    /// those above it, and the units of newer generations that hold it now.
    pub fn closure(&self, place: Place) -> &[Unit] {
        &self.closures[usize::from(place.0)].units
    }

    /// The units of a place's closure that are at the level of its own unit: that unit, and those
    /// that took it in. What a unit has for itself is theirs afterwards.
    pub fn own_line(&self, unit: Unit, place: Place) -> impl Iterator<Item = Unit> + '_ {
        let level = self.record(unit).level;
        self.closure(place).iter().copied().filter(move |one| self.record(*one).level == level)
    }

    /// All places that contribute to a unit.
    pub fn places(&self, unit: Unit) -> &[Place] {
        &self.places[usize::from(unit.0)]
    }

    /// Whether a contribution at this place belongs to the unit.
    pub fn holds(&self, unit: Unit, place: Place) -> bool {
        self.closure(place).binary_search(&unit).is_ok()
    }

    /// Whether two places share this unit, for each unit of both closures.
    pub fn shared(&self, a: Place, b: Place) -> impl Iterator<Item = Unit> + '_ {
        self.closure(a).iter().copied().filter(move |unit| self.holds(*unit, b))
    }

    /// The unit a place lies in, or is.
    pub fn unit_of(&self, place: Place) -> Unit {
        match usize::from(place.0).checked_sub(self.units.len()) {
            None => Unit(place.0),
            Some(part) => self.parts[part].whole,
        }
    }

    /// The successor that a place is the part of, where it is one.
    pub fn part_of(&self, place: Place) -> Option<Unit> {
        usize::from(place.0).checked_sub(self.units.len()).map(|part| self.parts[part].successor)
    }

    /// The part of a divided commune that went to `successor`.
    pub fn part(&self, whole: Unit, successor: Unit) -> Option<Place> {
        let found = self.parts.iter().position(|p| p.whole == whole && p.successor == successor)?;
        Some(Place((self.units.len() + found) as u16))
    }

    /// Whether newer units hold this place only by the gazetteer's default, because the commune
    /// was divided and the fact does not say which part: such figures are marked *allocated*.
    pub fn is_allocated(&self, place: Place) -> bool {
        self.closures[usize::from(place.0)].allocated
    }

    /// Today's province of a place; none for the nation.
    pub fn today_province(&self, place: Place) -> Option<Unit> {
        self.closure(place).iter().copied().find(|unit| {
            let record = self.record(*unit);
            record.level == Level::Province && record.generation == Some(Generation::New)
        })
    }

    /// Whether the unit is in force on that day.
    pub fn in_force(&self, unit: Unit, day: Day) -> bool {
        let record = self.record(unit);
        record.from <= day && day <= record.to
    }

    /// The units of the generation before that a unit was made of: all of each of them, and
    /// nothing else. None where it took in a part of any, or is of an older generation.
    pub fn made_of(&self, unit: Unit) -> &[Unit] {
        &self.made_of[usize::from(unit.0)]
    }

    /// The unit and those above it, from itself to the nation.
    pub fn ancestry(&self, unit: Unit) -> impl Iterator<Item = Unit> + '_ {
        std::iter::successors(Some(unit), |unit| self.record(*unit).parent)
    }
}

struct Lineage<'a> {
    units: &'a [UnitRecord],
    heirs: &'a [Vec<Succession>],
}

impl Lineage<'_> {
    fn of_whole(&self, unit: Unit) -> Closure {
        let mut closure = Closure::default();
        let mut units = Vec::new();
        self.walk(unit, &mut units, &mut closure.allocated);
        seal(closure, units)
    }

    fn of_part(&self, part: Part) -> Closure {
        let mut closure = Closure::default();
        let mut units = Vec::new();
        self.climb(part.whole, &mut units);
        self.walk(part.successor, &mut units, &mut closure.allocated);
        seal(closure, units)
    }

    /// The unit, those above it, and the same again for its successor. Only the finest unit that
    /// has a successor is followed: an abolished district may have gone elsewhere than this one
    /// of its communes.
    fn walk(&self, unit: Unit, units: &mut Vec<Unit>, allocated: &mut bool) {
        self.climb(unit, units);
        let mut at = Some(unit);
        while let Some(unit) = at {
            let heirs = &self.heirs[usize::from(unit.0)];
            if let Some(heir) = heirs.iter().find(|s| s.default).or(heirs.first()) {
                *allocated |= heirs.len() > 1;
                return self.walk(heir.new, units, allocated);
            }
            at = self.units[usize::from(unit.0)].parent;
        }
    }

    fn climb(&self, unit: Unit, units: &mut Vec<Unit>) {
        let mut at = Some(unit);
        while let Some(unit) = at {
            units.push(unit);
            assert!(units.len() < 64, "units above each other form a circle");
            at = self.units[usize::from(unit.0)].parent;
        }
    }
}

fn seal(closure: Closure, mut units: Vec<Unit>) -> Closure {
    units.sort_unstable();
    units.dedup();
    Closure { units: units.into_boxed_slice(), ..closure }
}
