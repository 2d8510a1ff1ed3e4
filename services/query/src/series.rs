//! One indicator of a unit over the last periods of the same calendar and length.

use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::disclosure::Guard;
use domain::figures::{Question, Reader, Time};
use domain::time::Period;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::figures::line;
use crate::{Line, When};

/// Most periods of one series.
pub const SERIES_MAX: usize = 120;

/// The figure of one period.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// The period.
    pub when: When,
    /// Its figure.
    #[serde(flatten)]
    pub line: Line,
}

/// The figures of the last periods up to this one, the oldest first; fewer where the calendar
/// begins.
pub fn series(
    guard: &Guard<'_>,
    unit: Unit,
    indicator: &str,
    filter: &Filter,
    period: Period,
    last: usize,
) -> Vec<Point> {
    let reader = Reader::from(guard.fold());
    let back = std::iter::successors(Some(period), |period| period.before());
    let mut points: Vec<Point> = back
        .take(last.clamp(1, SERIES_MAX))
        .map(|period| {
            let time = Time::Period(period);
            let question = Question { unit, indicator, filter: filter.clone(), time };
            let figure = guard.figure(&reader, &question);
            Point { when: When::period(period), line: line(unit, indicator, filter, &figure) }
        })
        .collect();
    points.reverse();
    points
}
