//! Findings: in groups, and listed page by page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use domain::disclosure::Guard;
use domain::finding::Reason;
use query::findings::{self, Place};
use query::plausible::judged;
use query::{Group, JUDGED_MAX, Judged, PassedBound, When};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Asker, Problem};

use super::asked::{Asked, wrong};
use super::reply::{Made, internal, reply};
use crate::{App, clock};

/// Most findings of one answer.
const LIMIT_MAX: usize = 1000;
const LIMIT: usize = 100;

pub(super) const FINDINGS: &[&str] = &["unit", "period", "from", "to", "reason", "cursor", "limit"];

/// Findings of a unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingsAnswer {
    /// The position up to which facts are folded.
    position: u64,
    /// The unit's key.
    unit: String,
    /// When the facts happened; all times when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<When>,
    /// The day that ages are counted from.
    today: String,
    /// How many there are by reason, unit below and age; of all reasons, on every page.
    groups: Vec<Group>,
    /// How many there are of the reasons asked for.
    total: u64,
    /// The latest of them first.
    findings: Vec<FindingLine>,
    /// Figures of the unit and of those below it that cannot be, in the time asked for; left out
    /// where none is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<Judged>,
    /// Ask again with `cursor=` this for more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One finding.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingLine {
    /// The named reason.
    reason: String,
    /// `noted` or `held`.
    treatment: String,
    /// The unit the fact happened in.
    unit: String,
    /// The day it happened.
    on: String,
    /// The fact's key, in hexadecimal; of a fact about a household only for those who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<String>,
    /// The other fact it collides with, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    /// Of `beyond_bound`, the bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<PassedBound>,
}

/// What the fold noticed in a unit: grouped by reason, unit and age, and listed, the latest first.
#[utoipa::path(
    get, path = "/v1/findings", operation_id = "listFindings", tag = "findings",
    params(
        ("unit" = String, Query, description = "The unit's key", example = "L-637"),
        ("period" = Option<String>, Query, description = "When the facts happened; all times when left out", example = "2021-H1@administrative"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD, instead of a period"),
        ("to" = Option<String>, Query, description = "Last day, included"),
        ("reason" = Option<String>, Query, description = "Reasons with commas; all when left out"),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, description = "Most findings listed, 0 to 1000; 100 when left out", minimum = 0, maximum = 1000),
    ),
    responses((status = 200, description = "The findings", body = FindingsAnswer)),
)]
pub(super) async fn findings(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, FINDINGS)?;
    let (unit, when) = (asked.unit("unit")?, asked.when()?);
    let time = when.as_ref().map(When::time).transpose().map_err(|error| internal(&error))?;
    let limit = asked.whole("limit", LIMIT, 0..=LIMIT_MAX)?;
    let mut reasons = Vec::new();
    for code in asked.many("reason") {
        let found = Reason::ALL.into_iter().find(|reason| reason.code() == code);
        let known = || Reason::ALL.map(Reason::code).join(", ");
        reasons.push(found.ok_or_else(|| {
            wrong("reason", format!("there is no such reason; known are {}", known()))
        })?);
    }
    reasons.sort_unstable();
    reasons.dedup();
    let sees = who.may_see_households(&app.rules.atlas, unit)
        && (app.reading)(&who, "findings with keys of households' facts", app.gazetteer.key(unit));
    let after = asked.one("cursor")?.map(|text| {
        let place = text.parse::<Place>();
        place.map_err(|()| wrong("cursor", "it is none of ours; leave it out to begin"))
    });
    let after = after.transpose()?;
    let today = clock::today();
    let disclosure = app.disclosure(&who);
    let question = format!(
        "findings {unit:?} {when:?} {reasons:?} {after:?} {limit} {sees} {disclosure:?} {today}"
    );
    Ok(reply(&app, &headers, &question, move |app| {
        app.handle.read(|fold, progress| {
            let page = findings::page(fold, unit, time, &reasons, after, limit);
            let line = |finding: &domain::finding::Finding| {
                let shown = sees || findings::is_collective(fold, finding);
                let told = findings::told(fold, finding);
                FindingLine {
                    reason: told.reason,
                    treatment: told.treatment,
                    unit: told.unit,
                    on: told.on,
                    fact: shown.then(|| findings::key(finding.fact)),
                    other: finding.other.filter(|_| shown).map(findings::key),
                    bound: told.bound,
                }
            };
            let guard = Guard::new(fold, disclosure);
            let body = FindingsAnswer {
                position: progress.position,
                unit: app.gazetteer.key(unit).to_owned(),
                when: when.clone(),
                today: today.to_string(),
                groups: findings::groups(fold, unit, time, today),
                total: page.total,
                next: page.next.map(|place| place.to_string()),
                findings: page.findings.iter().map(line).collect(),
                figures: time.map(|time| judged(&guard, unit, time, JUDGED_MAX)),
            };
            Made::json(progress.position, &body)
        })
    })
    .await)
}
