//! Whoever has to have a second factor and has none: nothing but the page that turns it on.

use access::Who;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::headers::ASSETS;
use crate::lead::{SIGN_IN, SIGN_IN_CODE, SIGN_OUT, go, in_query};
use crate::{Asker, Kind, Problem, origin, page};

/// Where a signed-in user turns a second factor on and off: a page of the portal.
pub const TWO_STEP: &str = "/two-step";

/// Whether an address is for those, too, who still have to turn a second factor on.
pub(crate) fn is_for_all(path: &str) -> bool {
    let ours = [TWO_STEP, SIGN_IN, SIGN_IN_CODE, SIGN_OUT, "/livez", "/readyz"];
    ours.contains(&path) || path.starts_with(ASSETS)
}

/// Leads people to the page, and tells programs where it is.
pub(crate) fn first(parts: &Parts, who: Who) -> Response {
    let path = parts.uri.path();
    let by_person = page::is_by_person(&parts.headers) && !page::is_api(path);
    let mut response = if by_person && origin::is_safe(&parts.method) {
        let whole = parts.uri.path_and_query().map_or(path, |whole| whole.as_str());
        go(&format!("{TWO_STEP}?next={}", in_query(whole)), [])
    } else {
        let detail = format!(
            "users of your role have to turn two-step sign-in on first: open {TWO_STEP} in a browser"
        );
        Problem::new(Kind::Forbidden, detail).into_response()
    };
    // Somebody's own answer: it is not stored.
    response.extensions_mut().insert(Asker(who));
    response
}
