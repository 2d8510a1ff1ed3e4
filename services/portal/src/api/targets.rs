//! Targets and how far they are attained.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use query::{Query, Target, When};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Asker, Problem};

use super::asked::Asked;
use super::reply::{Made, internal, reply};
use crate::App;

pub(super) const TARGETS: &[&str] = &["unit", "indicator", "period", "from", "to"];

/// Targets of a unit.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
pub(crate) struct TargetsAnswer {
    /// The position up to which facts are folded.
    position: u64,
    /// `targets`
    answer: String,
    /// The unit's key.
    unit: String,
    when: When,
    targets: Vec<Target>,
}

/// Every version of a unit's targets that was known by the last day, with attainment.
#[utoipa::path(
    get, path = "/v1/targets", operation_id = "listTargets", tag = "figures",
    params(
        ("unit" = String, Query, description = "The unit's key", example = "L-637"),
        ("indicator" = Option<String>, Query, description = "Ids with commas; all that the unit has a target for when left out", example = "poor_households"),
        ("period" = Option<String>, Query, description = "`2021`, `2021-H1@administrative`, …", example = "2021-H1@administrative"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD, instead of a period"),
        ("to" = Option<String>, Query, description = "Last day, included"),
    ),
    responses((status = 200, description = "The targets", body = TargetsAnswer)),
)]
pub(super) async fn targets(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, TARGETS)?;
    let (unit, when) = (asked.unit("unit")?, asked.must_when()?);
    let unit = app.gazetteer.key(unit).to_owned();
    let query = Query::Targets { unit, indicators: asked.indicators()?, when };
    let disclosure = app.disclosure(&who);
    let canonical = serde_json::to_string(&query).map_err(|error| internal(&error))?;
    let question = format!("{disclosure:?} {canonical}");
    Ok(reply(&app, &headers, &question, move |app| {
        let answered = app.handle.read(|fold, progress| {
            query::answer(fold, disclosure, progress.position, &app.editions, &query)
        });
        let answer = answered.map_err(|error| internal(&error))?;
        Made::json(answer.position, &answer)
    })
    .await)
}
