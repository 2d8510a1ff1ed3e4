//! Figures, their series and comparisons.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use domain::atlas::Unit;
use proto::gazetteer::Lang;
use query::{Compared, FiguresQuery, Query, SERIES_MAX, When};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Asker, Language, Problem};

use super::asked::{Asked, wrong};
use super::format::{CSV, Format, XLSX};
use super::reply::{Made, internal, reply};
use crate::App;
use crate::export::{csv, figures as sheet, name};

/// Most lines of one answer.
pub(crate) const LINES_MAX: usize = 200_000;

pub(super) const FIGURES: &[&str] = &[
    "unit",
    "children",
    "indicator",
    "period",
    "from",
    "to",
    "by",
    "boundaries",
    "last",
    "against",
    "against_period",
    "format",
    "bom",
    "sep",
];

/// By indicator, the last periods, the oldest first. A type of its own, for generators of clients
/// name what is inside another answer twice.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeriesByIndicator(std::collections::BTreeMap<String, Vec<query::Point>>);

/// One of the three answers that figures are asked for in.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code)]
pub(crate) enum FiguresAnswer {
    /// One line per unit, indicator and breakdown.
    Figures {
        /// The position up to which facts are folded.
        position: u64,
        /// `figures`
        answer: String,
        when: When,
        figures: Vec<query::Line>,
    },
    /// With `last`: by indicator, the last periods, the oldest first.
    Series {
        /// The position up to which facts are folded.
        position: u64,
        /// `series`
        answer: String,
        /// The unit's key.
        unit: String,
        series: SeriesByIndicator,
    },
    /// With `against` or `against_period`.
    Compare {
        /// The position up to which facts are folded.
        position: u64,
        /// `compare`
        answer: String,
        first: Compared,
        second: Compared,
        comparisons: Vec<query::Comparison>,
    },
}

/// What is asked for, read and checked.
pub(crate) struct Ask {
    pub(crate) unit: Unit,
    pub(crate) query: Query,
}

/// Reads a question for figures; the same for an answer and for a live topic.
pub(crate) fn ask(app: &App, asked: &Asked) -> Result<Ask, Problem> {
    let unit = asked.unit("unit")?;
    let key = app.gazetteer.key(unit).to_owned();
    let (indicators, when) = (asked.indicators()?, asked.must_when()?);
    let last = asked.whole("last", 0, 1..=SERIES_MAX)?;
    let against = asked.one("against")?.map(|_| asked.unit("against")).transpose()?;
    let against_period = asked.period("against_period")?;
    let plain = FiguresQuery {
        unit: key.clone(),
        when: when.clone(),
        indicators: indicators.clone(),
        by: asked.by()?,
        children: asked.flag("children")?,
        boundaries: asked.boundaries()?,
        books_only: false,
    };
    // One figure may be counted along all timelines; for more the fold would be held up.
    let is_one = plain.indicators.len() == 1 && plain.by.is_empty() && !plain.children;
    let plain = FiguresQuery { books_only: !is_one, ..plain };
    let compared = against.is_some() || against_period.is_some();
    let alone = |field: &str, what: &str| {
        let simple = plain.by.is_empty() && !plain.children;
        let detail = format!("{what} is for one unit, without children and by; leave it out");
        if simple { Ok(()) } else { Err(wrong(field, detail)) }
    };
    query::asked_for(&app.rules.plan, &plain.indicators, &plain.by)
        .map_err(|refused| wrong("by", refused.to_string()))?;
    let query = if last > 0 {
        alone("last", "a series")?;
        let period = when.period.clone();
        let period =
            period.ok_or_else(|| wrong("last", "a series needs period=, not from and to"))?;
        if compared {
            return Err(wrong("last", "either a series or a comparison; not both"));
        }
        if indicators.is_empty() {
            return Err(wrong("indicator", "say which indicators the series is of"));
        }
        Query::Series { unit: key, indicators, period, last }
    } else if compared {
        let field = if against.is_some() { "against" } else { "against_period" };
        alone(field, "a comparison")?;
        let other = against.map_or(key.clone(), |unit| app.gazetteer.key(unit).to_owned());
        let other_when = against_period.map_or_else(|| when.clone(), When::period);
        let first = Box::new(Compared { unit: other, when: other_when });
        Query::Compare { first, second: Box::new(Compared { unit: key, when }), indicators }
    } else {
        let lines = query::lines_max(&app.rules, unit, &plain).map_err(|error| internal(&error))?;
        if lines > LINES_MAX {
            let detail = format!(
                "the answer would have {lines} lines, at most {LINES_MAX} are given; ask for fewer \
                 indicators at a time, or for the children of one unit after the other"
            );
            return Err(wrong("indicator", detail));
        }
        Query::Figures(plain)
    };
    Ok(Ask { unit, query })
}

