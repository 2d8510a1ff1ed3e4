//! Each request is counted, timed, named in the log and given an id that its answer tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::metrics::Metrics;

/// Counts requests of this process.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) metrics: Metrics,
    /// Tells the ids of this process from those of the one before.
    begun: u64,
    requests: AtomicU64,
}

impl Observed {
    pub(crate) fn new() -> Observed {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let begun = since.as_secs() << 10 | u64::from(since.subsec_millis());
        Observed { metrics: Metrics::default(), begun, requests: AtomicU64::new(0) }
    }

    fn next_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{number:x}", self.begun)
    }
}

pub(crate) async fn observe(
    State(observed): State<Arc<Observed>>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = observed.next_id();
    // The pattern, never the address itself: that holds names of units and what people look for.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    observed.metrics.count(route, method.as_str(), status, took);
    let ms = took.as_secs_f64() * 1000.0;
    span.in_scope(|| match status {
        500.. => tracing::warn!(status, ms, "answered"),
        _ => tracing::debug!(status, ms, "answered"),
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}
