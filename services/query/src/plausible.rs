//! Figures that cannot be, or can hardly be: what is stated of a unit and what its facts come to,
//! held against the rules of `catalog/plausible.toml`. Computed when asked, from the books alone, so
//! that a live fold and a replay say the same; nothing is changed or withheld.

use std::collections::BTreeMap;

use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::disclosure::Guard;
use domain::fact::{Decimal, Stated, StatedKind};
use domain::figures::{Figure, Question, Reader, Time, Value};
use domain::posting::Statement;
use domain::time::Period;
use proto::gazetteer::Gazetteer;
use proto::plausible::{Of, Passed, Plausible, Rule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LineValue;

/// Most units judged at once: the one asked for and those below it, level by level. A province with
/// all its communes; of the nation the provinces and a part of their districts.
pub const JUDGED_MAX: usize = 400;

/// What a mark begins with that says of a figure that it cannot be; the rule's name follows.
pub const IMPLAUSIBLE: &str = "implausible:";

/// A figure, or a number that is stated, that passes a bound.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Implausible {
    /// The rule's name.
    pub rule: String,
    /// The unit's key.
    pub unit: String,
    /// The indicator's id.
    pub indicator: String,
    /// `figure`, or what is stated: `census`, `target` or `external`.
    pub what: String,
    /// The period or days it is of; of a census its day.
    pub period: String,
    /// The value.
    #[serde(flatten)]
    pub value: LineValue,
    /// The number of units whose figures come to the value together, where it is no unit's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<u32>,
    /// The bound; of a share in percent.
    pub bound: String,
    /// The unit whose figure is the bound, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_unit: Option<String>,
    /// The indicator that is the bound, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_indicator: Option<String>,
}

/// What was found in a unit and below.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Judged {
    /// How many units were looked at.
    pub units: u32,
    /// Whether these are all; else ask for a unit below.
    pub is_whole: bool,
    /// What cannot be, by unit, the highest first.
    pub found: Vec<Implausible>,
}

/// The rule that a figure passes by itself: where it is shown it is marked.
pub fn passed(indicator: &str, figure: &Figure) -> Option<Passed<'static>> {
    let rules = Plausible::embedded();
    match figure.value {
        Value::Stated(value) => rules.stated(indicator, value),
        Value::Whole(_) | Value::Ratio(..) => {
            let fraction = fraction(figure)?;
            rules.about(Of::Figure, indicator).find_map(|rule| rule.passed(fraction))
        }
        Value::Points { .. } | Value::Missing(_) => None,
    }
}

/// Judges a unit's figures of a time and those of units below it, at most so many units.
pub fn judged(guard: &Guard<'_>, unit: Unit, time: Time, units_max: usize) -> Judged {
    // Households that only timelines tell are counted for whoever asks for them, not here.
    let reader = Reader { fold: None, ..Reader::from(guard.fold()) };
    let judge = Judge { guard, reader, time, period: period(time) };
    let (units, is_whole) = judge.units(unit, units_max);
    let mut found = Vec::new();
    for unit in &units {
        judge.stated(*unit, &mut found);
        judge.figures(*unit, &mut found);
    }
    Judged { units: u32::try_from(units.len()).unwrap_or(u32::MAX), is_whole, found }
}

struct Judge<'f> {
    guard: &'f Guard<'f>,
    reader: Reader<'f>,
    time: Time,
    period: String,
}

