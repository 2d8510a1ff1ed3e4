//! Pages that say why there is no page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::ask::Ask;
use super::frame::Frame;
use super::{html, text};
use crate::App;

/// Why there is no page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// No unit, indicator or page of that name.
    NotFound,
    /// The asker may not see it.
    Forbidden,
    /// A parameter cannot be read: its value.
    Unclear(String),
    /// Ours.
    Internal,
}

#[derive(Template)]
#[template(path = "fault.html")]
struct Page {
    f: Frame,
    code: u16,
    way: String,
    what: String,
}

pub(crate) fn respond(app: &App, ask: &Ask, fault: &Fault) -> Response {
    let t = text::of(ask.lang);
    let (status, title, way, what) = match fault {
        Fault::NotFound => (StatusCode::NOT_FOUND, t.error_404, t.error_404_way, ""),
        Fault::Forbidden => (StatusCode::FORBIDDEN, t.error_403, t.error_403_way, ""),
        Fault::Unclear(what) => {
            (StatusCode::BAD_REQUEST, t.error_400, t.error_404_way, what.as_str())
        }
        Fault::Internal => (StatusCode::INTERNAL_SERVER_ERROR, t.error_500, t.error_500_way, ""),
    };
    // What was typed is shown, but not all of a hostile megabyte.
    let what = what.chars().take(200).collect();
    let f = Frame::plain(app, ask, title);
    let page = Page { f, code: status.as_u16(), way: way.to_owned(), what };
    match page.render() {
        Ok(text) => html(status, text),
        Err(_) => html(status, title.to_owned()),
    }
}
