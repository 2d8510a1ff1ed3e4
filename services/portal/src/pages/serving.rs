//! Pages over HTTP: made on threads of their own, in the language that was chosen.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use proto::gazetteer::Lang;

use super::ask::Ask;
use super::fault;
use super::outcome::Fault;
use crate::App;
use crate::api::reply::place_in;

/// Whether a page walks along all timelines.
pub(super) fn is_audit(path: &str) -> bool {
    path.ends_with("/closings") || path.ends_with("/explain")
}

/// Makes an answer on a thread of its own: reading figures takes milliseconds of computing, which
/// other connections need not wait for. Of what takes seconds only a few are made at once.
pub(super) async fn aside(
    app: Arc<App>,
    ask: Ask,
    answer: impl FnOnce(&App, &Ask) -> Response + Send + 'static,
) -> Response {
    let place = match is_audit(&ask.path) {
        true => match place_in(&app.audits).await {
            Ok(place) => Some(place),
            Err(_) => return fault::respond(&app, &ask, &Fault::Busy),
        },
        false => None,
    };
    let (path, lang, chosen) = (ask.path.clone(), ask.lang, ask.get("lang").is_some());
    let made = tokio::task::spawn_blocking(move || {
        let answer = answer(&app, &ask);
        drop(place);
        answer
    });
    match made.await {
        Ok(mut answer) => {
            if chosen {
                remember(&mut answer, lang);
            }
            answer
        }
        Err(error) => {
            tracing::error!(%error, path, "a page broke");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A language that was chosen in an address is kept for a year.
fn remember(answer: &mut Response, lang: Lang) {
    let cookie = match lang {
        Lang::Vi => "lang=vi; Path=/; Max-Age=31536000; SameSite=Lax",
        Lang::En => "lang=en; Path=/; Max-Age=31536000; SameSite=Lax",
    };
    answer.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
}
