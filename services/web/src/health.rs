//! Is it alive, is it ready, how is it: for whoever watches over the process.

use std::sync::Arc;

use access::Access;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::metrics::{head, line};
use crate::observe::Observed;
use crate::{Asker, Kind, Peer, Problem};

/// How one thing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: a short name.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// Why, in Vietnamese.
    pub reason: String,
    /// Why, in English.
    pub reason_en: String,
}

/// A number that goes up and down, or only up.
pub struct Gauge {
    /// `tonghop_…`, with its unit last.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// Whether it only ever grows; then its name ends in `_total`.
    pub is_counter: bool,
    /// Its value now.
    pub value: Box<dyn Fn() -> f64 + Send + Sync>,
}

/// What is looked at when somebody asks how we are.
#[derive(Default)]
pub struct Health {
    /// Ready means that all of these are ok. They are asked often: be quick.
    pub checks: Vec<Box<dyn Fn() -> Check + Send + Sync>>,
    /// Parts without which everything else goes on: what is out of order here is told, and the
    /// service is ready all the same. Their names are labels of `tonghop_part_ok`.
    pub parts: Vec<Box<dyn Fn() -> Check + Send + Sync>>,
    /// What `/metrics` tells besides requests.
    pub gauges: Vec<Gauge>,
}

pub(crate) struct Watched {
    pub(crate) health: Health,
    pub(crate) observed: Arc<Observed>,
    pub(crate) access: Access,
    pub(crate) behind_proxy: bool,
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    /// Whether any check or part is not as it should be.
    degraded: bool,
    checks: Vec<Check>,
    parts: Vec<Check>,
}

pub(crate) fn routes(watched: Watched) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(watched))
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(State(watched): State<Arc<Watched>>) -> Response {
    let mut checks: Vec<Check> = watched.health.checks.iter().map(|check| check()).collect();
    let trouble = watched.access.trouble();
    checks.push(Check {
        name: "users",
        ok: trouble.is_none(),
        // Which file and why is in the log, not for everybody.
        reason: trouble.as_ref().map_or("đọc được", |_| "không đọc được tệp người dùng").to_owned(),
        reason_en: trouble.as_ref().map_or("readable", |_| "cannot be read").to_owned(),
    });
    let parts: Vec<Check> = watched.health.parts.iter().map(|part| part()).collect();
    let ready = checks.iter().all(|check| check.ok);
    let degraded = !ready || !parts.iter().all(|part| part.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body =
        serde_json::to_vec(&Readiness { ready, degraded, checks, parts }).unwrap_or_default();
    (status, [json(), never_kept()], body).into_response()
}

/// What proxies say of whom they ask for.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// For programs on this machine, and for those who may see operations.
async fn metrics(
    State(watched): State<Arc<Watched>>,
    Asker(who): Asker,
    request: Request,
) -> Response {
    let peer = request.extensions().get::<Peer>();
    // A proxy on this machine that nobody told us of is not this machine's own programs.
    let is_passed_on = FORWARDED.iter().any(|name| request.headers().contains_key(*name));
    let is_near = peer.is_some_and(|peer| peer.0.ip().is_loopback());
    let near = is_near && !watched.behind_proxy && !is_passed_on;
    if !near && !who.may_see_operations() {
        let detail = "the metrics are for this machine's own address and for operators";
        return Problem::new(Kind::Forbidden, detail).into_response();
    }
    let mut text = String::new();
    watched.observed.metrics.write(&mut text);
    if !watched.health.parts.is_empty() {
        let help = "Whether a part that the rest goes on without is as it should be.";
        head(&mut text, "tonghop_part_ok", "gauge", help);
        for Check { name, ok, .. } in watched.health.parts.iter().map(|part| part()) {
            line(&mut text, format_args!("tonghop_part_ok{{part=\"{name}\"}} {}", u8::from(ok)));
        }
    }
    for gauge in &watched.health.gauges {
        let kind = if gauge.is_counter { "counter" } else { "gauge" };
        head(&mut text, gauge.name, kind, gauge.help);
        line(&mut text, format_args!("{} {}", gauge.name, (gauge.value)()));
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), never_kept()], text).into_response()
}

fn json() -> (header::HeaderName, HeaderValue) {
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

fn never_kept() -> (header::HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
