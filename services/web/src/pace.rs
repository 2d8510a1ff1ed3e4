//! Bodies that come too slowly are given up: whoever sends a byte now and then holds no place.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout};

use crate::{Kind, Limits, Problem};

/// How slowly a body may come. Only the time in which we wait for its sender counts, not that in
/// which the sender waits for us: an upload that the journal slows down takes as long as it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Between two pieces, and before the rate is looked at.
    wait_max: Duration,
    bytes_per_s_min: u32,
}

impl Pace {
    pub(crate) fn of(limits: &Limits) -> Pace {
        let wait_max = Duration::from_secs(limits.body_wait_s_max);
        Pace { wait_max, bytes_per_s_min: limits.body_bytes_per_s_min.get() }
    }
}

struct Coming {
    body: BodyDataStream,
    pace: Pace,
    bytes: u64,
    waited: Duration,
    is_slow: Arc<AtomicBool>,
}

impl Coming {
    /// How long the next piece may take.
    fn patience(&self) -> Duration {
        let Pace { wait_max, bytes_per_s_min } = self.pace;
        let earned = self.bytes as f64 / f64::from(bytes_per_s_min);
        let allowed = wait_max.saturating_add(Duration::from_secs_f64(earned));
        wait_max.min(allowed.saturating_sub(self.waited))
    }

    async fn next(mut self) -> Option<(Result<bytes::Bytes, axum::Error>, Coming)> {
        if self.is_slow.load(Ordering::Relaxed) {
            return None;
        }
        let begun = Instant::now();
        match timeout(self.patience(), self.body.next()).await {
            Ok(None) => None,
            Ok(Some(piece)) => {
                self.waited += begun.elapsed();
                self.bytes += piece.as_ref().map_or(0, |bytes| bytes.len() as u64);
                Some((piece, self))
            }
            Err(_) => {
                self.is_slow.store(true, Ordering::Relaxed);
                Some((Err(axum::Error::new(TooSlow)), self))
            }
        }
    }
}

/// Gives bodies up that are too slow, and says so, whatever the handler makes of it.
pub(crate) async fn keep(State(pace): State<Pace>, request: Request, next: Next) -> Response {
    let is_slow = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&is_slow);
    let request = request.map(|body| {
        if axum::body::HttpBody::is_end_stream(&body) {
            return body;
        }
        let body = body.into_data_stream();
        let coming = Coming { body, pace, bytes: 0, waited: Duration::ZERO, is_slow: mark };
        Body::from_stream(stream::unfold(coming, Coming::next))
    });
    let response = next.run(request).await;
    if !is_slow.load(Ordering::Relaxed) {
        return response;
    }
    let status = StatusCode::REQUEST_TIMEOUT.as_u16();
    let detail = "the body came too slowly; send the same again, or less at once";
    let problem = Problem { status, ..Problem::new(Kind::BadRequest, detail) };
    problem.retry_after(1).into_response()
}

#[derive(Debug)]
struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body came too slowly")
    }
}

impl std::error::Error for TooSlow {}
