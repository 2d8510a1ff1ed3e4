//! From a change of the fold to the gauges that are to be looked at.

use domain::atlas::Unit;
use domain::contribution;
use domain::fold::Fold;
use domain::posting::Posting;
use domain::time::{Day, Period};

use super::{Seen, Touch, Watch};
use crate::gauge::Kind;
use crate::meter::Meter;
use crate::periods::{ahead, begun, reached};

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
        let Posting { site, column, slot, by } = *posting;
        let only;
        let units = match site.which() {
            Ok(place) => atlas.closure(place),
            Err(unit) => {
                only = [unit];
                &only
            }
        };
        for touch in &self.by_column[usize::from(column.0)] {
            let (grain, reach) = match touch {
                Touch::Meter(meter) => {
                    let meter = &self.meters[usize::from(*meter)];
                    (meter.grain, meter.reach)
                }
                Touch::Gauge(gauge, reach) => (self.gauges[usize::from(*gauge)].grain, *reach),
            };
            let reached = reached(plan.calendars(), (grain, reach), slot, today);
            let Some((from, to)) = reached else { continue };
            match touch {
                Touch::Meter(number) => {
                    let meter = &mut self.meters[usize::from(*number)];
                    let readers = &self.readers[usize::from(*number)];
                    for unit in units {
                        if !meter.units.holds(*unit) {
                            continue;
                        }
                        meter.add(*unit, (from, to), by);
                        for reader in readers {
                            let gauge = &self.gauges[usize::from(reader.gauge)];
                            if !gauge.units.holds(*unit) {
                                continue;
                            }
                            let last = ahead(to, reader.ahead, plan.calendars(), grain, today);
                            for slot in (from..=to).chain(last) {
                                let passed = match &gauge.kind {
                                    Kind::Lines(lines) => meter
                                        .known(*unit, slot)
                                        .is_none_or(|sum| lines.is_passed(*unit, slot, sum)),
                                    Kind::Meters(_) | Kind::Read { .. } => true,
                                };
                                if let (true, Some(period)) = (passed, Period::from_slot(slot)) {
                                    self.touched.push((reader.gauge, *unit, period));
                                }
                            }
                        }
                    }
                }
                Touch::Gauge(number, _) => {
                    let gauge = &self.gauges[usize::from(*number)];
                    let has_line = |unit: Unit| match &gauge.kind {
                        Kind::Read { stated: Some(indicator) } => {
                            !fold.books.statements.of(unit, indicator).is_empty()
                        }
                        Kind::Read { stated: None } | Kind::Lines(_) | Kind::Meters(_) => true,
                    };
                    let concerned = |unit: &&Unit| gauge.units.holds(**unit) && has_line(**unit);
                    for unit in units.iter().filter(concerned) {
                        let periods = (from..=to).filter_map(Period::from_slot);
                        self.touched.extend(periods.map(|period| (*number, *unit, period)));
                    }
                }
            }
        }
    }

    fn kept(&self) -> usize {
        let lines = self.gauges.iter().map(|gauge| match &gauge.kind {
            Kind::Lines(lines) => lines.len(),
            Kind::Meters(_) | Kind::Read { .. } => 0,
        });
        lines.sum::<usize>() + self.meters.iter().map(Meter::len).sum::<usize>()
    }

    fn forget(&mut self) {
        self.is_whole = false;
        self.meters.iter_mut().for_each(Meter::forget);
        for gauge in &mut self.gauges {
            match &mut gauge.kind {
                Kind::Lines(lines) => lines.forget(),
                Kind::Meters(_) | Kind::Read { .. } => {}
            }
        }
    }
}
