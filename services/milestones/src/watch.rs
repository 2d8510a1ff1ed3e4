//! The heart: a change of the fold touches gauges, gauges pass lines, rules turn.

use std::sync::Arc;

use domain::atlas::{Atlas, Unit};
use domain::closing::Act as Done;
use domain::contribution::{self, Change};
use domain::fact::{Fact, What};
use domain::fold::Fold;
use domain::posting::{Posting, Slot};
use domain::time::{Calendars, Day, Grain, Period};
use hashbrown::HashMap;
use query::Exact;

use crate::depends::Reach;
use crate::gauge::{Gauge, Said, Values};
use crate::look::look;
use crate::notice::{By, Instance, Notice};
use crate::rule::{On, Rules};
use crate::standing::Standings;
use crate::units::Units;

/// Watches a fold for the rules. The same journal makes the same notices in the same order,
/// however it is cut into batches and wherever the watch was stopped and begun again.
#[derive(Clone, Debug)]
pub struct Watch {
    rules: Arc<Rules>,
    gauges: Vec<Gauge>,
    /// By column, which gauges a posting touches.
    by_column: Vec<Vec<Touch>>,
    /// By indicator, which gauges a statement touches.
    by_stated: HashMap<String, Vec<u16>>,
    /// By rule, the units it is for.
    units: Vec<Units>,
    values: Values,
    standings: Standings,
    /// Used again for each position.
    touched: Vec<(u16, Unit, Period)>,
}

/// How a posting to a column touches a gauge.
#[derive(Clone, Copy, Debug)]
struct Touch {
    gauge: u16,
    reach: Reach,
    /// Whether the gauge's value moves by as much.
    moves: bool,
}

impl Touch {
    /// The periods of a gauge in which a cell's change is seen.
    fn periods<'a>(
        &self,
        gauge: &Gauge,
        calendars: &'a Calendars,
        slot: Slot,
        today: Day,
    ) -> impl Iterator<Item = Period> + use<'a> {
        let (grain, back, day) = (gauge.grain, gauge.back, Day(slot.0));
        let own = match self.reach {
            Reach::Itself => Period::from_slot(slot.0).filter(|period| period.grain() == grain),
            Reach::Within => calendars.containing(grain, day),
            Reach::Onwards => None,
        };
        let onwards = match self.reach {
            Reach::Onwards => Some(Begun { first: day, today }),
            Reach::Itself | Reach::Within => None,
        };
        // The period that looks back at this one, if it has begun.
        let ahead = own.filter(|_| back > 0).and_then(|own| ahead_by(own, back));
        let ahead = ahead.filter(move |later| *later.days().start() <= today);
        let onwards = onwards.into_iter().flat_map(move |begun| begun.periods(calendars, grain));
        own.into_iter().chain(ahead).chain(onwards)
    }
}

/// A record that was folded.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Which record.
    pub by: By,
    /// The day on which the journal received it.
    pub received: Day,
    /// What it changed.
    pub changes: &'a [Change],
    /// The closing it is, if it is one.
    pub closing: Option<&'a Fact>,
}

