//! How outcomes are answered: as lines, as one document, or for one fact by the status.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

use crate::outcome::{Became, Outcome};

/// Outcomes that are written at once.
const LINES_AT_ONCE: usize = 500;

/// A batch in one document.
#[derive(Serialize)]
struct Summary<'a> {
    facts: usize,
    accepted: usize,
    duplicate: usize,
    rejected: usize,
    outcomes: Vec<&'a Outcome>,
}

/// One fact: 201, 200 when it was there, or the problem.
pub(crate) fn one(outcome: &Outcome) -> Response {
    let status = match &outcome.became {
        Became::Accepted { .. } => StatusCode::CREATED,
        Became::Duplicate { .. } => StatusCode::OK,
        Became::Rejected(refusal) => return refusal.problem().into_response(),
    };
    let body = serde_json::to_vec(outcome).unwrap_or_default();
    (status, [json()], body).into_response()
}

/// A batch: how many of each, and the outcomes; on wish only of those that were rejected.
pub(crate) fn summary(outcomes: &[Outcome], rejected_only: bool) -> Response {
    let mut summary =
        Summary { facts: outcomes.len(), accepted: 0, duplicate: 0, rejected: 0, outcomes: vec![] };
    for outcome in outcomes {
        let rejected = match outcome.became {
            Became::Accepted { .. } => {
                summary.accepted += 1;
                false
            }
            Became::Duplicate { .. } => {
                summary.duplicate += 1;
                false
            }
            Became::Rejected(_) => {
                summary.rejected += 1;
                true
            }
        };
        if rejected || !rejected_only {
            summary.outcomes.push(outcome);
        }
    }
    ([json()], serde_json::to_vec(&summary).unwrap_or_default()).into_response()
}

/// A line for each fact. They are written as they are read: 100,000 would be many bytes at once.
pub(crate) fn lines(outcomes: Vec<Outcome>) -> Response {
    let kind = HeaderValue::from_static("application/x-ndjson");
    let lines = futures::stream::unfold(outcomes.into_iter(), |mut outcomes| async {
        let mut out = Vec::new();
        for outcome in outcomes.by_ref().take(LINES_AT_ONCE) {
            serde_json::to_writer(&mut out, &outcome).ok()?;
            out.push(b'\n');
        }
        let more = !out.is_empty();
        more.then(|| (Ok::<_, std::convert::Infallible>(Bytes::from(out)), outcomes))
    });
    ([(header::CONTENT_TYPE, kind)], Body::from_stream(lines)).into_response()
}

fn json() -> (header::HeaderName, HeaderValue) {
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
}
