//! The course of an indicator: stocks and shares at the ends of months, flows by period.

use domain::atlas::Unit;
use domain::catalogue::Measure;
use domain::figures::{Figure, Time, Value};
use domain::time::{Calendar, Day, Grain, Period};

use super::number::{self, Shown};
use super::target::Version;
use super::text::fill;
use super::time;
use super::view::View;
use crate::chart::{Line, Plan, Point, bars, line};

/// A chart with its table.
pub(crate) struct Trend {
    pub(crate) svg: String,
    pub(crate) rows: Vec<Point>,
    /// Whether the axis is cut: the page says so.
    pub(crate) cut: bool,
    pub(crate) grain: String,
}

impl Trend {
    /// Whether anything has to be said with any value: the table then has a column for it.
    pub(crate) fn any_marks(&self) -> bool {
        self.rows.iter().any(|row| !row.marks.is_empty())
    }

    /// Whether some times are over a part of the units only: the page says so.
    pub(crate) fn any_partial(&self) -> bool {
        self.rows.iter().any(|row| row.is_partial)
    }
}

/// Points of a line at most.
const POINTS: usize = 13;

/// Whether an indicator is asked for on a day, not over days.
pub(crate) fn is_stock(view: &View<'_>, indicator: &str) -> bool {
    let Some(found) = view.app.rules.plan.indicator(indicator) else { return false };
    match &found.definition.measure {
        Measure::Stock { .. } | Measure::Balance { .. } | Measure::Census {} => true,
        Measure::Ratio { numerator, .. } => is_stock(view, &numerator.indicator),
        Measure::Flow { .. }
        | Measure::Distinct { .. }
        | Measure::Movement { .. }
        | Measure::Reduction { .. }
        | Measure::Communes { .. }
        | Measure::Codes { .. }
        | Measure::External {}
        | Measure::ChildrenBehind { .. }
        | Measure::Plan {} => false,
    }
}

/// The trend of an indicator, with the courses that its targets ask for.
pub(crate) fn trend(view: &View<'_>, indicator: &str, title: &str, targets: &[Version]) -> Trend {
    if is_stock(view, indicator) {
        of_stock(view, indicator, title, targets)
    } else {
        of_flow(view, indicator, title)
    }
}

/// Ends of months up to the last day shown: from the target's year on, or the last twelve.
fn month_ends(view: &View<'_>, from: Option<Day>) -> Vec<Day> {
    let (first, last) = view.days();
    // Nothing is known of days to come.
    let last = last.min(time::now().0.max(first));
    let calendar = time::calendar(view.time);
    let grain =
        if calendar == Calendar::Civil { Grain::CivilMonth } else { Grain::AdministrativeMonth };
    let mut ends = vec![last];
    let mut month = Period::containing(grain, last);
    while let Some(period) = month
        && ends.len() < POINTS
    {
        let end = period.days().start().previous();
        if from.is_some_and(|from| end < from.previous()) || end.ymd().0 < 2020 {
            break;
        }
        ends.push(end);
        month = period.before();
    }
    ends.reverse();
    ends
}

fn of_stock(view: &View<'_>, indicator: &str, title: &str, targets: &[Version]) -> Trend {
    let year = targets.last().map(|version| version.period);
    let ends = month_ends(view, year.map(|period| *period.days().start()));
    let points: Vec<Point> = ends
        .iter()
        .zip(view.on_days(view.unit, indicator, &ends))
        .map(|(day, figure)| match figure.value {
            Value::Missing(_) => unknown(month(*day)),
            _ => point(view, indicator, month(*day), &figure),
        })
        .collect();
    let plans = plans(view, indicator, &ends, &points, targets);
    let known: Vec<f64> = points.iter().filter_map(|point| point.value).collect();
    let most = known.iter().copied().fold(0.0, f64::max);
    let least = known.iter().chain(plans.iter().map(|p| &p.to.1)).copied().fold(most, f64::min);
    // A line may leave zero out where little would be seen otherwise; bars never may.
    // A ripple is not to look like a fall, either.
    let cut = least > 0.4 * most && most - least > 0.03 * most;
    let says = match (points.iter().find(|p| p.value.is_some()), points.last()) {
        (Some(first), Some(last)) => {
            format!("{}; {}", first.says(), last.says())
        }
        (_, _) => String::new(),
    };
    let chart = Line { title, says: &says, points: &points, plans: &plans, from_zero: !cut };
    Trend {
        svg: line(&chart, &|all| number::ticks(view.lang, all)),
        rows: points,
        cut,
        grain: view.t.month_end.to_owned(),
    }
}

