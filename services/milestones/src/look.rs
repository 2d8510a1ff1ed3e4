//! Looking at a rule's figure and line, exactly, and whether the figure is where it should be.

use domain::atlas::Unit;
use domain::catalogue::{Filter, Reference};
use domain::figures::{Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::time::Period;
use query::{Bound, Exact, amount};

use crate::rule::{Against, Measured, Rule, Side};

/// A figure and its line, in what the rule is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Look {
    pub(crate) value: Option<Exact>,
    pub(crate) line: Option<Exact>,
    pub(crate) side: Side,
}

impl Look {
    /// Whether the figure is where it should be; without a figure or a line it is not. `was` is
    /// whether it was there before: then only leaving by more than the margin counts.
    pub(crate) fn holds(&self, margin: Exact, was: bool) -> bool {
        let (Some(value), Some(line)) = (self.value, self.line) else { return false };
        let lower = |line: Exact| line.minus(margin).filter(|_| was).unwrap_or(line);
        let upper = |line: Exact| line.plus(margin).filter(|_| was).unwrap_or(line);
        match self.side {
            Side::AtLeast => value >= lower(line),
            Side::Above => value > lower(line),
            Side::AtMost => value <= upper(line),
            Side::Below => value < upper(line),
            // Nobody says on which side one has to be.
            Side::OfTarget => false,
        }
    }
}

/// The same where the value is known, and the line is a number.
pub(crate) fn at_number(rule: &Rule, value: Exact) -> Look {
    Look { value: Some(value), line: number(rule), side: rule.side }
}

/// The same where nobody knows.
pub(crate) fn unknown(rule: &Rule) -> Look {
    Look { value: None, line: number(rule), side: rule.side }
}

fn number(rule: &Rule) -> Option<Exact> {
    match rule.against {
        Against::Number(number) => Some(number),
        Against::Target | Against::Other(..) | Against::Earlier(..) => None,
    }
}

/// Looks at a rule's figure in a unit and period, as the fold has it.
pub(crate) fn look(fold: &Fold, rule: &Rule, unit: Unit, period: Period) -> Look {
    if rule.against == Against::Target {
        let read = |question: &Question<'_>| Reader::from(fold).figure(question).value;
        return at_target(fold, rule, unit, period, read);
    }
    let measured = |period| measure(fold, &rule.measured, unit, Time::Period(period));
    let other = |of: &Reference| figure(fold, of, unit, Time::Period(period));
    hold(rule, period, measured, other)
}

/// Holds what is measured of a period against a rule's line, however both are read. A target has
/// no line here.
pub(crate) fn hold(
    rule: &Rule,
    period: Period,
    mut measured: impl FnMut(Period) -> Option<Exact>,
    other: impl FnOnce(&Reference) -> Option<Exact>,
) -> Look {
    let value = measured(period);
    let line = match &rule.against {
        Against::Number(number) => Some(*number),
        Against::Target => None,
        Against::Other(of, times) => other(of).and_then(|value| value.times(*times)),
        Against::Earlier(back, times) => back_by(period, *back)
            .and_then(measured)
            // Nothing before is nothing to compare with.
            .filter(|before| *before != Exact::whole(0))
            .and_then(|value| value.times(*times)),
    };
    Look { value, line, side: rule.side }
}

/// Looks at a figure and the version of its target that is in force; `read` reads the figure.
pub(crate) fn at_target(
    fold: &Fold,
    rule: &Rule,
    unit: Unit,
    period: Period,
    read: impl FnOnce(&Question<'_>) -> Value,
) -> Look {
    let (indicator, time) = (rule.measured.indicator(), Time::Period(period));
    let Some(target) = query::in_force(fold, unit, indicator, time, read) else {
        return Look { value: None, line: None, side: rule.side };
    };
    let side = match (rule.side, target.bound, target.strict) {
        (Side::OfTarget, Some(Bound::AtLeast), true) => Side::Above,
        (Side::OfTarget, Some(Bound::AtLeast), false) => Side::AtLeast,
        (Side::OfTarget, Some(Bound::AtMost), _) => Side::AtMost,
        (side, _, _) => side,
    };
    Look { value: target.done, line: Some(target.value), side }
}

/// What a rule measures, in what it is counted in.
fn measure(fold: &Fold, of: &Measured, unit: Unit, time: Time) -> Option<Exact> {
    match of {
        Measured::Figure(of) => figure(fold, of, unit, time),
        Measured::Share(of, over) => {
            percent(figure(fold, of, unit, time)?, figure(fold, over, unit, time)?)
        }
        Measured::Findings(over) => {
            let days = time.days();
            let (atlas, all) = (&fold.rules.atlas, fold.findings());
            let found = all.filter(|one| atlas.holds(unit, one.at) && days.contains(&one.on));
            percent(Exact::whole(found.count() as i128), figure(fold, over, unit, time)?)
        }
    }
}

/// None where nothing, or less than nothing, is below the line.
pub(crate) fn percent(above: Exact, below: Exact) -> Option<Exact> {
    if below <= Exact::whole(0) {
        return None;
    }
    above.over(below)?.times(Exact::whole(100))
}

fn figure(fold: &Fold, of: &Reference, unit: Unit, time: Time) -> Option<Exact> {
    amount(&fold.rules.plan, &of.indicator, value(fold, of, unit, time))
}

/// A figure of which some children state nothing is not one to tell the world of.
pub(crate) fn value(fold: &Fold, of: &Reference, unit: Unit, time: Time) -> Value {
    let filter: Filter = of.filter.clone();
    let question = Question { unit, indicator: &of.indicator, filter, time };
    let figure = Reader::from(fold).figure(&question);
    match figure.marks.children {
        Some((told, all)) if told < all => Value::Missing(Missing::NotStated),
        Some(_) | None => figure.value,
    }
}

/// The period of the same grain so many before.
pub(crate) fn back_by(period: Period, back: u16) -> Option<Period> {
    (0..back).try_fold(period, |period, _| period.before())
}
