//! Who has reported: nobody poor on an open list is a zero, and where there is no list nobody knows.

use super::{Figure, Marks, Missing, Reader, Value};
use crate::atlas::{Generation, Level, Place, Unit};
use crate::catalogue::Measure;
use crate::plan::Indicator;
use crate::posting::{Column, Site, Slot};
use crate::time::Day;

/// In how many communes of a unit a list of households was opened by a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lists {
    /// Communes whose list is open in all their parts.
    pub open: u32,
    /// All communes.
    pub communes: u32,
    /// Whether any list was opened there, in whatever part.
    pub any: bool,
}

impl Lists {
    /// Whether every commune has opened its list.
    pub fn is_complete(self) -> bool {
        self.communes > 0 && self.open == self.communes
    }
}

/// What a number of households on a day is of: of all lists, of some, or of none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// Why nobody knows: a zero is none. Nothing where there is something to tell.
    pub missing: Option<Missing>,
    /// Of the lists of k of n communes, where not all had opened theirs by the day.
    pub communes: Option<(u32, u32)>,
}

impl Reader<'_> {
    /// In how many communes of a unit a list was opened by a day. A list is open from the first
    /// day of which a fact says so, or on which a household was registered or classified, and stays
    /// open when all have left: what a household comes with and what it leaves with are cells of
    /// their own days.
    pub fn lists(&self, unit: Unit, on: Day) -> Lists {
        let mut lists = Lists::default();
        self.each_commune(unit, self.day_of(unit, on), &mut |commune| {
            lists.communes += 1;
            lists.open += u32::from(self.is_open(commune, on));
            true
        });
        lists.any = lists.open > 0 || self.any_list(unit, on);
        lists
    }

    /// Whether all communes of a unit have opened their lists by a day: [`Lists::is_complete`],
    /// without going on behind the first that has not.
    pub fn all_lists(&self, unit: Unit, on: Day) -> bool {
        let mut any = false;
        let all = self.each_commune(unit, self.day_of(unit, on), &mut |commune| {
            any = true;
            self.is_open(commune, on)
        });
        all && any
    }

    /// A count or sum as what it is: unknown where nobody has reported what it could be made of,
    /// and, of households on lists, only of the communes that have opened one where some have not.
    pub(super) fn reported(
        &self,
        unit: Unit,
        indicator: &Indicator,
        on: Day,
        figure: Figure,
    ) -> Figure {
        if self.is_of_lists(indicator) {
            return self.listed(unit, on, figure);
        }
        if figure.value == Value::Whole(0) && !self.any_reported(unit, on) {
            return Figure::missing(Missing::NotReported);
        }
        figure
    }

    /// Whether a figure counts households on lists, or units that have some.
    fn is_of_lists(&self, indicator: &Indicator) -> bool {
        match &indicator.definition.measure {
            Measure::Stock { .. } | Measure::Movement { .. } => true,
            Measure::Communes { of } | Measure::Codes { of, .. } => {
                self.rules.plan.indicator(&of.indicator).is_some_and(|of| self.is_of_lists(of))
            }
            Measure::Flow { .. }
            | Measure::Distinct { .. }
            | Measure::Balance { .. }
            | Measure::Ratio { .. }
            | Measure::Reduction { .. }
            | Measure::Census {}
            | Measure::External {}
            | Measure::Plan {}
            | Measure::ChildrenBehind { .. } => false,
        }
    }

    /// A sum of households as what it is on a day; see [`Lists`].
    pub fn listed(&self, unit: Unit, on: Day, sum: Figure) -> Figure {
        let of = self.coverage(unit, on, sum.value == Value::Whole(0));
        match (of.missing, of.communes) {
            (Some(why), _) => Figure::missing(why),
            (None, None) => sum,
            (None, communes) => Figure { marks: Marks { communes, ..sum.marks }, ..sum },
        }
    }

    /// What households counted on a day are of, where nobody was counted or somebody.
    pub(crate) fn coverage(&self, unit: Unit, on: Day, is_zero: bool) -> Coverage {
        let lists = self.lists(unit, on);
        if lists.is_complete() {
            return Coverage::default();
        }
        // What counts in the unit only, such as somebody on the way through, is something, too.
        if !lists.any && is_zero {
            return Coverage { missing: Some(Missing::NotReported), communes: None };
        }
        Coverage { missing: None, communes: Some((lists.open, lists.communes)) }
    }

    /// Whether any list was opened in a unit by a day: [`Lists::any`], without going on.
    pub fn any_list(&self, unit: Unit, on: Day) -> bool {
        self.rules.atlas.places(unit).iter().any(|place| self.is_listed(*place, on))
    }

    /// Whether anything at all was reported in a unit by a day.
    pub fn any_reported(&self, unit: Unit, on: Day) -> bool {
        self.rules.atlas.places(unit).iter().any(|place| self.is_reported(*place, on))
    }

    /// Whether a list was opened at a place by a day.
    pub fn is_listed(&self, place: Place, on: Day) -> bool {
        self.first_listed(place).is_some_and(|first| first <= on)
    }

    /// Whether anything at all was reported at a place by a day.
    pub fn is_reported(&self, place: Place, on: Day) -> bool {
        let by_then = |column, slot| slot <= Slot::from(on) && self.rules.plan.is_dated(column);
        self.books.rollup.any(Site::place(place), self.end(), by_then)
    }

    /// The first day on which a list was opened at a place.
    pub fn first_listed(&self, place: Place) -> Option<Day> {
        let first = self.books.rollup.first_listed(Site::place(place));
        first.map(|slot| Day(slot.0))
    }

    /// The first day of which anything at all was reported at a place.
    pub fn first_reported(&self, place: Place) -> Option<Day> {
        let is_dated = |column, _| self.rules.plan.is_dated(column);
        let first = self.books.rollup.first(Site::place(place), self.end(), is_dated);
        first.map(|slot| Day(slot.0))
    }

    fn end(&self) -> Column {
        Column(self.rules.plan.columns())
    }

    /// The day on which a unit's communes are asked for: within its own time.
    fn day_of(&self, unit: Unit, on: Day) -> Day {
        let record = self.rules.atlas.record(unit);
        on.max(record.from).min(record.to)
    }

    /// Visits the communes in force on a day for as long as `go_on` says so; whether it always did.
    fn each_commune(&self, unit: Unit, on: Day, go_on: &mut dyn FnMut(Unit) -> bool) -> bool {
        let atlas = &self.rules.atlas;
        if atlas.record(unit).level == Level::Commune {
            return !atlas.in_force(unit, on) || go_on(unit);
        }
        atlas.children(unit).iter().all(|child| self.each_commune(*child, on, go_on))
    }

    /// A commune's own list, or those of all communes that it was made of.
    fn is_open(&self, commune: Unit, on: Day) -> bool {
        let atlas = &self.rules.atlas;
        let of = |place: &Place| atlas.unit_of(*place);
        let places = atlas.places(commune);
        if places.iter().any(|place| of(place) == commune && self.is_listed(*place, on)) {
            return true;
        }
        let before = match atlas.record(commune).generation {
            Some(Generation::New) => Generation::Legacy,
            Some(Generation::Legacy) => Generation::Earlier,
            Some(Generation::Earlier) | None => return false,
        };
        let is_before = |unit: &Unit| {
            let record = atlas.record(*unit);
            record.generation == Some(before) && record.level == Level::Commune
        };
        let mut made_of = places.iter().map(of).filter(is_before).peekable();
        made_of.peek().is_some() && made_of.all(|unit| self.is_open(unit, on))
    }
}
