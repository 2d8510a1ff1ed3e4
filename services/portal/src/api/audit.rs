//! Audit: where a figure comes from, what was closed, and what changed since.

use std::collections::BTreeMap;
use std::sync::Arc;

use access::Who;
use auditor::{Closed, Explanation, Revisions, Shelf};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use domain::disclosure::Disclosure;
use domain::figures::Question;
use proto::catalogue::Catalogue;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Asker, Kind, Problem};

use super::asked::{Asked, wrong};
use super::format::{CSV, Format};
use super::reply::{Made, internal, reply, reply_in};
use crate::{App, audit, export};

/// Facts that are listed of each sum.
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 1000;
const TEXT: &str = "text/plain; charset=utf-8";

pub(super) const EXPLAIN: &[&str] = &["unit", "indicator", "by", "period", "from", "to", "limit"];
pub(super) const CLOSINGS: &[&str] = &["unit"];
pub(super) const REVISIONS: &[&str] = &["vintage", "limit", "format", "bom", "sep"];
pub(super) const FILE: &[&str] = &[];

/// Where a figure comes from.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExplainAnswer {
    /// The position up to which facts are folded.
    position: u64,
    #[serde(flatten)]
    explanation: Explanation,
}

/// What was closed, reopened and published.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClosingsAnswer {
    /// The position up to which facts are folded.
    position: u64,
    /// In the order of the journal.
    closings: Vec<Closed>,
}

/// What changed since a closing.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevisionsAnswer {
    /// The position up to which facts are folded.
    position: u64,
    #[serde(flatten)]
    revisions: Revisions,
}

/// A figure opened to the figures and facts it comes from. Facts about households are listed only
/// for those who may see them; how many there are and what they sum to is for everybody.
#[utoipa::path(
    get, path = "/v1/explain", operation_id = "explainFigure", tag = "audit",
    params(
        ("unit" = String, Query, description = "The unit's key", example = "L-637"),
        ("indicator" = String, Query, description = "One indicator", example = "poor_households"),
        ("by" = Option<String>, Query, description = "Only these codes: `class=poor`, with commas", example = "class=poor"),
        ("period" = Option<String>, Query, description = "`2021`, `2021-H1@administrative`, …", example = "2021-H1@administrative"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD, instead of a period"),
        ("to" = Option<String>, Query, description = "Last day, included"),
        ("limit" = Option<u32>, Query, description = "Most facts listed of each sum, 0 to 1000; 50 when left out", minimum = 0, maximum = 1000),
    ),
    responses((status = 200, description = "The figure and where it comes from", body = ExplainAnswer)),
)]
pub(super) async fn explain(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, EXPLAIN)?;
    let (unit, when) = (asked.unit("unit")?, asked.must_when()?);
    let time = when.time().map_err(|error| internal(&error))?;
    let limit = asked.whole("limit", LIMIT, 0..=LIMIT_MAX)?;
    let mut indicators = asked.indicators()?;
    let (Some(indicator), true) = (indicators.pop(), indicators.is_empty()) else {
        return Err(wrong("indicator", "say one indicator; /v1/indicators lists them"));
    };
    if audit::is_heavy(&app.rules, unit, &indicator) {
        let detail = "that is computed from too many cells; ask for a unit below";
        return Err(wrong("unit", detail));
    }
    let filter = filter(&asked)?;
    let key = app.gazetteer.key(unit);
    let sees = who.may_see_households(&app.rules.atlas, unit)
        && (app.reading)(&who, audit::READING_EXPLAINED, key);
    // What is not recorded is not shown.
    let disclosure = if sees { Disclosure::EVERYTHING } else { app.disclosure(&Who::public()) };
    let question =
        format!("explain {unit:?} {indicator} {filter:?} {when:?} {limit} {disclosure:?}");
    Ok(reply_in(&app, &app.audits, &headers, &question, move |app| {
        let question = Question { unit, indicator: &indicator, filter, time };
        let (position, mut explanation) =
            auditor::explain(&app.handle, disclosure, &question, limit);
        if !sees {
            audit::close_explanation(&mut explanation);
        }
        Made::json(position, &ExplainAnswer { position, explanation })
    })
    .await)
}

