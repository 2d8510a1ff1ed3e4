//! Determines who is asking, and refuses what no page of ours has sent.

use std::sync::Arc;

use access::Who;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::cookie::{self, Cookie};
use crate::doors::Shared;
use crate::lead::{SIGN_IN, SIGN_IN_CODE};
use crate::{Asker, Csrf, Kind, Problem, Renewed, enrol, origin};

/// A form is never larger; pages have small ones.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// Puts [`Asker`] and [`Csrf`] into the request, [`Asker`] into the answer, and the cookie of a session
/// that begins with it.
pub(crate) async fn determine(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let (request, who) = match admit(&shared, request).await {
        Ok(admitted) => admitted,
        Err(problem) => return *problem,
    };
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Asker(who));
    if let Some(Renewed(session)) = response.extensions_mut().remove()
        && let Some(cookie) = cookie::begin(&session, shared.secure)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn admit(shared: &Shared, request: Request) -> Result<(Request, Who), Box<Response>> {
    let (mut parts, mut body) = request.into_parts();
    let access = &shared.access;
    if access.is_open() && !origin::is_to_loopback(&parts.headers, &parts.uri) {
        let detail = "this demonstration is open to everybody on this machine, so it answers only \
                      under this machine's own name: http://127.0.0.1 or http://localhost";
        return refuse(Kind::Forbidden, detail);
    }
    let safe = origin::is_safe(&parts.method);
    let bearer = if access.is_open() { None } else { bearer(&parts.headers) };
    let session = Cookie::Session.of(&parts.headers, shared.secure).map(str::to_owned);
    let who = match (bearer, &session) {
        (Some(token), _) => {
            let Some(who) = token.and_then(|token| access.bearer(token)) else {
                return unauthorised();
            };
            if let Err(seconds) = shared.rates.take_user(&who.name) {
                return Err(Box::new(too_many(seconds)));
            }
            who
        }
        (None, session) => {
            // Whatever carries no token may have been sent by a browser without its user's will.
            if !safe && origin::is_foreign(&parts.headers, &parts.uri) {
                let detail = "a page of another site sent this; open the page here and try again";
                return refuse(Kind::Forbidden, detail);
            }
            match session.as_ref().and_then(|value| Some((access.session(value)?, value))) {
                None => access.anybody(),
                Some((who, value)) => {
                    // The forms to sign in may be older than the session.
                    if !safe && ![SIGN_IN, SIGN_IN_CODE].contains(&parts.uri.path()) {
                        let (sent, rest) = sent_csrf(&parts, body).await?;
                        body = rest;
                        if !sent.is_some_and(|csrf| access.is_csrf(value, &csrf)) {
                            let detail = "the form is too old, or it is not from this session; \
                                          open the page again";
                            return refuse(Kind::Forbidden, detail);
                        }
                    }
                    if access.must_enrol(&who) && !enrol::is_for_all(parts.uri.path()) {
                        return Err(Box::new(enrol::first(&parts, who)));
                    }
                    parts.extensions.insert(Csrf(access.csrf(value)));
                    who
                }
            }
        }
    };
    parts.extensions.insert(Asker(who.clone()));
    Ok((Request::from_parts(parts, body), who))
}

/// The token of `Authorization: Bearer`; none inside when it is of another kind or unreadable.
fn bearer(headers: &HeaderMap) -> Option<Option<&str>> {
    let value = headers.get(header::AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    Some(token.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")).map(|(_, t)| t.trim()))
}

/// What the request says against forgery: in a header, or in the field `csrf` of a form.
async fn sent_csrf(parts: &Parts, body: Body) -> Result<(Option<String>, Body), Box<Response>> {
    if let Some(value) = parts.headers.get("x-csrf-token") {
        return Ok((value.to_str().ok().map(str::to_owned), body));
    }
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok((None, body));
    }
    let Ok(bytes) = to_bytes(body, FORM_BYTES_MAX).await else {
        let detail = format!("a form has at most {FORM_BYTES_MAX} bytes");
        return refuse(Kind::TooLarge, detail);
    };
    // Of hexadecimal digits and `~`, which some browsers write as %7E.
    let field = bytes.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(b"csrf="));
    let sent = field.map(|value| String::from_utf8_lossy(value).replace("%7E", "~"));
    Ok((sent, Body::from(bytes)))
}

fn refuse<T>(kind: Kind, detail: impl Into<String>) -> Result<T, Box<Response>> {
    Err(Box::new(Problem::new(kind, detail).into_response()))
}

/// 429, and when to come again.
pub(crate) fn too_many(seconds: u32) -> Response {
    let detail = format!("too many requests; come again in {seconds} s");
    Problem::new(Kind::TooMany, detail).retry_after(seconds).into_response()
}

fn unauthorised<T>() -> Result<T, Box<Response>> {
    let detail = "the token is not known here, or it has expired; make another one with \
                  `tonghop user token`";
    let mut response = Problem::new(Kind::Unauthorised, detail).into_response();
    let challenge = HeaderValue::from_static("Bearer realm=\"tonghop\", error=\"invalid_token\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Err(Box::new(response))
}
