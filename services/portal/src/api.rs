//! The API under `/v1`: what the facts come to, as data.

mod asked;
mod audit;
pub(crate) mod cache;
pub(crate) mod figures;
mod findings;
mod format;
mod indicators;
mod milestones;
mod movements;
pub(crate) mod openapi;
mod pack;
mod position;
pub(crate) mod reply;
mod targets;
mod units;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use web::{Kind, Problem};

use crate::App;
use crate::live::serve;

pub(crate) use asked::{Asked, wrong};

/// The routes of the API.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/units", get(units::list))
        .route("/v1/units/{key}", get(units::one))
        .route("/v1/units/{key}/children", get(units::children))
        .route("/v1/indicators", get(indicators::list))
        .route("/v1/indicators/{id}", get(indicators::one))
        .route("/v1/figures", get(figures::figures))
        .route("/v1/movements", get(movements::movements))
        .route("/v1/targets", get(targets::targets))
        .route("/v1/findings", get(findings::findings))
        .route("/v1/explain", get(audit::explain))
        .route("/v1/closings", get(audit::closings))
        .route("/v1/revisions", get(audit::revisions))
        .route("/v1/vintages/{id}", get(audit::vintage))
        .route("/v1/vintages/{id}/pack", get(pack::pack))
        .route("/v1/checkpoints/{size}", get(audit::checkpoint))
        .route("/v1/milestones", get(milestones::page))
        .route("/v1/position", get(position::position))
        .route("/v1/openapi.json", get(openapi::document))
        .route("/v1/live", get(serve::topic))
        .route("/v1/live/page", get(serve::page))
        .method_not_allowed_fallback(not_allowed)
        .route("/v1/{*rest}", get(nothing))
}

async fn not_allowed() -> Problem {
    Problem::new(Kind::MethodNotAllowed, "this address is read with GET")
}

async fn nothing() -> Problem {
    Problem::new(Kind::NotFound, "there is no such address; /v1/openapi.json lists them")
}
