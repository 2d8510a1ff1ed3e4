//! Pages that say why there is no page.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use query::lang;
use web::Problem;

use super::ask::Ask;
use super::frame::Frame;
use super::markup::html;
use super::outcome::Fault;
use super::text;
use crate::App;

/// Most characters of what was typed that are repeated.
const ECHO_CHARS_MAX: usize = 200;

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
            (StatusCode::BAD_REQUEST, t.error_400, t.error_400_way, what.as_str())
        }
        Fault::Busy => (StatusCode::SERVICE_UNAVAILABLE, t.error_503, t.error_later, ""),
        Fault::Internal => (StatusCode::INTERNAL_SERVER_ERROR, t.error_500, t.error_500_way, ""),
    };
    // What was typed is shown, but not all of a hostile megabyte.
    let what = what.chars().take(ECHO_CHARS_MAX).collect();
    let mut answer = html(status, write(app, ask, status.as_u16(), title, way, what));
    if *fault == Fault::Busy {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    answer
}

/// The page of a problem that another part of the program has with a request.
pub(crate) fn of_problem(app: &App, ask: &Ask, problem: &Problem) -> String {
    let t = text::of(ask.lang);
    let named = lang::pick(ask.lang, problem.title, problem.title_en);
    let (title, way) = match problem.status {
        401 => (named, t.error_401_way),
        403 => (t.error_403, t.error_403_way),
        404 => (t.error_404, t.error_404_way),
        413 => (named, t.error_413_way),
        429 | 503 => (named, t.error_later),
        500.. => (t.error_500, t.error_500_way),
        _ => (named, t.error_other_way),
    };
    // Details are for programs, in English.
    let detail = lang::pick(ask.lang, "", &problem.detail);
    let what = detail.chars().take(ECHO_CHARS_MAX).collect();
    write(app, ask, problem.status, title, way, what)
}

fn write(app: &App, ask: &Ask, code: u16, title: &str, way: &str, what: String) -> String {
    let f = Frame::plain(app, ask, title);
    let page = Page { f, code, way: way.to_owned(), what };
    page.render().unwrap_or_else(|_| title.to_owned())
}
