//! Targets of a unit: every version, what is done of it, and what is left.

use domain::atlas::Unit;
use domain::codes::Code;
use domain::fact::StatedKind;
use domain::figures::Time;
use domain::time::{Day, Period};
use query::{Bound, labels};

use super::number;
use super::view::View;

/// One version of a target.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// The day it was set.
    pub(crate) on: String,
    /// Who set it, and by which decision.
    pub(crate) by: String,
    /// What it asks for.
    pub(crate) value: String,
    /// The same as a number, in the indicator's unit.
    pub(crate) asked: f64,
    /// What is done of it since its period began.
    pub(crate) done: String,
    /// What is left of it; nothing when it is reached.
    pub(crate) left: String,
    /// 30,5: how much of it is done, in percent; empty when what is done is not known.
    pub(crate) attained: String,
    /// The same as a number.
    pub(crate) share: Option<f64>,
    /// Whether it is the newest.
    pub(crate) in_force: bool,
    /// For which period.
    pub(crate) period: Period,
}

/// The versions of a unit's target for an indicator whose period holds the last day shown, the
/// oldest first.
pub(crate) fn versions(view: &View<'_>, unit: Unit, indicator: &str) -> Vec<Version> {
    let last = view.days().1;
    let all = view.fold.books.statements.of(unit, indicator);
    let about: Vec<_> = all
        .iter()
        .filter(|one| one.stated.kind == StatedKind::Target && one.on <= last)
        .filter_map(|one| one.stated.period.filter(|p| p.contains(last)).map(|p| (one, p)))
        .collect();
    // A newer version is for the same period; of different periods the newest one's counts.
    let Some(period) = about.last().map(|(_, period)| *period) else { return Vec::new() };
    let about: Vec<_> = about.into_iter().filter(|(_, p)| *p == period).collect();
    let count = about.len();
    let done = done(view, unit, indicator, period, last);
    about
        .into_iter()
        .enumerate()
        .map(|(at, (statement, period))| {
            let stated = &statement.stated;
            let asked =
                (i128::from(stated.value.digits), 10i128.pow(u32::from(stated.value.places)));
            // Shares are stated in percent and counted as shares of one.
            let in_percent = matches!(
                labels::counted_in_code(indicator).as_str(),
                "percent" | "percentage_point"
            );
            let scale = if in_percent { 100 } else { 1 };
            // Whole numbers have no decimals, shares have two.
            let written = |n: i128, d: i128| {
                let places = if d == 1 { 0 } else { 2 };
                let digits = domain::number::rounded(n, d, places);
                number::printed(&query::lang::decimal(view.lang, digits, places))
            };
            let by = [
                stated.set_by.map(|one| labels::code(view.lang, "set_by", one.code())),
                Some(stated.reference.to_string()).filter(|text| !text.is_empty()),
            ];
            let ratio = done.map(|(n, d)| (n * asked.1 * scale, d * asked.0));
            let ratio = ratio.filter(|(_, d)| *d != 0);
            let left = done.map(|(n, d)| (asked.0 * d - n * asked.1 * scale, asked.1 * d));
            // Of what is to fall to a number there is no share that is done, and what is left is
            // what is still above it.
            let falls = query::bound(view.fold, indicator, stated.qualifier) == Some(Bound::AtMost);
            let ratio = ratio.filter(|_| !falls);
            let left = left.map(|(n, d)| if falls { (-n, d) } else { (n, d) });
            Version {
                on: number::day(view.lang, statement.on),
                by: by.into_iter().flatten().collect::<Vec<_>>().join(", "),
                value: number::printed(&query::lang::stated(view.lang, stated.value)),
                asked: asked.0 as f64 / asked.1 as f64,
                done: done.map_or_else(String::new, |(n, d)| written(n * scale, d)),
                left: left.map_or_else(String::new, |(n, d)| written(n.max(0), d)),
                attained: ratio
                    .map_or_else(String::new, |(n, d)| number::attained(view.lang, n, d)),
                share: ratio.map(|(n, d)| n as f64 / d as f64),
                in_force: at + 1 == count,
                period,
            }
        })
        .collect()
}

/// What is done of a target from its period's first day to the last day shown, exactly.
fn done(
    view: &View<'_>,
    unit: Unit,
    indicator: &str,
    period: Period,
    last: Day,
) -> Option<(i128, i128)> {
    let days = period.days();
    let until = last.min(*days.end());
    let time =
        if until == *days.end() { Time::Period(period) } else { Time::Days(*days.start(), until) };
    number::exact(&view.figure(unit, indicator, time).value)
}

/// The version in force.
pub(crate) fn in_force(view: &View<'_>, unit: Unit, indicator: &str) -> Option<Version> {
    versions(view, unit, indicator).pop()
}
