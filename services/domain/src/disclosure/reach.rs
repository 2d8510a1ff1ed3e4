//! How many households each cell of some units is of.

use std::collections::{BTreeMap, BTreeSet};

use crate::atlas::{Place, Unit};
use crate::contribution::all_events;
use crate::fact::{ATTRIBUTES_MAX, EventKind, Subject, What};
use crate::figures::Time;
use crate::fold::Fold;
use crate::posting::{Site, Slot};
use crate::rollup::Rollup;
use crate::timeline::Timeline;

use super::households_reached;
use super::shape::Shape;

/// So many that they need not be counted.
pub(super) const MANY: u32 = u32::MAX;

/// The households that some units' cells are of.
pub(super) struct Reach {
    /// The unit asked for, then those directly below it of which anything is known.
    pub(super) units: Vec<Unit>,
    /// By unit, then by cell.
    pub(super) households: Vec<u32>,
}

/// Of each cell of each unit the first places where anything was counted in it, one more than are
/// looked at: where there are as many places as households are asked for, there are as many
/// households.
struct Touched(Vec<Vec<Place>>);

impl Reach {
    /// Of a unit and of those directly below it. Only where a cell has cells in few places are the
    /// timelines of these walked.
    pub(super) fn of(
        fold: &Fold,
        shape: &Shape,
        (group, kind, time): (Unit, EventKind, Time),
        min: u32,
    ) -> Reach {
        let atlas = &fold.rules.atlas;
        let rollup = &fold.books.rollup;
        let has_cells = |place: &Place| rollup.has_cells(Site::place(*place));
        // Of those of which nothing is known, nothing is to be hidden.
        let told = |unit: &Unit| atlas.places(*unit).iter().any(has_cells);
        let below = atlas.children(group).iter().copied().filter(told);
        let units: Vec<Unit> = [group].into_iter().chain(below).collect();
        let mut at: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (nth, unit) in units.iter().enumerate() {
            for place in atlas.places(*unit).iter().filter(|place| has_cells(place)) {
                at.entry(*place).or_default().push(nth);
            }
        }
        let touched = Touched::of(fold, shape, (units.len(), &at), time, min);
        let is_few = |places: &Vec<Place>| places.len() < min as usize;
        let looked: BTreeSet<Place> =
            touched.0.iter().filter(|places| is_few(places)).flatten().copied().collect();
        let mut households: Vec<u32> =
            touched.0.iter().map(|places| if is_few(places) { 0 } else { MANY }).collect();
        // Of the codes of an event, in which cells it counts: there are few.
        let mut known: BTreeMap<[u8; ATTRIBUTES_MAX], Vec<usize>> = BTreeMap::new();
        let mut singles: BTreeMap<usize, BTreeSet<Subject>> = BTreeMap::new();
        for (subject, timeline) in fold.timelines_at(looked.iter().copied()) {
            if !has_events(timeline, kind) {
                continue;
            }
            for counted in all_events(timeline, &fold.rules) {
                let is_asked = counted.event.kind == kind && time.days().contains(&counted.on);
                if !is_asked || !looked.contains(&counted.at) {
                    continue;
                }
                let codes = counted.event.attributes;
                let cells = known.entry(codes).or_insert_with(|| shape.cells_with(&counted.event));
                for unit in at.get(&counted.at).into_iter().flatten() {
                    for cell in cells.iter() {
                        let one = unit * shape.len() + cell;
                        if households[one] == MANY {
                        } else if counted.event.single {
                            singles.entry(one).or_default().insert(subject);
                        } else {
                            let more = households_reached(&counted.event);
                            households[one] = households[one].saturating_add(more).min(MANY - 1);
                        }
                    }
                }
            }
        }
        for (one, subjects) in singles {
            let more = u32::try_from(subjects.len()).unwrap_or(MANY);
            households[one] = households[one].saturating_add(more).min(MANY - 1);
        }
        Reach { units, households }
    }
}

impl Touched {
    fn of(
        fold: &Fold,
        shape: &Shape,
        (units, at): (usize, &BTreeMap<Place, Vec<usize>>),
        time: Time,
        min: u32,
    ) -> Touched {
        let rollup = &fold.books.rollup;
        let mut found = vec![Vec::new(); units * shape.len()];
        let mut here = vec![false; shape.len()];
        let mut marks = vec![false; shape.span().1];
        for (place, units) in at {
            here.fill(false);
            for is_by_day in [true, false] {
                mark(rollup, *place, shape, (is_by_day, time), (&mut marks, &mut here));
            }
            for (cell, _) in here.iter().enumerate().filter(|(_, is_here)| **is_here) {
                for unit in units {
                    let places: &mut Vec<Place> = &mut found[unit * shape.len() + cell];
                    if places.len() < min as usize {
                        places.push(*place);
                    }
                }
            }
        }
        Touched(found)
    }
}

/// Marks the cells that have anything at a place, by day or by period.
fn mark(
    rollup: &Rollup,
    place: Place,
    shape: &Shape,
    (is_by_day, time): (bool, Time),
    (marks, here): (&mut [bool], &mut [bool]),
) {
    let slots = match (is_by_day, time) {
        (true, time) => Slot::from(*time.days().start())..=Slot::from(*time.days().end()),
        (false, Time::Period(period)) => Slot::from(period)..=Slot::from(period),
        (false, Time::Days(..)) => return,
    };
    let (first, _) = shape.span();
    marks.fill(false);
    rollup.mark(Site::place(place), first, &slots, marks);
    for block in shape.blocks.iter().filter(|block| block.is_by_day == is_by_day) {
        let from = usize::from(block.first.0 - first.0);
        for (cells, _) in block.cells.iter().zip(&marks[from..]).filter(|(_, marked)| **marked) {
            cells.iter().for_each(|cell| here[*cell] = true);
        }
    }
}

fn has_events(timeline: &Timeline, kind: EventKind) -> bool {
    let is_one = |what: &What| matches!(what, What::Event(event) if event.kind == kind);
    timeline.facts().iter().any(|fact| is_one(&fact.what))
}