/// `class=poor`, of attributes and codes that some indicator has.
fn filter(asked: &Asked) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let kept = || Catalogue::embedded().plan.indicators().iter().flat_map(|one| &one.kept);
    let mut filter: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in asked.many("by") {
        let (name, code) = part.split_once('=').unwrap_or((part, ""));
        let mut all = kept().flat_map(|kept| &kept.by);
        if !all.any(|(one, codes)| *one == name && codes.contains(&code)) {
            return Err(wrong("by", "write an attribute and a code of it, as in class=poor"));
        }
        filter.entry(name.to_owned()).or_default().push(code.to_owned());
    }
    Ok(filter)
}

/// Every declaration about a period: closed, reopened, published; and why one has no effect.
#[utoipa::path(
    get, path = "/v1/closings", operation_id = "listClosings", tag = "audit",
    params(("unit" = Option<String>, Query, description = "Of this unit only", example = "L-637")),
    responses((status = 200, description = "In the order of the journal", body = ClosingsAnswer)),
)]
pub(super) async fn closings(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, CLOSINGS)?;
    let unit = asked.one("unit")?.map(|_| asked.unit("unit")).transpose()?;
    Ok(reply(&app, &headers, &format!("closings {unit:?}"), move |app| {
        let shelf = shelf(app)?;
        app.handle.read(|fold, progress| {
            let closings = auditor::closings(fold, shelf, unit);
            let closings = closings.map_err(|error| internal(&error))?;
            let position = progress.position;
            Made::json(position, &ClosingsAnswer { position, closings })
        })
    })
    .await)
}

/// What changed since a closing, row by row, by cause, with the facts that did it. Facts about
/// households are named only for those who may see them.
#[utoipa::path(
    get, path = "/v1/revisions", operation_id = "listRevisions", tag = "audit",
    params(
        ("vintage" = String, Query, description = "The vintage's id, as `/v1/closings` has it", example = "L-637.2021-H1@administrative.official.1"),
        ("limit" = Option<u32>, Query, description = "Most facts named of each row, 0 to 1000; 50 when left out", minimum = 0, maximum = 1000),
        ("format" = Option<String>, Query, description = "`json` or `csv`; else by `Accept`"),
        ("bom" = Option<String>, Query, description = "`1`: CSV begins with a byte order mark, for Excel"),
        ("sep" = Option<String>, Query, description = "Of CSV: `comma` or `semicolon`"),
    ),
    responses((status = 200, description = "The rows that differ", content(
        (RevisionsAnswer = "application/json"),
        (String = "text/csv"),
    ))),
)]
pub(super) async fn revisions(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, REVISIONS)?;
    let limit = asked.whole("limit", LIMIT, 0..=LIMIT_MAX)?;
    let format = Format::of(&asked, &headers)?;
    if format == Format::Xlsx {
        return Err(wrong("format", "json or csv"));
    }
    let unknown = || wrong("vintage", "there is no such vintage; /v1/closings lists them");
    let id = asked.one("vintage")?.ok_or_else(unknown)?.to_owned();
    let key = id.split('.').next().unwrap_or_default();
    let unit = app.gazetteer.unit(key).ok_or_else(unknown)?;
    let sees = who.may_see_households(&app.rules.atlas, unit)
        && (app.reading)(&who, audit::READING_REVISED, app.gazetteer.key(unit));
    let question = format!("revisions {id:?} {limit} {format:?} {sees}");
    Ok(reply_in(&app, &app.audits, &headers, &question, move |app| {
        let vintage = match shelf(app)?.get(&id) {
            Ok(vintage) => vintage,
            Err(auditor::Error::Unknown { .. }) => return Err(unknown()),
            Err(error) => return Err(internal(&error)),
        };
        let found = auditor::revisions(&app.handle, &vintage, limit);
        let mut revisions = found.ok_or_else(unknown)?;
        let position = revisions.now;
        if !sees {
            let public = app.disclosure(&Who::public());
            app.handle.read(|fold, _| {
                audit::close_revisions(fold, public, &vintage, (&mut revisions, limit));
            });
        }
        match format {
            Format::Csv(dialect) => {
                let bytes = export::revisions::csv(&revisions, dialect);
                let file = Some(format!("{id} - {position}.csv"));
                Ok(Made { position, kind: CSV, bytes, file })
            }
            Format::Json | Format::Xlsx => {
                Made::json(position, &RevisionsAnswer { position, revisions })
            }
        }
    })
    .await)
}

