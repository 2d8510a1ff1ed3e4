//! For people a problem is a page, not JSON.

use std::sync::Arc;

use access::Who;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use proto::gazetteer::Lang;

use crate::{Asker, Language, Problem};

/// Writes the page of a problem; none leaves the JSON.
pub type ErrorPage = Arc<dyn Fn(&Problem, &Uri, Lang, &Who) -> Option<String> + Send + Sync>;

/// Shows problems as pages to browsers, outside the API.
pub(crate) async fn show(
    State(page): State<Option<ErrorPage>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(page) = page.filter(|_| is_by_person(&parts.headers) && !is_api(parts.uri.path()))
    else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let (uri, is_head) = (parts.uri.clone(), parts.method == Method::HEAD);
    let Ok(Language(lang)) = Language::from_request_parts(&mut parts, &()).await;
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let asker = response.extensions().get::<Asker>();
    let who = asker.map_or_else(Who::public, |asker| asker.0.clone());
    if let Some(html) = page(problem, &uri, lang, &who) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.remove(header::CONTENT_LENGTH);
        *response.body_mut() = if is_head { Body::empty() } else { Body::from(html) };
    }
    response
}

/// Whether a person asks, by a browser.
pub(crate) fn is_by_person(headers: &HeaderMap) -> bool {
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("text/html"));
    headers.get_all(header::ACCEPT).iter().any(accepts)
}

/// Whether an address is of the API, where programs ask.
pub(crate) fn is_api(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/")
}
