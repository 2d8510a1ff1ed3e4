//! How far the figures are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use super::asked::Asked;
use crate::{App, clock};

pub(super) const POSITION: &[&str] = &[];

/// How far the figures are.
#[derive(Serialize, ToSchema)]
pub(crate) struct PositionAnswer {
    /// The journal's identity.
    journal: String,
    /// The last position that is folded: figures are as of it.
    position: u64,
    /// The last position that is in the store.
    committed: u64,
    /// The last position of the journal, as last seen.
    end: u64,
    /// Records that are not folded yet.
    lag: u64,
    accounting: AccountingBody,
    /// Findings there are.
    findings: u64,
    /// Records a second, over the last seconds.
    records_per_s: f64,
    /// SHA-256 of the gazetteer's files.
    gazetteer: String,
    /// SHA-256 of the catalogue's files.
    catalogue: String,
    /// When this server began.
    since: String,
    /// Now, by the server's clock.
    time: String,
}

/// What became of the records up to the position; they sum to it.
#[derive(Serialize, ToSchema)]
#[schema(as = Accounting)]
pub(crate) struct AccountingBody {
    /// They say something that none said before.
    applied: u64,
    /// They were there already.
    duplicate: u64,
    /// They cannot be read.
    unreadable: u64,
    /// They belong to another shard.
    foreign: u64,
}

/// The journal's identity, how far it is folded and committed, and how far behind that is.
#[utoipa::path(
    get, path = "/v1/position", operation_id = "getPosition", tag = "operations",
    responses((status = 200, description = "How far the figures are", body = PositionAnswer)),
)]
pub(super) async fn position(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    Asked::read(&uri, POSITION)?;
    let progress = app.handle.progress();
    let counts = progress.accounting;
    let body = PositionAnswer {
        journal: app.identity.clone(),
        position: progress.position,
        committed: progress.committed,
        end: progress.end,
        lag: progress.lag(),
        accounting: AccountingBody {
            applied: counts.applied,
            duplicate: counts.duplicate,
            unreadable: counts.unreadable,
            foreign: counts.foreign,
        },
        findings: progress.findings,
        records_per_s: progress.records_per_s,
        gazetteer: app.editions.gazetteer.clone(),
        catalogue: app.editions.catalogue.clone(),
        since: app.since.clone(),
        time: clock::written(clock::now_ms()),
    };
    let unkept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((unkept, axum::Json(body)).into_response())
}
