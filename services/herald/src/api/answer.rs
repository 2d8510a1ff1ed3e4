//! Answers of the webhooks' addresses, or the problem that stands for one.

use axum::response::{IntoResponse, Response};
use web::Problem;

/// Most bytes of a request: 500 units and 200 rules have room.
pub(super) const BYTES_MAX: usize = 64 << 10;

/// What a handler gives: what is told, or the problem.
pub(super) type Answer<T> = Result<T, Box<Response>>;

pub(super) fn refuse<T>(problem: Problem) -> Answer<T> {
    Err(Box::new(problem.into_response()))
}

pub(super) fn answered(answer: Answer<Response>) -> Response {
    answer.unwrap_or_else(|problem| *problem)
}
