//! The door in front of all routes.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use access::Access;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::health::{self, Watched};
use crate::limits::Rates;
use crate::observe::{Observed, observe};
use crate::pace::{self, Pace};
use crate::{Client, headers, page, peer, sign_in, who};
use crate::{ErrorPage, Health, Kind, Limits, Problem};

/// The door in front of all routes: who may come in, how much, and what every answer says.
pub struct Doors {
    /// Who may come in.
    pub access: Access,
    /// How much and how long.
    pub limits: Limits,
    /// Whether cookies are only for https: whenever we listen not on loopback.
    pub secure: bool,
    /// Whether browsers are told to come by https for a year from now.
    pub hsts: bool,
    /// Whether a proxy of ours says who asks, in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// What is looked at when somebody asks how we are.
    pub health: Health,
    /// The page of a problem.
    pub error_page: Option<ErrorPage>,
}

/// What the layers share.
pub(crate) struct Shared {
    pub(crate) access: Access,
    pub(crate) rates: Rates,
    pub(crate) secure: bool,
    pub(crate) behind_proxy: bool,
    uri_bytes_max: usize,
    answer_max: Duration,
}

impl Doors {
    /// For this machine's own address, without pages of problems and without checks.
    pub fn new(access: Access) -> Doors {
        Doors {
            access,
            limits: Limits::default(),
            secure: false,
            hsts: false,
            behind_proxy: false,
            health: Health::default(),
            error_page: None,
        }
    }

    /// Puts the door in front of routes, which must have no fallback of their own. Adds `/livez`,
    /// `/readyz`, `/metrics` and the posts of signing in and out.
    pub fn around(self, routes: Router) -> Router {
        let observed = Arc::new(Observed::new());
        let pace = Pace::of(&self.limits);
        let shared = Arc::new(Shared {
            access: self.access.clone(),
            rates: Rates::new(&self.limits),
            secure: self.secure,
            behind_proxy: self.behind_proxy,
            uri_bytes_max: self.limits.uri_bytes_max,
            answer_max: Duration::from_secs(self.limits.answer_s_max),
        });
        let watched = Watched {
            health: self.health,
            observed: observed.clone(),
            access: self.access,
            behind_proxy: self.behind_proxy,
        };
        // What streams is packed line by line at best, and would wait; zip files are packed.
        let packed = DefaultPredicate::new()
            .and(NotForContentType::new("application/x-ndjson"))
            .and(NotForContentType::new("application/zip"));
        routes
            .merge(health::routes(watched))
            .merge(sign_in::routes(shared.clone()))
            .fallback(not_found)
            .method_not_allowed_fallback(not_allowed)
            // From the inside out.
            .layer(from_fn_with_state(shared.clone(), in_time))
            .layer(from_fn_with_state(shared.clone(), who::determine))
            .layer(from_fn_with_state(pace, pace::keep))
            .layer(from_fn_with_state(shared, limited))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(self.error_page, page::show))
            .layer(CompressionLayer::new().compress_when(packed))
            .layer(from_fn_with_state(self.hsts, headers::add))
            .layer(from_fn_with_state(observed, observe))
    }
}

/// Whether answers have time limits of their own: long ones to long requests, and audit packs, which
/// are made while somebody waits.
fn is_untimed(path: &str) -> bool {
    path == "/v1/facts" || (path.starts_with("/v1/vintages/") && path.ends_with("/pack"))
}

async fn not_found(uri: Uri) -> Problem {
    let what = if page::is_api(uri.path()) { "/v1/openapi.json tells the addresses" } else { "" };
    Problem::new(Kind::NotFound, what)
}

async fn not_allowed() -> Problem {
    Problem::new(Kind::MethodNotAllowed, "the answer's Allow header says which methods there are")
}

/// Refuses what is too long or too much before anything is done for it.
async fn limited(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let uri_bytes = request.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    if uri_bytes > shared.uri_bytes_max {
        let detail = format!("an address has at most {} bytes", shared.uri_bytes_max);
        let status = StatusCode::URI_TOO_LONG.as_u16();
        return Problem { status, ..Problem::new(Kind::BadRequest, detail) }.into_response();
    }
    let client = peer::client(request.extensions(), request.headers(), shared.behind_proxy);
    request.extensions_mut().insert(Client(client));
    match shared.rates.take_address(client) {
        Ok(()) => next.run(request).await,
        Err(seconds) => who::too_many(seconds),
    }
}

/// Gives up an answer that does not begin. Streams begin at once and go on as long as they like.
async fn in_time(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if is_untimed(request.uri().path()) {
        return next.run(request).await;
    }
    match tokio::time::timeout(shared.answer_max, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!("an answer took too long and was given up");
            let detail = "the answer took too long; ask for less, or come again";
            Problem::new(Kind::Busy, detail).retry_after(5).into_response()
        }
    }
}

/// A fault of ours: what exactly is for the log, not for whoever asked.
fn panicked(fault: Box<dyn Any + Send>) -> Response {
    let text = fault.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| fault.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!("a handler panicked: {text}");
    Problem::new(Kind::Internal, "").into_response()
}
