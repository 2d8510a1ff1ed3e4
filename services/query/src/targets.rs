//! Targets: every version of them that was known, and how far each is attained.

use domain::atlas::Unit;
use domain::catalogue::{Filter, Measure};
use domain::codes::{Code, Qualifier};
use domain::disclosure::Guard;
use domain::fact::{Decimal, Stated, StatedKind};
use domain::figures::{Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::plan::Plan;
use domain::posting::Statement;
use domain::time::Period;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::figures::line;
use crate::{Exact, Line};

/// The versions of one target of a unit, and the figure it is measured against.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// The indicator's id.
    pub indicator: String,
    /// The actual figure over the time asked for.
    pub actual: Line,
    /// Every version, the one in force last.
    pub versions: Vec<TargetVersion>,
}

/// One version of a target.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TargetVersion {
    /// The period it is to be reached in.
    pub period: String,
    /// The day it was set.
    pub on: String,
    /// Who decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_by: Option<String>,
    /// The number of the decision.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// The value as stated.
    pub value: String,
    /// What the words around the value say: `exact`, `at_least`, `over`, `nearly`, `about`.
    pub qualifier: String,
    /// Whether the value is to be reached (`at_least`) or not to be passed (`at_most`); left out
    /// where neither the statement nor the indicator says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// How far it is attained, measured over its own period up to the last day asked for; left out
    /// while there is no figure to measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attainment: Option<Attainment>,
    /// How much of its own period is over by the last day asked for; left out when all of it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<Elapsed>,
}

/// The part of a period that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Elapsed {
    /// So many days, the last one asked for included.
    pub days: u16,
    /// Of so many.
    pub of: u16,
}

/// On which side of a target one has to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// At this or above: what is done, given, reduced.
    AtLeast,
    /// At this or below: how many are poor.
    AtMost,
}

/// How far a target is attained, in what the target is stated in: households, đồng, percent or
/// percentage points.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attainment {
    /// The actual figure.
    pub done: Exact,
    /// What is still missing: to the target from below, or down to it; below zero once passed.
    pub gap: Exact,
    /// Done over target, where the target is to be reached and not zero: 1 is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Exact>,
    /// Whether it is attained; left out where no bound is known, and while its period is not over:
    /// what fell may rise again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
}

/// The targets of a unit for the indicators, or for all that it has any for: those set for the
/// period itself, or, where there are none, for a longer period that holds its last day.
pub fn targets(guard: &Guard<'_>, unit: Unit, indicators: &[String], time: Time) -> Vec<Target> {
    let fold = guard.fold();
    let every = fold.rules.plan.indicators().iter().map(|one| &one.definition.id);
    let asked: Vec<&String> =
        if indicators.is_empty() { every.collect() } else { indicators.iter().collect() };
    let stated = |id: &&String| {
        !indicators.is_empty() || !statements(fold, unit, id.as_str(), time).is_empty()
    };
    asked.into_iter().filter(stated).map(|id| target(guard, unit, id, time)).collect()
}

/// The version of a target that is in force, and what it is measured against.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InForce {
    /// What is done; none while there is no figure to measure.
    pub done: Option<Exact>,
    /// The target.
    pub value: Exact,
    /// On which side of it one has to be; none where neither the words nor the indicator say.
    pub bound: Option<Bound>,
    /// Whether the target itself is not yet enough: "over 300".
    pub strict: bool,
}

