//! What came of a request for a page, as the answer to it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::ask::Ask;
use super::fault;
use super::markup::html;
use super::outcome::{Fault, Outcome};
use crate::App;

/// The page, or another address, or the page that says why there is none.
pub(super) fn answered(
    app: &App,
    ask: &Ask,
    status: StatusCode,
    made: Result<Outcome, Fault>,
) -> Response {
    match made {
        Ok(Outcome::Go(address)) => Redirect::to(&address).into_response(),
        Ok(Outcome::Page(page)) => match page.dyn_render() {
            Ok(text) => html(status, text),
            Err(error) => {
                tracing::error!(%error, path = ask.path, "a page could not be written");
                fault::respond(app, ask, &Fault::Internal)
            }
        },
        Err(fault) => fault::respond(app, ask, &fault),
    }
}
