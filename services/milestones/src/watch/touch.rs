//! From a change of the fold to the gauges that are to be looked at.

use domain::atlas::Unit;
use domain::contribution;
use domain::fold::Fold;
use domain::posting::Posting;
use domain::time::{Day, Period};

use super::{Seen, Touch, Watch};
use crate::gauge::Kind;
use crate::periods::{ahead_of, begun, reached};

/// Most sums and places that are kept: 16 and 24 bytes each. Beyond it all are forgotten, and read
/// again from the fold when they are next touched.
const KEPT_MAX: usize = 24_000_000;
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
                let Some(gauges) = self.by_stated.get(&*statement.stated.indicator) else {
                    continue;
                };
                for number in gauges {
                    let gauge = &self.gauges[usize::from(*number)];
                    let begun = begun(plan.calendars(), gauge.grain, statement.on, seen.received);
                    let Some((from, to)) = begun else { continue };
                    let units = atlas.ancestry(statement.unit);
                    for unit in units.filter(|unit| gauge.units.holds(*unit)) {
                        let periods = (from..=to).filter_map(Period::from_slot);
                        self.touched.extend(periods.map(|period| (*number, unit, period)));
                    }
                }
            }
        }
        self.records += 1;
        if self.records.is_multiple_of(COUNT_EVERY) && self.kept() > KEPT_MAX {
            self.forget();
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
        for at in 0..self.by_column[usize::from(posting.column.0)].len() {
            let touch = self.by_column[usize::from(posting.column.0)][at];
            let (grain, reach) = match touch {
                Touch::Meter(meter) => {
                    let meter = &self.rack.meters[usize::from(meter)];
                    (meter.grain, meter.reach)
                }
                Touch::Gauge(gauge, reach) => (self.gauges[usize::from(gauge)].grain, reach),
            };
            let calendars = plan.calendars();
            let Some(slots) = reached(calendars, (grain, reach), posting.slot, today) else {
                continue;
            };
            let ahead = |ahead| ahead_of(slots.1, ahead, calendars, grain, today);
            match touch {
                Touch::Meter(meter) => self.move_meter(meter, units, slots, posting.by, ahead),
                Touch::Gauge(gauge, _) => self.note(fold, gauge, units, slots, ahead),
            }
        }
    }

    /// Moves a meter in some units, and notes the gauges for which it may have passed something.
    fn move_meter(
        &mut self,
        number: u16,
        units: &[Unit],
        (from, to): (u16, u16),
        by: i64,
        ahead: impl Fn(u16) -> Option<u16>,
    ) {
        let Watch { rack, gauges, readers, touched, .. } = self;
        let (is_whole, meter) = (rack.is_whole, &mut rack.meters[usize::from(number)]);
        for unit in units {
            if !meter.units.holds(*unit) {
                continue;
            }
            meter.add(*unit, (from, to), by, is_whole);
            for reader in &readers[usize::from(number)] {
                let gauge = &gauges[usize::from(*reader)];
                if !gauge.units.holds(*unit) {
                    continue;
                }
                let slots = (from..=to).chain(ahead(gauge.ahead));
                let passed = slots.filter(|slot| gauge.is_passed(meter, *unit, *slot));
                let periods = passed.filter_map(Period::from_slot);
                touched.extend(periods.map(|period| (*reader, *unit, period)));
            }
        }
    }

    /// Notes that a gauge is to be looked at in some units.
    fn note(
        &mut self,
        fold: &Fold,
        number: u16,
        units: &[Unit],
        (from, to): (u16, u16),
        ahead: impl Fn(u16) -> Option<u16>,
    ) {
        let gauge = &self.gauges[usize::from(number)];
        let concerned = |unit: &&Unit| gauge.units.holds(**unit) && gauge.has_line(fold, **unit);
        for unit in units.iter().filter(concerned) {
            let slots = (from..=to).chain(ahead(gauge.ahead));
            let periods = slots.filter_map(Period::from_slot);
            self.touched.extend(periods.map(|period| (number, *unit, period)));
        }
    }

    fn kept(&self) -> usize {
        let lines = self.gauges.iter().map(|gauge| match &gauge.kind {
            Kind::Lines(lines) => lines.len(),
            Kind::Meters(_) | Kind::Read { .. } => 0,
        });
        lines.sum::<usize>() + self.rack.len()
    }

    fn forget(&mut self) {
        self.rack.forget();
        for gauge in &mut self.gauges {
            match &mut gauge.kind {
                Kind::Lines(lines) => lines.forget(),
                Kind::Meters(_) | Kind::Read { .. } => {}
            }
        }
    }
}
