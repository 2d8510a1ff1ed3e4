//! A gauge: a figure that some rules measure, and how it is told which of them may change their
//! mind.

use domain::atlas::Unit;
use domain::catalogue::{Measure, Reference};
use domain::contribution;
use domain::fold::Fold;
use domain::time::{Grain, Period};
use query::Exact;

use crate::depends::{Depends, of_rule};
use crate::lines::Lines;
use crate::look::{Look, percent};
use crate::meter::Meter;
use crate::rule::{Against, Measured, Rule};
use crate::units::Units;

/// A figure of some periods, with the rules that measure it.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    pub(crate) grain: Grain,
    /// The rules' numbers.
    pub(crate) rules: Vec<u16>,
    /// The units that any of them is for.
    pub(crate) units: Units,
    pub(crate) kind: Kind,
}

/// How a gauge is read.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A meter, or one over a stated number, against numbers: only what passes a line is looked at.
    Lines(Lines),
    /// Meters against each other: one rule, looked at with every touch.
    Meters(Meters),
    /// Anything else: one rule, read from the fold with every touch.
    Read {
        /// Where a unit states nothing of this, there is no line: nothing to look at.
        stated: Option<String>,
    },
}

/// Meters by their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Meters {
    value: u16,
    over: Option<u16>,
    line: Against,
    other: Option<u16>,
}

/// The meters of all gauges, each once.
#[derive(Debug)]
pub(crate) struct Rack<'a> {
    pub(crate) rules: &'a contribution::Rules,
    pub(crate) meters: Vec<Meter>,
    pub(crate) is_whole: bool,
}

impl Rack<'_> {
    /// The number of a figure's meter, for some more units; none if it is no sum of cells.
    fn meter(&mut self, of: &Reference, grain: Grain, units: &Units) -> Option<u16> {
        let same = |meter: &Meter| meter.of == *of && meter.grain == grain;
        let at = match self.meters.iter().position(same) {
            Some(at) => at,
            None => {
                self.meters.push(Meter::of(self.rules, of, grain, self.is_whole)?);
                self.meters.len() - 1
            }
        };
        self.meters[at].units.join(units);
        u16::try_from(at).ok()
    }
}

impl Gauge {
    /// The gauge of a rule alone.
    pub(crate) fn new(rack: &mut Rack<'_>, number: u16, rule: &Rule) -> Gauge {
        let units = Units::of(&rack.rules.atlas, &rule.scope);
        let kind = lines(rack, number, rule, &units)
            .map(Kind::Lines)
            .or_else(|| meters(rack, rule, &units).map(Kind::Meters));
        let kind = kind.unwrap_or_else(|| {
            let target = rule.against == Against::Target;
            Kind::Read { stated: target.then(|| rule.measured.indicator().to_owned()) }
        });
        Gauge { grain: rule.grain, rules: vec![number], units, kind }
    }

    /// Takes in another rule, if it measures the same against a number.
    pub(crate) fn join(&mut self, rack: &mut Rack<'_>, number: u16, rule: &Rule) -> bool {
        let Kind::Lines(own) = &mut self.kind else { return false };
        let units = Units::of(&rack.rules.atlas, &rule.scope);
        let Some((numerator, over, _)) = parts(rack.rules, rule) else { return false };
        let meter = &rack.meters[usize::from(own.meter)];
        if rule.grain != self.grain || meter.of != numerator || own.over != over {
            return false;
        }
        let Some(lines) = lines_of(rule) else { return false };
        own.add(number, &lines, holds_at_zero(rule));
        rack.meters[usize::from(own.meter)].units.join(&units);
        self.rules.push(number);
        self.units.join(&units);
        true
    }

    /// What it depends on beside its meters.
    pub(crate) fn depends(&self, plan: &domain::plan::Plan, rule: &Rule) -> Depends {
        match &self.kind {
            Kind::Lines(lines) => match &lines.over {
                Some(over) => Depends::of(plan, over),
                None => Depends::default(),
            },
            Kind::Meters(_) => Depends::default(),
            Kind::Read { .. } => of_rule(plan, rule),
        }
    }
}