impl Watch {
    /// A watch that goes on after what was told before.
    pub fn new<'a>(
        rules: Arc<Rules>,
        of: &contribution::Rules,
        told: impl IntoIterator<Item = &'a Notice>,
    ) -> Watch {
        let mut gauges: Vec<Gauge> = Vec::new();
        let mut units = Vec::new();
        for (number, rule) in (0..).zip(&rules.list) {
            units.push(Units::of(&of.atlas, &rule.scope));
            if rule.on != On::Running {
                continue;
            }
            let gauge = Gauge::new(of, number, rule);
            if !gauges.iter_mut().any(|one| one.join(&gauge)) {
                gauges.push(gauge);
            }
        }
        let mut by_column = vec![Vec::new(); usize::from(of.plan.columns())];
        let mut by_stated: HashMap<String, Vec<u16>> = HashMap::new();
        for (number, gauge) in (0..).zip(&gauges) {
            for (column, reach) in &gauge.depends.columns {
                let (reach, moves) = (*reach, gauge.moves_with(*column));
                by_column[usize::from(column.0)].push(Touch { gauge: number, reach, moves });
            }
            for indicator in &gauge.depends.stated {
                by_stated.entry(indicator.clone()).or_default().push(number);
            }
        }
        let mut standings = Standings::default();
        told.into_iter().for_each(|notice| standings.recall(notice));
        let (values, touched) = Default::default();
        Watch { rules, gauges, by_column, by_stated, units, values, standings, touched }
    }

    /// The rules.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// How many milestones were ever reached.
    pub fn len(&self) -> usize {
        self.standings.len()
    }

    /// Whether none ever was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sees what one record did: `fold` must be as of its position. Notices come by rule, unit and
    /// period.
    pub fn see(&mut self, fold: &Fold, seen: &Seen<'_>) -> Vec<Notice> {
        self.touch(fold, seen);
        let mut candidates = self.passed(fold);
        candidates.extend(self.closed(fold, seen).into_iter().map(|instance| (instance, None)));
        if candidates.is_empty() {
            return Vec::new();
        }
        candidates.sort_unstable_by_key(|(instance, _)| *instance);
        let judged = candidates
            .into_iter()
            .filter_map(|(instance, value)| self.judge(fold, instance, value, &seen.by));
        judged.collect()
    }

    /// Moves the values that a change moves, and notes which may have passed a line.
    fn touch(&mut self, fold: &Fold, seen: &Seen<'_>) {
        let contribution::Rules { atlas, plan } = &*fold.rules;
        for change in seen.changes {
            for posting in &change.postings {
                self.post(atlas, plan.calendars(), posting, seen.received);
            }
            for statement in change.stated.iter().chain(&change.unstated) {
                let Some(gauges) = self.by_stated.get(&*statement.stated.indicator) else {
                    continue;
                };
                for number in gauges {
                    let gauge = &self.gauges[usize::from(*number)];
                    for unit in atlas.ancestry(statement.unit) {
                        let begun = Begun { first: statement.on, today: seen.received };
                        for period in begun.periods(plan.calendars(), gauge.grain) {
                            self.values.forget((*number, unit, period));
                            if gauge.units.holds(unit) {
                                self.touched.push((*number, unit, period));
                            }
                        }
                    }
                }
            }
        }
    }

    fn post(&mut self, atlas: &Atlas, calendars: &Calendars, posting: &Posting, today: Day) {
        let Posting { site, column, slot, by } = *posting;
        let touches = &self.by_column[usize::from(column.0)];
        if touches.is_empty() {
            return;
        }
        let only;
        let units = match site.which() {
            Ok(place) => atlas.closure(place),
            Err(unit) => {
                only = [unit];
                &only
            }
        };
        for touch in touches {
            let gauge = &self.gauges[usize::from(touch.gauge)];
            for period in touch.periods(gauge, calendars, slot, today) {
                for unit in units.iter().filter(|unit| gauge.units.holds(**unit)) {
                    let key = (touch.gauge, *unit, period);
                    match touch.moves {
                        true => self.values.add(key, by),
                        false => self.values.forget(key),
                    }
                    self.touched.push(key);
                }
            }
        }
    }

    /// The rules whose lines a touched value may have passed.
    fn passed(&mut self, fold: &Fold) -> Vec<(Instance, Option<Exact>)> {
        let Watch { gauges, values, touched, units, .. } = self;
        touched.sort_unstable();
        touched.dedup();
        let mut candidates = Vec::new();
        for key in touched.drain(..) {
            let (number, unit, period) = key;
            let gauge = &gauges[usize::from(number)];
            let value = match values.look(fold, gauge, key) {
                Said::Same => continue,
                Said::Moved(value) => value,
                Said::Unknown => None,
            };
            let for_unit = |rule: &&u16| units[usize::from(**rule)].holds(unit);
            let of = gauge.rules.iter().filter(for_unit);
            candidates.extend(of.map(|rule| (Instance { rule: *rule, unit, period }, value)));
        }
        candidates
    }

    /// What a closing lets be judged: its period in its unit and all below.
    fn closed(&self, fold: &Fold, seen: &Seen<'_>) -> Vec<Instance> {
        let Some(fact) = seen.closing else { return Vec::new() };
        let What::Closing(closing) = &fact.what else { return Vec::new() };
        let holds = |level| matches!(level, On::Closed(least) if closing.level >= least);
        let concerned: Vec<u16> = (0..)
            .zip(&self.rules.list)
            .filter(|(_, rule)| holds(rule.on) && rule.grain == closing.period.grain())
            .map(|(number, _)| number)
            .collect();
        if closing.act != Done::Closed || concerned.is_empty() {
            return Vec::new();
        }
        let judged = fold.closings();
        let verdict = judged.iter().find(|one| one.fact.position == fact.position);
        let Some(Ok(name)) = verdict.map(|one| one.verdict) else { return Vec::new() };
        let mut instances = Vec::new();
        let mut open = vec![name.unit];
        while let Some(unit) = open.pop() {
            let of = concerned.iter().filter(|rule| self.units[usize::from(**rule)].holds(unit));
            instances.extend(of.map(|rule| Instance { rule: *rule, unit, period: name.period }));
            open.extend(fold.rules.atlas.children(unit));
        }
        instances
    }

    fn judge(
        &mut self,
        fold: &Fold,
        instance: Instance,
        known: Option<Exact>,
        by: &By,
    ) -> Option<Notice> {
        let rule = &self.rules.list[usize::from(instance.rule)];
        let look = match known {
            Some(value) => crate::look::at_number(rule, value),
            None => look(fold, rule, instance.unit, instance.period),
        };
        let holds = look.holds(rule.margin, self.standings.is_reached(instance));
        let turned = self.standings.turn(instance, holds)?;
        Some(Notice::new(instance, turned, by, (look.value, look.line)))
    }
}

/// The periods that have begun: from that of a day to that of the day on which the journal received
/// the record, or of the first alone where that is later.
struct Begun {
    first: Day,
    today: Day,
}

impl Begun {
    fn periods(&self, calendars: &Calendars, grain: Grain) -> impl Iterator<Item = Period> + use<> {
        let today = self.today.max(self.first);
        let first = calendars.containing(grain, self.first).or_else(|| next(grain, self.first));
        let begun = move |period: &Period| *period.days().start() <= today;
        std::iter::successors(first.filter(begun), move |period| {
            // The last day that can be told is its own next.
            let later = |next: &Period| next.days().start() > period.days().end();
            next(grain, period.days().end().next()).filter(later).filter(begun)
        })
    }
}

/// The period of the same grain so many later.
fn ahead_by(period: Period, ahead: u16) -> Option<Period> {
    (0..ahead).try_fold(period, |period, _| {
        let later = next(period.grain(), period.days().end().next())?;
        (later.days().start() > period.days().end()).then_some(later)
    })
}

/// The period that holds a day, or the first after it: some days lie between two "nine months".
fn next(grain: Grain, day: Day) -> Option<Period> {
    (0..=12).find_map(|months| Period::containing(grain, day.plus_months(months)))
}
