//! The heart: a change of the fold touches gauges, gauges pass lines, rules turn.

mod touch;
mod wiring;

use std::sync::Arc;

use domain::atlas::Unit;
use domain::closing::Act as Done;
use domain::contribution::{self, Change};
use domain::fact::{Fact, What};
use domain::fold::Fold;
use domain::time::{Day, Period};
use query::Exact;

use crate::denominators::Denominators;
use crate::gauge::{Gauge, Kind};
use crate::known::Needs;
use crate::look::{at_number, look, unknown};
use crate::notice::{By, Instance, Notice};
use crate::openings::Openings;
use crate::rack::Rack;
use crate::rule::{On, Rules, Scope};
use crate::standing::Standings;
use crate::units::Units;
use wiring::Wiring;

/// Watches a fold for the rules. The same journal makes the same notices in the same order,
/// however it is cut into batches and wherever the watch was stopped and begun again.
#[derive(Clone, Debug)]
pub struct Watch {
    rules: Arc<Rules>,
    rack: Rack,
    gauges: Vec<Gauge>,
    wiring: Wiring,
    /// By rule, the units it is for.
    units: Vec<Arc<Units>>,
    /// By rule, its gauge, where it runs.
    gauge_of: Vec<Option<u16>>,
    /// By rule, what must have been reported.
    needs: Vec<Needs>,
    openings: Openings,
    standings: Standings,
    records: u64,
    /// Used again for each position.
    touched: Vec<(u16, Unit, Period)>,
    /// What is looked at whether a line is passed or not, for it may be known only now.
    opened: Vec<(u16, Unit, Period)>,
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
    /// A watch that goes on after what was told before. `is_first`: the fold has seen nothing yet.
    pub fn new<'a>(
        rules: Arc<Rules>,
        of: &contribution::Rules,
        told: impl IntoIterator<Item = &'a Notice>,
        is_first: bool,
    ) -> Watch {
        let mut rack =
            Rack { meters: Vec::new(), below: Denominators::default(), is_whole: is_first };
        let units = units_of(&rules, of);
        let mut gauges = Vec::<Gauge>::new();
        for ((number, rule), units) in (0..).zip(&rules.list).zip(&units) {
            let mut join = |one: &mut Gauge| one.join(of, &mut rack, (number, rule), units);
            if rule.on == On::Running && !gauges.iter_mut().any(&mut join) {
                gauges.push(Gauge::new(of, &mut rack, (number, rule), units));
            }
        }
        let mut gauge_of = vec![None; rules.list.len()];
        for (gauge, one) in (0..).zip(&gauges) {
            one.rules.iter().for_each(|rule| gauge_of[usize::from(*rule)] = Some(gauge));
        }
        let wiring = Wiring::new(of, &rules, &mut rack, &gauges);
        let mut standings = Standings::default();
        told.into_iter().for_each(|notice| standings.recall(notice));
        let needs = rules.list.iter().map(|rule| Needs::of(&of.plan, rule)).collect();
        let openings = Openings::new(is_first);
        let (records, touched, opened) = Default::default();
        Watch {
            rules,
            rack,
            gauges,
            wiring,
            units,
            gauge_of,
            needs,
            openings,
            standings,
            records,
            touched,
            opened,
        }
    }

    /// Sees what one record did: `fold` must be as of its position. Notices come by rule, unit and
    /// period.
    pub fn see(&mut self, fold: &Fold, seen: &Seen<'_>) -> Vec<Notice> {
        self.touch(fold, seen);
        let mut candidates = self.passed(fold);
        candidates.extend(self.opened());
        candidates.extend(self.closed(fold, seen).into_iter().map(|instance| (instance, None)));
        if candidates.is_empty() {
            return Vec::new();
        }
        candidates.sort_unstable_by_key(|(instance, _)| *instance);
        candidates.dedup_by_key(|(instance, _)| *instance);
        let judged = candidates
            .into_iter()
            .filter_map(|(instance, value)| self.judge(fold, instance, value, &seen.by));
        judged.collect()
    }

    /// The rules that may have changed their mind, with the value where it is known.
    fn passed(&mut self, fold: &Fold) -> Vec<(Instance, Option<Exact>)> {
        let Watch { gauges, rack, touched, units, wiring, .. } = self;
        rack.below.forget();
        touched.sort_unstable();
        touched.dedup();
        let mut candidates = Vec::new();
        for (number, unit, period) in touched.drain(..) {
            let Gauge { rules, kind, .. } = &mut gauges[usize::from(number)];
            let (passed, value) = match kind {
                Kind::Lines(lines) => {
                    let sum = rack.value(lines.meter, fold, unit, period);
                    let below = rack.below(fold, lines.over, unit, period);
                    let passed = lines.pass((unit, period), (sum, below), rules, rack.is_whole);
                    let meter = lines.meter;
                    let span = |one: &Gauge| one.span(unit, period.slot());
                    let span = wiring.readers[usize::from(meter)].span(gauges, span);
                    rack.meters[usize::from(meter)].rest(unit, period.slot(), span);
                    passed
                }
                Kind::Meters(_) | Kind::Target(_) | Kind::Read => (rules.clone(), None),
            };
            let concerned = |rule: &u16| units[usize::from(*rule)].holds(unit);
            let of = passed.into_iter().filter(concerned);
            candidates.extend(of.map(|rule| (Instance { rule, unit, period }, value)));
        }
        candidates
    }

    /// The rules whose figures may be known only now, or no longer.
    fn opened(&mut self) -> Vec<(Instance, Option<Exact>)> {
        let Watch { gauges, units, opened, .. } = self;
        let mut candidates = Vec::new();
        for (number, unit, period) in opened.drain(..) {
            let concerned = |rule: &&u16| units[usize::from(**rule)].holds(unit);
            let rules = gauges[usize::from(number)].rules.iter().filter(concerned);
            candidates.extend(rules.map(|rule| (Instance { rule: *rule, unit, period }, None)));
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
        let Instance { rule: number, unit, period } = instance;
        // Of a unit that had ended before there is nothing to tell, whatever its record still holds.
        if fold.rules.atlas.record(unit).to < *period.days().start() {
            return None;
        }
        let rule = &self.rules.list[usize::from(number)];
        let gauge = self.gauge_of[usize::from(number)].map(|at| &self.gauges[usize::from(at)]);
        let is_known = self.needs[usize::from(number)].are_met(fold, unit, period);
        let look = match (known, gauge.map(|gauge| &gauge.kind)) {
            (_, _) if !is_known => unknown(rule),
            (Some(value), _) => at_number(rule, value),
            (None, Some(Kind::Meters(own))) => own.look(fold, &mut self.rack, rule, (unit, period)),
            (None, Some(Kind::Target(own))) => own.look(fold, &mut self.rack, rule, (unit, period)),
            (None, Some(Kind::Lines(_) | Kind::Read) | None) => look(fold, rule, unit, period),
        };
        let holds = look.holds(rule.margin, self.standings.is_reached(instance));
        let turned = self.standings.turn(instance, holds)?;
        Some(Notice::new(instance, turned, by, (look.value, look.line)))
    }
}

/// The units that each rule is for: most rules are for the same.
fn units_of(rules: &Rules, of: &contribution::Rules) -> Vec<Arc<Units>> {
    let mut known: Vec<(&Scope, Arc<Units>)> = Vec::new();
    let units = rules.list.iter().map(|rule| {
        if let Some((_, units)) = known.iter().find(|(scope, _)| **scope == rule.scope) {
            return Arc::clone(units);
        }
        let units = Arc::new(Units::of(&of.atlas, &rule.scope));
        known.push((&rule.scope, Arc::clone(&units)));
        units
    });
    units.collect()
}