/// The version in force of a unit's target; none where none was set, and none where it is for a
/// longer period that goes on after the time asked for: what falls in one year of five is neither
/// ahead of it nor behind. `read` reads the figure that
/// it is measured against: a caller may have it at hand.
pub fn in_force(
    fold: &Fold,
    unit: Unit,
    indicator: &str,
    time: Time,
    read: impl FnOnce(&Question<'_>) -> Value,
) -> Option<InForce> {
    let statement = statements(fold, unit, indicator, time).into_iter().next_back()?;
    if elapsed(statement.stated.period, time).is_some() {
        return None;
    }
    let question = Question {
        unit,
        indicator,
        filter: Filter::new(),
        time: measured_over(statement.stated.period, time),
    };
    let measured = is_measured(fold, indicator).then(|| read(&question));
    let Stated { value, qualifier, .. } = &*statement.stated;
    Some(InForce {
        done: measured.and_then(|value| amount(&fold.rules.plan, indicator, value)),
        value: exact(*value)?,
        bound: bound(fold, indicator, *qualifier),
        strict: *qualifier == Qualifier::Over,
    })
}

/// What is done of a target counts from its own period's first day to the last day asked for.
fn measured_over(own: Option<Period>, time: Time) -> Time {
    own.map_or(time, |period| {
        let (first, last) = (*period.days().start(), *period.days().end());
        let until = last.min(*time.days().end());
        if until == last { Time::Period(period) } else { Time::Days(first, until) }
    })
}

/// How much of a target's period is over by the last day asked for, if not all.
fn elapsed(own: Option<Period>, time: Time) -> Option<Elapsed> {
    let own = own?.days();
    let (first, last, until) = (own.start().0, own.end().0, time.days().end().0);
    (until < last).then(|| Elapsed {
        days: until.saturating_add(1).saturating_sub(first),
        of: last - first + 1,
    })
}

/// One target of a unit, in all its versions, each measured over its own period.
pub fn target(guard: &Guard<'_>, unit: Unit, indicator: &str, time: Time) -> Target {
    let fold = guard.fold();
    let (reader, filter) = (Reader::from(fold), Filter::new());
    let read =
        |time| guard.figure(&reader, &Question { unit, indicator, filter: filter.clone(), time });
    let measured = is_measured(fold, indicator);
    // Most versions are for the same period.
    let mut last: Option<(Time, Option<Exact>)> = None;
    let mut done = |over: Time| match last {
        Some((time, done)) if time == over => done,
        _ => {
            let value = measured.then(|| read(over).value);
            let done = value.and_then(|value| amount(&fold.rules.plan, indicator, value));
            last = Some((over, done));
            done
        }
    };
    let versions = statements(fold, unit, indicator, time).into_iter().map(|statement| {
        let done = done(measured_over(statement.stated.period, time));
        version(fold, statement, time, done)
    });
    Target {
        indicator: indicator.to_owned(),
        versions: versions.collect(),
        actual: line(unit, indicator, &filter, &read(time)),
    }
}

fn version(fold: &Fold, statement: &Statement, time: Time, done: Option<Exact>) -> TargetVersion {
    let stated = &statement.stated;
    let bound = bound(fold, &stated.indicator, stated.qualifier);
    let elapsed = elapsed(stated.period, time);
    let attainment =
        done.and_then(|done| attained(done, exact(stated.value)?, bound, stated.qualifier));
    TargetVersion {
        period: stated.period.map_or_else(String::new, |period| period.to_string()),
        on: statement.on.to_string(),
        set_by: stated.set_by.map(|by| by.code().to_owned()),
        reference: stated.reference.to_string(),
        value: stated.value.to_string(),
        qualifier: stated.qualifier.code().to_owned(),
        bound,
        attainment: attainment
            .map(|one| Attainment { met: one.met.filter(|_| elapsed.is_none()), ..one }),
        elapsed,
    }
}

fn statements<'a>(fold: &'a Fold, unit: Unit, indicator: &str, time: Time) -> Vec<&'a Statement> {
    let reader = Reader::from(fold);
    let own = reader.statements(unit, indicator, StatedKind::Target, time);
    if !own.is_empty() {
        return own;
    }
    // Nobody set one for it: then those for a longer period that holds its last day.
    let days = time.days();
    let of_days = Time::Days(*days.start(), *days.end());
    reader.statements(unit, indicator, StatedKind::Target, of_days)
}

/// A plan is the target itself: nothing is measured against it.
fn is_measured(fold: &Fold, indicator: &str) -> bool {
    let found = fold.rules.plan.indicator(indicator);
    found.is_some_and(|one| !matches!(one.definition.measure, Measure::Plan {}))
}

/// A figure in what its targets are stated in: a share in percent, its fall in points of them.
pub fn amount(plan: &Plan, indicator: &str, value: Value) -> Option<Exact> {
    let hundred = Exact::whole(100);
    // A ratio is stated in percent only where the catalogue counts it so: others are averages.
    let percent = plan
        .indicator(indicator)
        .is_some_and(|one| matches!(&*one.definition.counted_in, "percent" | "percentage_point"));
    let scaled = |share: Exact| if percent { share.times(hundred) } else { Some(share) };
    match value {
        Value::Whole(value) => Some(Exact::whole(value)),
        Value::Ratio(above, below) => scaled(Exact::new(above, below)?),
        Value::Points { before, after } => {
            let (before, after) = (Exact::new(before.0, before.1)?, Exact::new(after.0, after.1)?);
            scaled(before.minus(after)?)
        }
        Value::Stated(decimal) => exact(decimal),
        Value::Missing(_) => None,
    }
}

/// A decimal, exactly.
pub fn exact(decimal: Decimal) -> Option<Exact> {
    Exact::new(i128::from(decimal.digits), 10i128.checked_pow(u32::from(decimal.places))?)
}

/// What the statement says of the side; else what the indicator does: a stock of poor or near-poor
/// households, or its share, is to fall; what is done, given or reduced is to be reached.
pub fn bound(fold: &Fold, indicator: &str, qualifier: Qualifier) -> Option<Bound> {
    match qualifier {
        Qualifier::AtLeast | Qualifier::Over => return Some(Bound::AtLeast),
        Qualifier::Exact | Qualifier::Nearly | Qualifier::About => {}
    }
    let of = |id: &str| fold.rules.plan.indicator(id).map(|one| &one.definition.measure);
    match of(indicator)? {
        Measure::Stock { standing, .. } => Some(side_of(standing)),
        Measure::Ratio { numerator, .. } => match of(&numerator.indicator)? {
            Measure::Stock { standing, .. } => Some(side_of(standing)),
            _ => Some(Bound::AtLeast),
        },
        Measure::Flow { .. }
        | Measure::Distinct { .. }
        | Measure::Reduction { .. }
        | Measure::Communes { .. }
        | Measure::Codes { .. } => Some(Bound::AtLeast),
        Measure::ChildrenBehind { .. } | Measure::Balance { .. } => Some(Bound::AtMost),
        // A number of relapses and a number of exits point in opposite directions, and what comes
        // from outside may be anything.
        Measure::Movement { .. } | Measure::Census {} | Measure::External {} | Measure::Plan {} => {
            None
        }
    }
}

