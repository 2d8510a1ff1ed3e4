//! Figures of a unit, of those below it, and of the units of today that hold it.

use anyhow::Result;
use domain::atlas::{Atlas, Level, Unit};
use domain::catalogue::Filter;
use domain::codes::Code;
use domain::contribution::Rules;
use domain::figures::{Question, Reader, Value};
use domain::fold::Fold;
use domain::plan::Kept;
use proto::gazetteer::Gazetteer;

use crate::answer::narrow;
use crate::{Body, Boundaries, FiguresQuery, Line, LineValue};

/// How many lines an answer may have, before it is made: units by indicators by breakdowns.
pub fn lines_max(rules: &Rules, unit: Unit, query: &FiguresQuery) -> Result<usize> {
    let units = units(rules, unit, query)?.len();
    let plan = &rules.plan;
    let all = || plan.indicators().iter().map(|one| one.definition.id.as_str()).collect();
    let asked: Vec<&str> = match query.indicators.as_slice() {
        [] => all(),
        some => some.iter().map(String::as_str).collect(),
    };
    let of_unit = asked.iter().map(|indicator| combinations(rules, indicator, &query.by)).sum();
    Ok(units.saturating_mul(of_unit))
}

/// The units an answer tells of: the one asked for, or the units of today that hold it, and those
/// directly below.
fn units(rules: &Rules, unit: Unit, query: &FiguresQuery) -> Result<Vec<Unit>> {
    let last = *query.when.time()?.days().end();
    let atlas = &rules.atlas;
    let mut units = match query.boundaries {
        Boundaries::Own => vec![unit],
        Boundaries::Current => holders(atlas, unit),
    };
    if query.children && query.boundaries == Boundaries::Own {
        let children = atlas.children(unit).iter().copied();
        units.extend(
            children.filter(|child| atlas.in_force(*child, last.min(atlas.record(unit).to))),
        );
    }
    Ok(units)
}

pub(crate) fn figures(fold: &Fold, unit: Unit, query: &FiguresQuery) -> Result<Body> {
    let fold_or_none = (!query.books_only).then_some(fold);
    let reader = Reader { fold: fold_or_none, ..Reader::from(fold) };
    let time = query.when.time()?;
    let units = units(&fold.rules, unit, query)?;
    let current = query.boundaries == Boundaries::Current;
    let wider: Vec<Unit> =
        units.iter().copied().filter(|one| current && reaches_beyond(fold, *one, unit)).collect();
    let all = fold.rules.plan.indicators().iter().map(|one| one.definition.id.as_str());
    let asked: Vec<&str> = match query.indicators.as_slice() {
        [] => all.collect(),
        some => some.iter().map(String::as_str).collect(),
    };
    let mut figures = Vec::new();
    for unit in units {
        for indicator in &asked {
            for filter in breakdowns(fold, indicator, &query.by) {
                let question = Question { unit, indicator, filter: filter.clone(), time };
                let figure = reader.figure(&question);
                let broken_down = !filter.is_empty();
                if broken_down && matches!(figure.value, Value::Whole(0) | Value::Missing(_)) {
                    continue;
                }
                let mut line = line(unit, indicator, &filter, &figure);
                if wider.contains(&unit) {
                    line.marks.push(WIDER.to_owned());
                }
                figures.push(line);
            }
        }
    }
    Ok(Body::Figures { when: query.when.clone(), figures })
}