/// Figures of a unit and of those below it, over a period or days, broken down where wished; their
/// series (`last`); a comparison with another unit or period (`against`, `against_period`).
#[utoipa::path(
    get, path = "/v1/figures", operation_id = "getFigures", tag = "figures",
    params(
        ("unit" = String, Query, description = "The unit's key", example = "L-637"),
        ("children" = Option<String>, Query, description = "`1`: also every unit directly below that is in force on the last day"),
        ("indicator" = Option<String>, Query, description = "Ids with commas, or several times; all when left out", example = "poor_households"),
        ("period" = Option<String>, Query, description = "`2021`, `2021-06`, `2021-Q2`, `2021-H1@administrative`, `2021-2025@programme`", example = "2021-H1@administrative"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD, instead of a period"),
        ("to" = Option<String>, Query, description = "Last day, included"),
        ("by" = Option<String>, Query, description = "Attributes to break down by, with commas; each indicator asked for must be kept so"),
        ("boundaries" = Option<String>, Query, description = "`own` or `current`: the units of today that hold it"),
        ("last" = Option<u32>, Query, description = "A series: so many periods up to this one", minimum = 1, maximum = 120),
        ("against" = Option<String>, Query, description = "A comparison: the unit to compare with"),
        ("against_period" = Option<String>, Query, description = "A comparison: the period to compare with"),
        ("format" = Option<String>, Query, description = "`json`, `csv` or `xlsx`; else by `Accept`"),
        ("bom" = Option<String>, Query, description = "`1`: CSV begins with a byte order mark, for Excel"),
        ("sep" = Option<String>, Query, description = "Of CSV: `comma` or `semicolon`"),
        ("lang" = Option<String>, Query, description = "Of CSV and XLSX: `vi` or `en`"),
    ),
    responses((status = 200, description = "The figures", content(
        (FiguresAnswer = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
)]
pub(super) async fn figures(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    Language(lang): Language,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, FIGURES)?;
    let format = Format::of(&asked, &headers)?;
    let Ask { unit, query } = ask(&app, &asked)?;
    if format != Format::Json && !matches!(query, Query::Figures(_)) {
        return Err(wrong("format", "series and comparisons are given as JSON only"));
    }
    // JSON has both names of nothing: it is the same in every language.
    let lang = if format == Format::Json { Lang::Vi } else { lang };
    let canonical = serde_json::to_string(&query).map_err(|error| internal(&error))?;
    let disclosure = app.disclosure(&who);
    let question = format!("{format:?} {lang:?} {disclosure:?} {canonical}");
    Ok(reply(&app, &headers, &question, move |app| {
        let answered = app.handle.read(|fold, progress| {
            query::answer(fold, disclosure, progress.position, &app.editions, &query)
        });
        let answer = answered.map_err(|error| internal(&error))?;
        let position = answer.position;
        let (kind, bytes) = match format {
            Format::Json => return Made::json(position, &answer),
            Format::Csv(dialect) => (CSV, csv::figures(&answer, dialect, lang)),
            Format::Xlsx => {
                let source = app.source(position);
                (XLSX, sheet::workbook(&answer, unit, &source, lang).map_err(|e| internal(&e))?)
            }
        };
        let file = name(lang, "figures", unit, &query, kind == XLSX);
        Ok(Made { position, kind, bytes, file: Some(file) })
    })
    .await)
}