impl Judge<'_> {
    /// The unit and those below it, level by level.
    fn units(&self, unit: Unit, most: usize) -> (Vec<Unit>, bool) {
        let last = *self.time.days().end();
        let mut units = vec![unit];
        let mut at = 0;
        while let Some(unit) = units.get(at).copied() {
            at += 1;
            units.extend(self.reader.children_in_force(unit, last));
            if units.len() > most {
                units.truncate(most);
                return (units, false);
            }
        }
        (units, true)
    }

    /// The newest statement of each kind and period.
    fn stated(&self, unit: Unit, found: &mut Vec<Implausible>) {
        let rules = Plausible::embedded();
        for indicator in self.reader.rules.plan.indicators() {
            let id = indicator.definition.id.as_str();
            let all = self.reader.books.statements.of(unit, id).iter();
            let mut newest: BTreeMap<(&str, Option<u16>), &Statement> = BTreeMap::new();
            for one in all.filter(|one| self.is_about(one)) {
                // The latest stands last.
                newest.insert((kind(&one.stated), one.stated.period.map(Period::slot)), one);
            }
            for one in newest.into_values() {
                let Some(passed) = rules.stated(id, one.stated.value) else { continue };
                let period = one
                    .stated
                    .period
                    .map_or_else(|| one.holds_from().to_string(), |of| of.to_string());
                let value = LineValue::Stated { value: one.stated.value.to_string() };
                let (rule, bound) = (passed.rule, passed.bound.to_string());
                let what = kind(&one.stated);
                found.push(Implausible {
                    what: what.into(),
                    period,
                    bound,
                    ..self.of(rule, unit, id, value)
                });
            }
        }
    }

    fn is_about(&self, one: &Statement) -> bool {
        let days = self.time.days();
        match one.stated.period.map(Period::days) {
            None => one.holds_from() <= *days.end(),
            Some(of) => of.start() <= days.end() && days.start() <= of.end(),
        }
    }

    fn figures(&self, unit: Unit, found: &mut Vec<Implausible>) {
        for rule in Plausible::embedded().rules.iter().filter(|rule| rule.of == Of::Figure) {
            for indicator in &rule.indicators {
                let figure = self.figure(unit, indicator);
                if let Some(one) = self.alone(rule, unit, indicator, &figure) {
                    found.push(one);
                }
                if rule.within.is_some() {
                    found.extend(self.below_together(rule, unit, indicator, &figure));
                }
            }
        }
    }

    fn figure(&self, unit: Unit, indicator: &str) -> Figure {
        let (filter, time) = (Filter::new(), self.time);
        self.guard.figure(&self.reader, &Question { unit, indicator, filter, time })
    }

    /// A unit's figure against a number, another figure, or the unit above.
    fn alone(
        &self,
        rule: &Rule,
        unit: Unit,
        indicator: &str,
        figure: &Figure,
    ) -> Option<Implausible> {
        let value = LineValue::of(figure.value)?;
        let told = self.of(rule, unit, indicator, value);
        if let Some(passed) = fraction(figure).and_then(|value| rule.passed(value)) {
            return Some(Implausible { bound: passed.bound.to_string(), ..told });
        }
        let (here, key) = (figure.as_whole()?, |unit| Gazetteer::embedded().key(unit).to_owned());
        let others = [(&rule.at_least, false), (&rule.at_most, true)];
        for (other, is_most) in
            others.into_iter().filter_map(|(id, most)| Some((id.as_ref()?, most)))
        {
            let bound = self.figure(unit, other).as_whole()?;
            let passes = if is_most { here > bound } else { here < bound };
            if passes {
                let (bound, indicator) = (bound.to_string(), Some(other.clone()));
                return Some(Implausible { bound, bound_indicator: indicator, ..told });
            }
        }
        let above =
            self.reader.rules.atlas.record(unit).parent.filter(|_| rule.within.is_some())?;
        let bound = self.own(above, indicator)?;
        (here > bound).then(|| Implausible {
            bound: bound.to_string(),
            bound_unit: Some(key(above)),
            ..told
        })
    }

    /// What all units below come to together, against the unit's own; where one of them alone is
    /// more, that one is told.
    fn below_together(
        &self,
        rule: &Rule,
        unit: Unit,
        indicator: &str,
        figure: &Figure,
    ) -> Option<Implausible> {
        let own = figure.as_whole().filter(|_| figure.marks.children.is_none())?;
        let below = self.reader.children_in_force(unit, *self.time.days().end());
        let told: Vec<i128> =
            below.iter().filter_map(|one| self.figure(*one, indicator).as_whole()).collect();
        let sum = told.iter().sum::<i128>();
        if sum <= own || told.iter().any(|one| *one > own) {
            return None;
        }
        let value = LineValue::of(Value::Whole(sum))?;
        let together = u32::try_from(told.len()).ok();
        let key = Gazetteer::embedded().key(unit).to_owned();
        let told = self.of(rule, unit, indicator, value);
        Some(Implausible { together, bound: own.to_string(), bound_unit: Some(key), ..told })
    }

    /// What a unit states of itself, not the sum of units below.
    fn own(&self, unit: Unit, indicator: &str) -> Option<i128> {
        let figure = self.figure(unit, indicator);
        figure.as_whole().filter(|_| figure.marks.children.is_none())
    }

    fn of(&self, rule: &Rule, unit: Unit, indicator: &str, value: LineValue) -> Implausible {
        Implausible {
            rule: rule.id.clone(),
            unit: Gazetteer::embedded().key(unit).to_owned(),
            indicator: indicator.to_owned(),
            what: "figure".to_owned(),
            period: self.period.clone(),
            value,
            together: None,
            bound: String::new(),
            bound_unit: None,
            bound_indicator: None,
        }
    }
}

fn kind(stated: &Stated) -> &'static str {
    match stated.kind {
        StatedKind::Census => "census",
        StatedKind::Target => "target",
        StatedKind::External => "external",
    }
}

fn period(time: Time) -> String {
    match time {
        Time::Period(period) => period.to_string(),
        Time::Days(from, to) => format!("{from}..{to}"),
    }
}

/// A figure as a fraction; of a share in percent.
fn fraction(figure: &Figure) -> Option<(i128, i128)> {
    match figure.value {
        Value::Whole(value) => Some((value, 1)),
        Value::Ratio(n, d) => Some((n.checked_mul(100)?, d)),
        Value::Stated(Decimal { digits, places }) => {
            Some((digits.into(), 10i128.pow(places.into())))
        }
        Value::Points { .. } | Value::Missing(_) => None,
    }
}