impl Meters {
    /// The meters it reads, each with how many periods ahead a change of it is seen.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u16, u16)> {
        let back = match self.line {
            Against::Earlier(back, _) => back,
            Against::Number(_) | Against::Target | Against::Other(..) => 0,
        };
        let own = [Some(self.value), self.over, self.other].into_iter().flatten();
        own.map(move |meter| (meter, back))
    }

    /// The figure and its line.
    pub(crate) fn look(
        &self,
        fold: &Fold,
        meters: &mut [Meter],
        rule: &Rule,
        (unit, period): (Unit, Period),
    ) -> Look {
        let mut read = |meter: u16, period| {
            Exact::whole(meters[usize::from(meter)].value(fold, unit, period).into())
        };
        let mut measure = |period| {
            let value = read(self.value, period);
            match self.over {
                Some(over) => percent(value, read(over, period)),
                None => Some(value),
            }
        };
        let value = measure(period);
        let line = match &self.line {
            Against::Number(number) => Some(*number),
            Against::Earlier(back, times) => crate::look::back_by(period, *back)
                .and_then(&mut measure)
                .filter(|before| *before != Exact::whole(0))
                .and_then(|before| before.times(*times)),
            Against::Other(_, times) => {
                self.other.and_then(|other| read(other, period).times(*times))
            }
            Against::Target => None,
        };
        Look { value, line, side: rule.side }
    }
}

fn lines(rack: &mut Rack<'_>, number: u16, rule: &Rule, units: &Units) -> Option<Lines> {
    let (numerator, over, scale) = parts(rack.rules, rule)?;
    let lines = lines_of(rule)?;
    let meter = rack.meter(&numerator, rule.grain, units)?;
    let mut own = Lines::new(meter, over, scale);
    own.add(number, &lines, holds_at_zero(rule));
    Some(own)
}

/// What is summed, what it stands over, and 100 for a percentage; none where the rule's figure is
/// something else.
fn parts(rules: &contribution::Rules, rule: &Rule) -> Option<(Reference, Option<Reference>, i128)> {
    let Measured::Figure(of) = &rule.measured else { return None };
    let indicator = rules.plan.indicator(&of.indicator)?;
    match &indicator.definition.measure {
        Measure::Flow { .. }
        | Measure::Movement { .. }
        | Measure::Stock { .. }
        | Measure::Distinct { .. } => Some((of.clone(), None, 1)),
        Measure::Ratio { numerator, denominator } => {
            let mut filter = numerator.filter.clone();
            filter.extend(of.filter.clone());
            let sum = Reference { indicator: numerator.indicator.clone(), filter };
            let percent = indicator.definition.counted_in == "percent";
            Some((sum, Some(denominator.clone()), if percent { 100 } else { 1 }))
        }
        Measure::Reduction { .. }
        | Measure::Communes { .. }
        | Measure::Codes { .. }
        | Measure::Census {}
        | Measure::External {}
        | Measure::ChildrenBehind { .. }
        | Measure::Plan {} => None,
    }
}

/// The numbers at which a rule may change its mind.
fn lines_of(rule: &Rule) -> Option<Vec<Exact>> {
    let Against::Number(line) = &rule.against else { return None };
    let mut lines = vec![line.minus(rule.margin)?, *line, line.plus(rule.margin)?];
    lines.dedup();
    Some(lines)
}

fn holds_at_zero(rule: &Rule) -> bool {
    crate::look::at_number(rule, Exact::whole(0)).holds(rule.margin, false)
}

fn meters(rack: &mut Rack<'_>, rule: &Rule, units: &Units) -> Option<Meters> {
    let (of, over) = match &rule.measured {
        Measured::Figure(of) => (of, None),
        Measured::Share(of, over) => (of, Some(over)),
        Measured::Findings(_) => return None,
    };
    let other = match &rule.against {
        Against::Other(other, _) => Some(other),
        Against::Number(_) | Against::Earlier(..) => None,
        Against::Target => return None,
    };
    let value = rack.meter(of, rule.grain, units)?;
    let over = match over {
        Some(over) => Some(rack.meter(over, rule.grain, units)?),
        None => None,
    };
    let other = match other {
        Some(other) => Some(rack.meter(other, rule.grain, units)?),
        None => None,
    };
    Some(Meters { value, over, line: rule.against.clone(), other })
}