/// The text of a vintage, whose SHA-256 without the line of the program is its digest. One that
/// names facts of households is for those who may see them.
#[utoipa::path(
    get, path = "/v1/vintages/{id}", operation_id = "getVintage", tag = "audit",
    params(("id" = String, Path, description = "The vintage's id", example = "L-637.2021-H1@administrative.official.1")),
    responses((status = 200, description = "The text", body = String, content_type = "text/plain")),
)]
pub(super) async fn vintage(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    Asked::read(&uri, FILE)?;
    let key = id.split('.').next().unwrap_or_default();
    let unit = app.gazetteer.unit(key).ok_or_else(gone)?;
    let sees = who.may_see_households(&app.rules.atlas, unit)
        && (app.reading)(&who, audit::READING_VINTAGE, app.gazetteer.key(unit));
    let question = format!("vintage {id:?} {sees}");
    Ok(reply(&app, &headers, &question, move |app| {
        let vintage = match shelf(app)?.get(&id) {
            Ok(vintage) => vintage,
            Err(auditor::Error::Unknown { .. }) => return Err(gone()),
            Err(error) => return Err(internal(&error)),
        };
        let public = app.disclosure(&Who::public());
        let closed =
            || app.handle.read(|fold, _| audit::tells_of_households(fold, public, &vintage));
        if !sees && closed() {
            let detail = "this vintage names facts of households, or amounts and breakdowns that \
                          may be of few; its digest and its checkpoint are for everybody";
            return Err(Problem::new(Kind::Forbidden, detail));
        }
        let (position, bytes) = (app.handle.progress().position, vintage.text().into_bytes());
        Ok(Made { position, kind: TEXT, bytes, file: Some(format!("{id}.txt")) })
    })
    .await)
}

/// The signed checkpoint of that size: a note of C2SP, with the root of the journal up to there and
/// the digest of what was closed at it.
#[utoipa::path(
    get, path = "/v1/checkpoints/{size}", operation_id = "getCheckpoint", tag = "audit",
    params(("size" = u64, Path, description = "The position it is of")),
    responses((status = 200, description = "The note", body = String, content_type = "text/plain")),
)]
pub(super) async fn checkpoint(
    State(app): State<Arc<App>>,
    Path(size): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    Asked::read(&uri, FILE)?;
    let size: u64 = size.parse().map_err(|_| gone())?;
    Ok(reply(&app, &headers, &format!("checkpoint {size}"), move |app| {
        let notes = shelf(app)?.checkpoints().map_err(|error| internal(&error))?;
        let (_, path) = notes.into_iter().find(|(one, _)| *one == size).ok_or_else(gone)?;
        let bytes = std::fs::read(path).map_err(|error| internal(&error))?;
        let position = app.handle.progress().position;
        Ok(Made { position, kind: TEXT, bytes, file: Some(format!("{size}.note.txt")) })
    })
    .await)
}

pub(super) fn shelf(app: &App) -> Result<&Shelf, Problem> {
    app.shelf.as_ref().ok_or_else(gone)
}

pub(super) fn gone() -> Problem {
    Problem::new(Kind::NotFound, "there is no such thing; /v1/closings lists what was closed")
}
