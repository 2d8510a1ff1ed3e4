//! Markup as an answer over HTTP.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

pub(super) fn html(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // Figures move, and a page may be somebody's own.
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::VARY, "Accept-Language, Cookie"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    (status, headers, text).into_response()
}
