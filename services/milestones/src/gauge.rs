//! A gauge: a figure that some rules measure, and how it is told which of them may change their
//! mind.

use std::cell::RefCell;

use domain::atlas::Unit;
use domain::catalogue::{Measure, Reference};
use domain::contribution;
use domain::figures::{Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::time::{Grain, Period};
use query::Exact;

use crate::depends::{Depends, of_rule};
use crate::lines::{Lines, Over};
use crate::look::{Look, at_target, hold, percent};
use crate::rack::Rack;
use crate::rule::{Against, Measured, Rule};
use crate::span::Span;
use crate::units::Units;

/// A figure of some periods, with the rules that measure it.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    pub(crate) grain: Grain,
    /// The rules' numbers.
    pub(crate) rules: Vec<u16>,
    /// The units that any of them is for.
    pub(crate) units: Units,
    /// So many periods ahead a change is seen, too: there it is what was earlier.
    pub(crate) ahead: u16,
    pub(crate) kind: Kind,
}

/// How a gauge is read.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A meter, or one over a stated number, against numbers: only what passes a line is looked at.
    Lines(Lines),
    /// Meters against each other: one rule, looked at with every touch.
    Meters(Meters),
    /// A figure against what each unit states to be its target: one rule, looked at with every
    /// touch of a unit that has one.
    Target(Target),
    /// Anything else: one rule, read from the fold with every touch.
    Read,
}

/// Meters by their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Meters {
    value: u16,
    over: Option<u16>,
    other: Option<u16>,
}

/// A figure that has targets.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    indicator: String,
    /// Its meter, if it is a sum of cells.
    value: Option<u16>,
}

impl Gauge {
    /// The gauge of a rule alone.
    pub(crate) fn new(
        rules: &contribution::Rules,
        rack: &mut Rack,
        (number, rule): (u16, &Rule),
        units: &Units,
    ) -> Gauge {
        let kind = lines(rules, rack, (number, rule), units)
            .map(Kind::Lines)
            .or_else(|| meters(rules, rack, rule, units).map(Kind::Meters));
        let kind = kind.or_else(|| target(rules, rack, rule, units).map(Kind::Target));
        let kind = kind.unwrap_or(Kind::Read);
        let ahead = match rule.against {
            Against::Earlier(back, _) => back,
            Against::Number(_) | Against::Target | Against::Other(..) => 0,
        };
        Gauge { grain: rule.grain, rules: vec![number], units: units.clone(), ahead, kind }
    }

    /// Takes in another rule, if it measures the same against a number.
    pub(crate) fn join(
        &mut self,
        rules: &contribution::Rules,
        rack: &mut Rack,
        (number, rule): (u16, &Rule),
        units: &Units,
    ) -> bool {
        let Kind::Lines(own) = &mut self.kind else { return false };
        let Some((numerator, over, _)) = parts(rules, rule) else { return false };
        let figures =
            (rack.figure_of(Over::Meter(own.meter)), own.over.map(|one| rack.figure_of(one)));
        if rule.grain != self.grain || figures != (&numerator, over.as_ref()) {
            return false;
        }
        let Some(lines) = lines_of(rule) else { return false };
        own.add(number, &lines, holds_at_zero(rule));
        own.meters().for_each(|meter| rack.meters[usize::from(meter)].units.join(units));
        self.rules.push(number);
        self.units.join(units);
        true
    }

    /// Whether a unit may have a line at all.
    pub(crate) fn has_line(&self, fold: &Fold, unit: Unit) -> bool {
        match &self.kind {
            Kind::Target(target) => !fold.books.statements.of(unit, &target.indicator).is_empty(),
            Kind::Read | Kind::Lines(_) | Kind::Meters(_) => true,
        }
    }

    /// The sums of a unit and period for which it does not have to look; none where it never
    /// looks, or always.
    pub(crate) fn span(&self, unit: Unit, slot: u16) -> Option<Span> {
        match &self.kind {
            Kind::Lines(lines) => self.units.holds(unit).then(|| lines.span(unit, slot)),
            Kind::Meters(_) | Kind::Target(_) | Kind::Read => None,
        }
    }

