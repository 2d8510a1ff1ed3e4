//! Targets of a unit: every version, what is done of it, and what is left.

use domain::atlas::Unit;
use domain::figures::Time;
use domain::number::rounded;
use domain::time::Period;
use proto::gazetteer::Lang;
use query::{Elapsed, Exact, TargetVersion, labels};

use super::number;
use super::view::View;

/// One version of a target.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// The day it was set.
    pub(crate) on: String,
    /// Who set it, by which decision, and how much of its period is over if it goes on.
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
    if view.fold.books.statements.of(unit, indicator).is_empty() {
        return Vec::new();
    }
    let (first, last) = view.days();
    let told = view.target(unit, indicator, Time::Days(first, last)).versions;
    // A newer version is for the same period; of different periods the shortest one's counts.
    let Some(period) = told.last().map(|one| one.period.clone()) else { return Vec::new() };
    let told: Vec<TargetVersion> = told.into_iter().filter(|one| one.period == period).collect();
    let count = told.len();
    let versions = told.into_iter().enumerate();
    versions.filter_map(|(at, one)| version(view, indicator, &one, at + 1 == count)).collect()
}

/// One version as pages write it.
fn version(
    view: &View<'_>,
    indicator: &str,
    told: &TargetVersion,
    in_force: bool,
) -> Option<Version> {
    let lang = view.lang;
    let in_percent =
        matches!(labels::counted_in_code(indicator).as_str(), "percent" | "percentage_point");
    // Whole numbers have no decimals, shares have two.
    let written = |value: Exact| {
        let places = if value.denominator() == 1 && !in_percent { 0 } else { 2 };
        let digits = rounded(value.numerator(), value.denominator(), places);
        number::printed(&query::lang::decimal(lang, digits, places))
    };
    // Of a period that goes on it is said how much is over: what is done is not yet a result.
    let so_far = told.elapsed.map(|Elapsed { days, of }| {
        let (days, of) =
            (query::lang::whole(lang, days.into()), query::lang::whole(lang, of.into()));
        let title = labels::period(lang, &told.period);
        match lang {
            Lang::Vi => format!("{title}: đã qua {days}/{of} ngày"),
            Lang::En => format!("{title}: {days} of {of} days are over"),
        }
    });
    let by = [
        told.set_by.as_deref().map(|one| labels::code(lang, "set_by", one)),
        Some(told.reference.clone()).filter(|text| !text.is_empty()),
        so_far,
    ];
    let done = told.attainment.map(|attainment| attainment.done);
    let left = told.attainment.map(|attainment| match attainment.gap.is_negative() {
        true => Exact::whole(0),
        false => attainment.gap,
    });
    let share = told.attainment.and_then(|attainment| attainment.share);
    let share = share.map(|share| (share.numerator(), share.denominator()));
    Some(Version {
        on: number::day(lang, told.on.parse().ok()?),
        by: by.into_iter().flatten().collect::<Vec<_>>().join(", "),
        value: number::printed(&query::lang::stated(lang, told.value.parse().ok()?)),
        asked: told.value.parse().ok()?,
        done: done.map_or_else(String::new, written),
        left: left.map_or_else(String::new, written),
        attained: share.map_or_else(String::new, |(n, d)| number::attained(lang, n, d)),
        share: share.map(|(n, d)| n as f64 / d as f64),
        in_force,
        period: told.period.parse().ok()?,
    })
}

/// The version in force.
pub(crate) fn in_force(view: &View<'_>, unit: Unit, indicator: &str) -> Option<Version> {
    versions(view, unit, indicator).pop()
}
