//! Signing in and out. The page with the form belongs to the portal; it posts here and is shown
//! again, with the reason in its address, when it was in vain.

use std::sync::Arc;
use std::time::Duration;

use access::{Refused, SESSION_S};
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;

use crate::doors::Shared;
use crate::peer::client;
use crate::{Kind, Problem, cookie};

/// Where the form to sign in is, and where it posts to.
pub(crate) const SIGN_IN: &str = "/sign-in";
const SIGN_OUT: &str = "/sign-out";
const FORM_BYTES_MAX: usize = 16 * 1024;

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
    /// Where to go then.
    #[serde(default)]
    next: String,
}

pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(SIGN_IN, post(sign_in))
        .route(SIGN_OUT, post(sign_out))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(shared)
}

async fn sign_in(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    extensions: axum::http::Extensions,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let Ok(Form(SignIn { name, password, next })) = form else {
        let detail = "send the fields name and password of a form";
        return Problem::new(Kind::BadRequest, detail).into_response();
    };
    let from = client(&extensions, &headers, shared.behind_proxy);
    let next = local(&next);
    // Before there is a place for it: who waits keeps none.
    tokio::time::sleep(Duration::from_secs(shared.access.delay_s(&name, from))).await;
    // Hashing takes 19 MiB each time.
    let Ok(place) = shared.signing_in.clone().try_acquire_owned() else {
        return again("busy", None, next);
    };
    let access = shared.access.clone();
    let trying = tokio::task::spawn_blocking(move || {
        let session = access.sign_in(&name, &password, from);
        drop(place);
        session
    });
    match trying.await.unwrap_or(Err(Refused::Unable)) {
        Ok(session) => go(next, cookie::set(&session.value, SESSION_S, shared.secure)),
        Err(Refused::Wrong) => again("wrong", None, next),
        Err(Refused::Wait(seconds)) => again("wait", Some(seconds), next),
        Err(Refused::Unable) => again("unable", None, next),
    }
}

async fn sign_out(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if let Some(session) = cookie::session(request.headers(), shared.secure).map(str::to_owned) {
        let access = shared.access.clone();
        // A panic is in the log; the browser forgets its cookie all the same.
        let _ = tokio::task::spawn_blocking(move || access.sign_out(&session)).await;
    }
    go("/", cookie::set("", 0, shared.secure))
}

/// Back to the form, which says why.
fn again(error: &str, seconds: Option<u64>, next: &str) -> Response {
    let wait = seconds.map_or_else(String::new, |seconds| format!("&seconds={seconds}"));
    go(&format!("{SIGN_IN}?error={error}{wait}&next={}", in_query(next)), None)
}

fn go(to: &str, cookie: Option<HeaderValue>) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, no_store)];
    let mut response = (StatusCode::SEE_OTHER, headers).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// A path of ours, or the front page: never another site, whatever a link to the form says.
fn local(next: &str) -> &str {
    let bytes = next.as_bytes();
    let plain = bytes.iter().all(|c| c.is_ascii_graphic() && *c != b'\\');
    let leads_away = bytes.first() != Some(&b'/') || bytes.get(1) == Some(&b'/');
    if next.len() > 2000 || !plain || leads_away { "/" } else { next }
}

fn in_query(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                use std::fmt::Write;
                write!(out, "%{byte:02X}").expect("a string takes everything");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_gone_to() {
        for (next, expected) in [
            ("/u/L-637?period=2021-H1@administrative", "/u/L-637?period=2021-H1@administrative"),
            ("", "/"),
            ("u/L-637", "/"),
            ("//evil.example/", "/"),
            ("/\\evil.example/", "/"),
            ("https://evil.example/", "/"),
            ("/u\r\nset-cookie: a=b", "/"),
            ("/u/Phú", "/"),
            ("/a//b", "/a//b"),
        ] {
            assert_eq!(local(next), expected, "{next}");
        }
        assert_eq!(in_query("/u?a=b&c=d"), "/u%3Fa%3Db%26c%3Dd");
    }
}
