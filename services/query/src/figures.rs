//! Figures of a unit, of those below it, and of the units of today that hold it.

use anyhow::Result;
use domain::atlas::{Atlas, Level, Unit};
use domain::catalogue::Filter;
use domain::codes::Code;
use domain::contribution::Rules;
use domain::disclosure::Guard;
use domain::figures::{Missing, Question, Reader, Value};
use domain::fold::Fold;
use domain::plan::{Kept, Plan};
use proto::gazetteer::Gazetteer;

use crate::plausible::{IMPLAUSIBLE, passed};
use crate::{Boundaries, FiguresQuery, Line, LineValue};

/// An indicator that was asked for is not kept in the breakdown that was asked for: its total would
/// look like the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotBrokenDown {
    by: Vec<String>,
    /// The indicators asked for that lack it, with what each is kept by.
    lacking: Vec<(String, Vec<String>)>,
    /// Those that have it: of those asked for, or of all when none of them does.
    having: Vec<String>,
}

impl std::fmt::Display for NotBrokenDown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let NotBrokenDown { by, lacking, having } = self;
        let by = by.join(",");
        if lacking.is_empty() {
            return write!(f, "no indicator is broken down by {by} together");
        }
        let lacking = lacking.iter().map(|(indicator, kept)| match kept.as_slice() {
            [] => format!("{indicator} (by nothing)"),
            some => format!("{indicator} (only by {})", some.join(" or ")),
        });
        write!(f, "not broken down by {by}: {}", lacking.collect::<Vec<_>>().join(", "))?;
        match having.as_slice() {
            [] => f.write_str("; no indicator is"),
            some => write!(f, "; these are: {}", some.join(", ")),
        }
    }
}

impl std::error::Error for NotBrokenDown {}

/// The indicators that a question is answered with: those it names, each of which must be kept in
/// the breakdown asked for; when it names none, all that are.
///
/// # Errors
/// [`NotBrokenDown`], which says what is.
pub fn asked_for<'a>(
    plan: &'a Plan,
    indicators: &'a [String],
    by: &[String],
) -> Result<Vec<&'a str>, NotBrokenDown> {
    let kept = |indicator: &&str| by.is_empty() || block(plan, indicator, by).is_some();
    let every = plan.indicators().iter().map(|one| one.definition.id.as_str()).filter(kept);
    let asked: Vec<&str> = indicators.iter().map(String::as_str).collect();
    let refuse = |lacking: Vec<(String, Vec<String>)>, having: Vec<&str>| NotBrokenDown {
        by: by.to_vec(),
        lacking,
        having: having.into_iter().map(str::to_owned).collect(),
    };
    if asked.is_empty() {
        let all: Vec<&str> = every.collect();
        return if all.is_empty() { Err(refuse(Vec::new(), Vec::new())) } else { Ok(all) };
    }
    let (having, lacking): (Vec<&str>, Vec<&str>) = asked.iter().partition(|one| kept(one));
    if lacking.is_empty() {
        return Ok(asked);
    }
    let lacking = lacking.into_iter().map(|one| (one.to_owned(), kept_by(plan, one))).collect();
    Err(refuse(lacking, if having.is_empty() { every.collect() } else { having }))
}

/// The breakdowns of an indicator, each as it is asked for.
fn kept_by(plan: &Plan, indicator: &str) -> Vec<String> {
    let kept = plan.indicator(indicator).map_or(&[][..], |one| &one.kept);
    let written = |kept: &Kept| kept.by.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
    kept.iter().map(written).filter(|names| !names.is_empty()).collect()
}

/// How many lines an answer may have, before it is made: units by indicators by breakdowns.
pub fn lines_max(rules: &Rules, unit: Unit, query: &FiguresQuery) -> Result<usize> {
    let units = units(rules, unit, query)?.len();
    let asked = asked_for(&rules.plan, &query.indicators, &query.by)?;
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

/// A line for each unit, indicator and breakdown that is asked for.
pub(crate) fn figures(guard: &Guard<'_>, unit: Unit, query: &FiguresQuery) -> Result<Vec<Line>> {
    let fold = guard.fold();
    let fold_or_none = (!query.books_only).then_some(fold);
    let reader = Reader { fold: fold_or_none, ..Reader::from(fold) };
    let time = query.when.time()?;
    let units = units(&fold.rules, unit, query)?;
    let current = query.boundaries == Boundaries::Current;
    let wider: Vec<Unit> =
        units.iter().copied().filter(|one| current && reaches_beyond(fold, *one, unit)).collect();
    let asked = asked_for(&fold.rules.plan, &query.indicators, &query.by)?;
    let mut figures = Vec::new();
    for unit in units {
        for indicator in &asked {
            for filter in breakdowns(fold, indicator, &query.by) {
                let question = Question { unit, indicator, filter: filter.clone(), time };
                let figure = guard.figure(&reader, &question);
                let broken_down = !filter.is_empty();
                if broken_down && is_left_out(figure.value) {
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
    Ok(figures)
}

/// Whether a breakdown is left out of an answer: what is nothing, not what is hidden.
fn is_left_out(value: Value) -> bool {
    match value {
        Value::Missing(Missing::Hidden(_)) => false,
        Value::Whole(0) | Value::Missing(_) => true,
        Value::Whole(_) | Value::Ratio(..) | Value::Points { .. } | Value::Stated(_) => false,
    }
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
    let Some(block) = block(&rules.plan, indicator, by) else { return 1 };
    let codes = |name: &String| block.by.iter().find(|(one, _)| one == name).map(|(_, c)| c.len());
    1 + by.iter().filter_map(codes).fold(1, usize::saturating_mul)
}

/// The columns of an indicator that tell all these attributes; none when nothing is asked.
fn block<'a>(plan: &'a Plan, indicator: &str, by: &[String]) -> Option<&'a Kept> {
    let kept = plan.indicator(indicator).map(|one| one.kept.as_slice()).unwrap_or_default();
    let has_all = |names: &[(&str, Vec<&str>)]| {
        by.iter().all(|name| names.iter().any(|(one, _)| one == name))
    };
    kept.iter().find(|kept| !by.is_empty() && has_all(&kept.by))
}

/// The filters that break an indicator down by some attributes; one without a filter, too.
fn breakdowns(fold: &Fold, indicator: &str, by: &[String]) -> Vec<Filter> {
    let mut filters = vec![Filter::new()];
    let Some(block) = block(&fold.rules.plan, indicator, by) else { return filters };
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
    let value = LineValue::of(figure.value)
        .unwrap_or_else(|| LineValue::Missing { missing: Missing::BeyondRange.code().to_owned() });
    let marks = &figure.marks;
    let mut said = Vec::new();
    said.extend(passed(indicator, figure).map(|passed| format!("{IMPLAUSIBLE}{}", passed.rule.id)));
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
        communes: marks.communes,
        reference: marks.reference.to_string(),
    }
}