fn side_of(standings: &[String]) -> Bound {
    let poor = standings.iter().any(|one| one == "poor" || one == "near_poor");
    if poor { Bound::AtMost } else { Bound::AtLeast }
}

fn attained(
    done: Exact,
    target: Exact,
    bound: Option<Bound>,
    qualifier: Qualifier,
) -> Option<Attainment> {
    let missing = target.minus(done)?;
    Some(match bound {
        Some(Bound::AtMost) => {
            let gap = done.minus(target)?;
            Attainment { done, gap, share: None, met: Some(gap.numerator() <= 0) }
        }
        Some(Bound::AtLeast) => {
            // "Over 300" is not attained by 300.
            let strict = qualifier == Qualifier::Over;
            let left = missing.numerator();
            let met = if strict { left < 0 } else { left <= 0 };
            Attainment { done, gap: missing, share: done.over(target), met: Some(met) }
        }
        None => Attainment { done, gap: missing, share: done.over(target), met: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_attained_on_its_own_side() {
        let at = |done, target, bound, qualifier| {
            let found = attained(Exact::whole(done), Exact::whole(target), bound, qualifier);
            let found = found.unwrap();
            let share = found.share.map(|share| (share.numerator(), share.denominator()));
            (found.gap.numerator(), share, found.met)
        };
        let (least, most) = (Some(Bound::AtLeast), Some(Bound::AtMost));
        let table = [
            // 269 of 702 households: 433 are missing.
            ((269, 702, least, Qualifier::Exact), (433, Some((269, 702)), Some(false))),
            ((702, 702, least, Qualifier::AtLeast), (0, Some((1, 1)), Some(true))),
            ((702, 702, least, Qualifier::Over), (0, Some((1, 1)), Some(false))),
            ((703, 702, least, Qualifier::Over), (-1, Some((703, 702)), Some(true))),
            // Not more than 2,000 poor households: there are 342 too many, and no share of that.
            ((2342, 2000, most, Qualifier::Exact), (342, None, Some(false))),
            ((1999, 2000, most, Qualifier::Exact), (-1, None, Some(true))),
            ((2000, 2000, most, Qualifier::Exact), (0, None, Some(true))),
            // Nothing was to be done.
            ((5, 0, least, Qualifier::Exact), (-5, None, Some(true))),
            ((5, 10, None, Qualifier::Exact), (5, Some((1, 2)), None)),
        ];
        for ((done, target, bound, qualifier), expected) in table {
            assert_eq!(at(done, target, bound, qualifier), expected, "{done} of {target}");
        }
    }

    #[test]
    fn a_fall_in_points_is_measured_in_what_targets_are_stated_in() {
        let plan = &proto::catalogue::Catalogue::embedded().plan;
        let rules = domain::contribution::Rules {
            atlas: proto::gazetteer::Gazetteer::embedded().atlas.clone(),
            plan: plan.clone(),
        };
        let fold = Fold::new(std::sync::Arc::new(rules));
        let fell = Value::Points { before: (15, 100), after: (12, 100) };
        let table = [
            ("poverty_rate_reduction", fell, Some((3, 1))),
            ("poverty_rate", Value::Ratio(156, 10_000), Some((39, 25))),
            ("poor_households", Value::Whole(7), Some((7, 1))),
            ("households", Value::Stated("3.68".parse().unwrap()), Some((92, 25))),
            ("poverty_rate", Value::Ratio(1, 0), None),
        ];
        for (indicator, value, expected) in table {
            let found = amount(plan, indicator, value);
            let found = found.map(|exact| (exact.numerator(), exact.denominator()));
            assert_eq!(found, expected, "{indicator} {value:?}");
        }
        let sides = [
            ("poverty_rate", Some(Bound::AtMost)),
            ("poor_households", Some(Bound::AtMost)),
            ("newly_escaped_households", Some(Bound::AtLeast)),
            ("poverty_rate_reduction", Some(Bound::AtLeast)),
            ("disbursement_rate", Some(Bound::AtLeast)),
            ("income_per_capita", None),
            ("poor_households_relapsed", None),
            ("no_such_indicator", None),
        ];
        for (indicator, expected) in sides {
            assert_eq!(bound(&fold, indicator, Qualifier::Exact), expected, "{indicator}");
        }
        assert_eq!(bound(&fold, "income_per_capita", Qualifier::Over), Some(Bound::AtLeast));
    }
}