    /// What it depends on beside its meters.
    pub(crate) fn depends(&self, plan: &domain::plan::Plan, rack: &Rack, rule: &Rule) -> Depends {
        match &self.kind {
            Kind::Lines(lines) => match &lines.over {
                Some(over) => Depends::of(plan, rack.figure_of(*over)),
                None => Depends::default(),
            },
            Kind::Meters(_) => Depends::default(),
            Kind::Target(_) | Kind::Read => of_rule(plan, rule),
        }
    }
}

impl Meters {
    /// The meters it reads.
    pub(crate) fn all(&self) -> impl Iterator<Item = u16> {
        [Some(self.value), self.over, self.other].into_iter().flatten()
    }

    /// The figure and its line.
    pub(crate) fn look(
        &self,
        fold: &Fold,
        rack: &mut Rack,
        rule: &Rule,
        (unit, period): (Unit, Period),
    ) -> Look {
        let rack = RefCell::new(rack);
        let read = |meter, period| Exact::whole(rack.borrow_mut().value(meter, fold, unit, period));
        let measured = |period| {
            let value = read(self.value, period);
            match self.over {
                Some(over) => percent(value, read(over, period)),
                None => Some(value),
            }
        };
        hold(rule, period, measured, |_| self.other.map(|other| read(other, period)))
    }
}

impl Target {
    /// The figure and its target.
    pub(crate) fn look(
        &self,
        fold: &Fold,
        rack: &mut Rack,
        rule: &Rule,
        (unit, period): (Unit, Period),
    ) -> Look {
        // A target may be one of a longer period than the rule's.
        let read = |question: &Question<'_>| match (self.value, question.time) {
            (Some(meter), Time::Period(of)) if of.grain() == rule.grain => {
                Value::Whole(rack.value(meter, fold, unit, of))
            }
            (_, _) => Reader::from(fold).figure(question).value,
        };
        at_target(fold, rule, unit, period, read)
    }
}

fn lines(
    rules: &contribution::Rules,
    rack: &mut Rack,
    (number, rule): (u16, &Rule),
    units: &Units,
) -> Option<Lines> {
    let (numerator, over, scale) = parts(rules, rule)?;
    let lines = lines_of(rule)?;
    let meter = rack.meter(rules, &numerator, rule.grain, units)?;
    let over = match over {
        Some(over) => Some(rack.over(rules, &over, rule.grain, units)?),
        None => None,
    };
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
        | Measure::Distinct { .. }
        | Measure::Reduction { .. } => Some((of.clone(), None, 1)),
        Measure::Ratio { numerator, denominator } => {
            let mut filter = numerator.filter.clone();
            filter.extend(of.filter.clone());
            let sum = Reference { indicator: numerator.indicator.clone(), filter };
            let percent = indicator.definition.counted_in == "percent";
            Some((sum, Some(denominator.clone()), if percent { 100 } else { 1 }))
        }
        Measure::Balance { .. }
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

fn meters(
    rules: &contribution::Rules,
    rack: &mut Rack,
    rule: &Rule,
    units: &Units,
) -> Option<Meters> {
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
    let mut meter = |of: &Reference| rack.meter(rules, of, rule.grain, units);
    let value = meter(of)?;
    // None where there is a figure that has no meter.
    let mut optional = |of: Option<&Reference>| match of {
        Some(of) => meter(of).map(Some),
        None => Some(None),
    };
    Some(Meters { value, over: optional(over)?, other: optional(other)? })
}

fn target(
    rules: &contribution::Rules,
    rack: &mut Rack,
    rule: &Rule,
    units: &Units,
) -> Option<Target> {
    let Against::Target = rule.against else { return None };
    let value = match &rule.measured {
        // A target is one for the whole figure.
        Measured::Figure(of) if of.filter.is_empty() => rack.meter(rules, of, rule.grain, units),
        Measured::Figure(_) | Measured::Share(..) | Measured::Findings(_) => None,
    };
    Some(Target { indicator: rule.measured.indicator().to_owned(), value })
}
