//! What every answer says to browsers and caches.

use access::Role;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::Asker;

/// Nothing from anywhere else, no script in a page, no frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Nothing that a browser could be asked for is asked for.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), \
gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Assets have their content in their address and are the same for everybody.
pub(crate) const ASSETS: &str = "/a/";

pub(crate) async fn add(State(hsts): State<bool>, request: Request, next: Next) -> Response {
    let for_everybody = request.uri().path().starts_with(ASSETS);
    let mut response = next.run(request).await;
    let asker = response.extensions().get::<Asker>().map(|asker| asker.0.role);
    let signed_in = !matches!(asker, None | Some(Role::Public | Role::Open));
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if hsts {
        let a_year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    if !for_everybody {
        let by = HeaderValue::from_static("cookie, authorization, accept, accept-language");
        headers.append(header::VARY, by);
        if signed_in {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    response
}