/// The units of today that hold a unit's places: its communes' for a commune or district, its
/// province's for a province.
fn holders(atlas: &Atlas, unit: Unit) -> Vec<Unit> {
    let level = match atlas.record(unit).level {
        Level::Nation => return vec![unit],
        Level::Province => Level::Province,
        Level::District | Level::Commune => Level::Commune,
    };
    let mut units: Vec<Unit> = atlas
        .places(unit)
        .iter()
        .flat_map(|place| atlas.closure(*place))
        .copied()
        .filter(|one| {
            let record = atlas.record(*one);
            record.level == level && record.generation == Some(domain::atlas::Generation::New)
        })
        .collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// The mark of a unit of today that also holds places of other units than the one asked for.
pub const WIDER: &str = "wider";

/// What the mark begins with that a share stands over a number of another day; the day follows.
pub const BASE: &str = "base:";

/// Whether a unit of today has communes that never belonged to the unit asked for.
fn reaches_beyond(fold: &Fold, today: Unit, asked: Unit) -> bool {
    let atlas = &fold.rules.atlas;
    let generation = atlas.record(asked).generation;
    today != asked
        && atlas.places(today).iter().any(|place| {
            let of_place = atlas.record(atlas.unit_of(*place));
            of_place.generation == generation
                && of_place.level == Level::Commune
                && !atlas.holds(asked, *place)
        })
}

/// How many filters [`breakdowns`] gives.
fn combinations(rules: &Rules, indicator: &str, by: &[String]) -> usize {
    let Some(block) = block(rules, indicator, by) else { return 1 };
    let codes = |name: &String| block.by.iter().find(|(one, _)| one == name).map(|(_, c)| c.len());
    1 + by.iter().filter_map(codes).fold(1, usize::saturating_mul)
}

/// The columns of an indicator that tell all these attributes; none when nothing is asked.
fn block<'a>(rules: &'a Rules, indicator: &str, by: &[String]) -> Option<&'a Kept> {
    let kept = rules.plan.indicator(indicator).map(|one| one.kept.as_slice()).unwrap_or_default();
    let has_all = |names: &[(&str, Vec<&str>)]| {
        by.iter().all(|name| names.iter().any(|(one, _)| one == name))
    };
    kept.iter().find(|kept| !by.is_empty() && has_all(&kept.by))
}

/// The filters that break an indicator down by some attributes; one without a filter, too.
fn breakdowns(fold: &Fold, indicator: &str, by: &[String]) -> Vec<Filter> {
    let mut filters = vec![Filter::new()];
    let Some(block) = block(&fold.rules, indicator, by) else { return filters };
    let mut combinations = vec![Filter::new()];
    for name in by {
        let codes = block.by.iter().find(|(one, _)| one == name).map(|(_, codes)| codes.as_slice());
        combinations = combinations
            .into_iter()
            .flat_map(|filter| {
                codes.unwrap_or_default().iter().map(move |code| {
                    let mut filter = filter.clone();
                    filter.insert(name.clone(), vec![(*code).to_owned()]);
                    filter
                })
            })
            .collect();
    }
    filters.extend(combinations);
    filters
}

/// A figure as a line of an answer.
pub fn line(
    unit: Unit,
    indicator: &str,
    filter: &Filter,
    figure: &domain::figures::Figure,
) -> Line {
    let pair = |(n, d): (i128, i128)| (narrow(n), narrow(d));
    let value = match figure.value {
        Value::Whole(value) => LineValue::Whole { value: narrow(value) },
        Value::Ratio(n, d) => LineValue::Ratio { numerator: narrow(n), denominator: narrow(d) },
        Value::Points { before, after } => {
            LineValue::Points { before: pair(before), after: pair(after) }
        }
        Value::Stated(decimal) => LineValue::Stated { value: decimal.to_string() },
        Value::Missing(why) => LineValue::Missing { missing: why.code().to_owned() },
    };
    let marks = &figure.marks;
    let mut said = Vec::new();
    if marks.allocated {
        said.push("allocated".to_owned());
    }
    if let Some(level) = marks.level.filter(|level| *level != domain::codes::Confirmation::Official)
    {
        said.push(level.code().to_owned());
    }
    if let Some(words) = marks.qualifier.filter(|one| *one != domain::codes::Qualifier::Exact) {
        said.push(words.code().to_owned());
    }
    said.extend(marks.base.map(|day| format!("{BASE}{day}")));
    Line {
        unit: Gazetteer::embedded().key(unit).to_owned(),
        indicator: indicator.to_owned(),
        by: filter.iter().map(|(name, codes)| (name.clone(), codes.join(","))).collect(),
        value,
        marks: said,
        children: marks.children,
        reference: marks.reference.to_string(),
    }
}
