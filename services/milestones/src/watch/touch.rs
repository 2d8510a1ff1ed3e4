//! From a change of the fold to the gauges that are to be looked at.

use domain::atlas::Unit;
use domain::contribution;
use domain::fold::Fold;
use domain::posting::Posting;
use domain::time::{Day, Period};

use super::wiring::Touches;
use super::{Seen, Watch};
use crate::gauge::{Gauge, Kind};
use crate::periods::{ahead_of, begun, reached};

/// Most sums and places that are kept: 16 and 24 bytes each. Beyond it all are forgotten, and read
/// again from the fold when they are next touched.
const KEPT_MAX: usize = 16_000_000;
/// How often that is looked at: every so many records.
const COUNT_EVERY: u64 = 4_096;

impl Watch {
    /// Moves the meters that a change moves, and notes which gauges are to be looked at.
    pub(super) fn touch(&mut self, fold: &Fold, seen: &Seen<'_>) {
        let contribution::Rules { atlas, plan } = &*fold.rules;
        for change in seen.changes {
            for posting in &change.postings {
                self.post(fold, posting, seen.received);
            }
            for statement in change.stated.iter().chain(&change.unstated) {
                let Some(gauges) = self.wiring.by_stated.get(&*statement.stated.indicator) else {
                    continue;
                };
                for number in gauges {
                    let gauge = &self.gauges[usize::from(*number)];
                    // What is stated of a period or of a day is seen there, also when it is told
                    // years later.
                    let about = statement.stated.period.map(|period| *period.days().start());
                    let holds_from = statement.holds_from().min(statement.on);
                    let first = about.map_or(holds_from, |first| first.min(holds_from));
                    let begun = begun(plan.calendars(), gauge.grain, first, seen.received);
                    let Some((from, to)) = begun else { continue };
                    // Units of today stand over what those stated that they were made of.
                    let units = atlas.closure(statement.unit.into()).iter().copied();
                    for unit in units.filter(|unit| gauge.units.holds(*unit)) {
                        let periods = (from..=to).filter_map(Period::from_slot);
                        self.touched.extend(periods.map(|period| (*number, unit, period)));
                    }
                }
            }
        }
        self.open(fold, seen);
        self.records += 1;
        if self.records.is_multiple_of(COUNT_EVERY) && self.kept() > KEPT_MAX {
            self.forget();
        }
    }

    /// Where a list was opened, or closed by a correction, figures are known that were not, though
    /// nothing of theirs moved.
    fn open(&mut self, fold: &Fold, seen: &Seen<'_>) {
        let contribution::Rules { atlas, plan } = &*fold.rules;
        let postings = seen.changes.iter().flat_map(|change| &change.postings);
        for (place, from) in self.openings.see(fold, postings) {
            // A list opened in any part of a commune is the list of every unit that holds another.
            let commune = atlas.unit_of(place);
            let parts = atlas.places(commune).iter().filter(|one| atlas.unit_of(**one) == commune);
            let mut units: Vec<Unit> =
                parts.flat_map(|part| atlas.closure(*part)).copied().collect();
            units.sort_unstable();
            units.dedup();
            for (number, gauge) in (0..).zip(&self.gauges) {
                let Some((from, to)) = begun(plan.calendars(), gauge.grain, from, seen.received)
                else {
                    continue;
                };
                for unit in units.iter().copied().filter(|unit| gauge.units.holds(*unit)) {
                    let periods = (from..=to).filter_map(Period::from_slot);
                    self.opened.extend(periods.map(|period| (number, unit, period)));
                }
            }
        }
    }

    fn post(&mut self, fold: &Fold, posting: &Posting, today: Day) {
        let contribution::Rules { atlas, plan } = &*fold.rules;
        let only;
        let units = match posting.site.which() {
            Ok(place) => atlas.closure(place),
            Err(unit) => {
                only = [unit];
                &only
            }
        };
        let Watch { rack, gauges, wiring, touched, .. } = self;
        let calendars = plan.calendars();
        for touch in &wiring.by_column[usize::from(posting.column.0)] {
            let Touches { grain, reach, meters, gauges: looked_at } = touch;
            let slots = reached(calendars, (*grain, *reach), posting.slot, today);
            let Some(slots) = slots else { continue };
            let always =
                meters.iter().flat_map(|(one, _)| &wiring.readers[usize::from(*one)].meters);
            for number in looked_at.iter().chain(always) {
                let gauge = &gauges[usize::from(*number)];
                let ahead = ahead_of(slots.1, gauge.ahead, calendars, *grain, today);
                note(fold, (*number, gauge), units, (slots, ahead), touched);
            }
            for (meter, sign) in meters {
                let by = sign.of(posting);
                let lines = &wiring.readers[usize::from(*meter)].lines;
                let (is_whole, meter) = (rack.is_whole, &mut rack.meters[usize::from(*meter)]);
                for unit in units.iter().copied() {
                    if !meter.units.holds(unit) {
                        continue;
                    }
                    meter.add(unit, slots, by, is_whole, |slot| {
                        let Some(period) = Period::from_slot(slot) else { return };
                        let concerned = |one: &&u16| gauges[usize::from(**one)].units.holds(unit);
                        let of = lines.iter().filter(concerned);
                        touched.extend(of.map(|reader| (*reader, unit, period)));
                    });
                }
            }
        }
    }

    fn kept(&self) -> usize {
        let lines = self.gauges.iter().map(|gauge| match &gauge.kind {
            Kind::Lines(lines) => lines.len(),
            Kind::Meters(_) | Kind::Target(_) | Kind::Read => 0,
        });
        lines.sum::<usize>() + self.rack.len()
    }

    fn forget(&mut self) {
        self.rack.forget();
        for gauge in &mut self.gauges {
            match &mut gauge.kind {
                Kind::Lines(lines) => lines.forget(),
                Kind::Meters(_) | Kind::Target(_) | Kind::Read => {}
            }
        }
    }
}

/// Notes that a gauge is to be looked at in some units and periods, and in one ahead.
fn note(
    fold: &Fold,
    (number, gauge): (u16, &Gauge),
    units: &[Unit],
    ((from, to), ahead): ((u16, u16), Option<u16>),
    touched: &mut Vec<(u16, Unit, Period)>,
) {
    let concerned = |unit: &&Unit| gauge.units.holds(**unit) && gauge.has_line(fold, **unit);
    for unit in units.iter().filter(concerned) {
        let periods = (from..=to).chain(ahead).filter_map(Period::from_slot);
        touched.extend(periods.map(|period| (number, *unit, period)));
    }
}