fn point(view: &View<'_>, indicator: &str, label: String, figure: &Figure) -> Point {
    let shown = Shown::of(view.lang, indicator, figure);
    Point {
        label,
        value: number::length(&figure.value),
        text: shown.full(),
        marks: shown.marks.join("; "),
        is_partial: shown.is_partial,
    }
}

/// A time of which nothing is known.
fn unknown(label: String) -> Point {
    Point { label, value: None, text: "…".to_owned(), marks: String::new(), is_partial: false }
}

fn plans(
    view: &View<'_>,
    indicator: &str,
    ends: &[Day],
    points: &[Point],
    targets: &[Version],
) -> Vec<Plan> {
    if indicator != "poor_households" {
        return Vec::new();
    }
    let Some(first) = points.iter().position(|point| point.value.is_some()) else {
        return Vec::new();
    };
    let Some(opening) = points[first].value else { return Vec::new() };
    targets
        .iter()
        .filter_map(|version| {
            let days = version.period.days();
            let at = |day: Day| {
                let start = i32::from(ends.first()?.0);
                Some(f64::from(i32::from(day.0) - start) / 30.44)
            };
            let to = opening - version.asked;
            let value = number::whole(view.lang, to.round() as i128);
            Some(Plan {
                from: (first as f64, opening),
                to: (at(*days.end())?, to),
                label: format!("−{} → {value}", version.value),
                ends: month(*days.end()),
                in_force: version.in_force,
            })
        })
        .collect()
}

fn of_flow(view: &View<'_>, indicator: &str, title: &str) -> Trend {
    let grain = match view.time {
        Time::Period(period) => match period.grain() {
            Grain::ProgrammeTerm => Grain::CivilYear,
            other => other,
        },
        Time::Days(..) => Grain::AdministrativeMonth,
    };
    let (most, mut periods) = (8, Vec::new());
    let mut at = Period::containing(grain, view.days().1);
    while let Some(period) = at
        && periods.len() < most
        && period.days().end().ymd().0 > 2020
    {
        periods.push(period);
        at = period.before();
    }
    periods.reverse();
    let all: Vec<Point> = periods
        .iter()
        .map(|period| {
            let figure = view.figure(view.unit, indicator, Time::Period(*period));
            let name = period.to_string();
            point(view, indicator, name.split('@').next().unwrap_or(&name).to_owned(), &figure)
        })
        .collect();
    let says: Vec<String> = all.iter().map(Point::says).collect();
    Trend {
        svg: bars(title, &says.join("; "), &all, &|all| number::ticks(view.lang, all)),
        rows: all,
        cut: false,
        grain: fill(view.t.breakdown_one, &[view.app.catalogue.grain(grain, view.lang)]),
    }
}

/// 6/21
pub(crate) fn month(day: Day) -> String {
    let (year, month, _) = day.ymd();
    format!("{month}/{:02}", year % 100)
}

/// The last six months of a stock of any unit, for a sparkline.
pub(crate) fn course(view: &View<'_>, unit: Unit, indicator: &str) -> Vec<Option<f64>> {
    let ends = month_ends(view, None);
    let recent = &ends[ends.len().saturating_sub(7)..];
    let figures = view.on_days(unit, indicator, recent).into_iter();
    figures.map(|figure| number::length(&figure.value)).collect()
}
