//! Signing in and out. The pages with the forms belong to the portal; they post here and are shown
//! again, with the reason in the address, when it was in vain. Whoever's second factor is on gets a
//! ticket for the password, and a session for the ticket and a code.

use std::sync::Arc;
use std::time::Duration;

use access::{Passed, Refused, TICKET_S};
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;

use crate::cookie::{self, Cookie};
use crate::doors::Shared;
use crate::lead::{SIGN_IN, SIGN_IN_CODE, SIGN_OUT, go, in_query, local};
use crate::peer::client;
use crate::{Kind, Problem};

const FORM_BYTES_MAX: usize = 16 * 1024;
/// Whoever finds no place for hashing a password looks again so often, before they are told to come
/// again: a place is taken for some 50 ms.
const LOOKS_MAX: u32 = 10;
const LOOK: Duration = Duration::from_millis(200);

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
    /// Where to go then.
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Code {
    code: String,
    #[serde(default)]
    next: String,
}

pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(SIGN_IN, post(sign_in))
        .route(SIGN_IN_CODE, post(give_code))
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
    let mut looks = 0;
    let passed = loop {
        let (access, name, password) = (shared.access.clone(), name.clone(), password.clone());
        let trying = tokio::task::spawn_blocking(move || access.sign_in(&name, &password, from));
        match trying.await.unwrap_or(Err(Refused::Unable)) {
            Err(Refused::Busy) if looks < LOOKS_MAX => tokio::time::sleep(LOOK).await,
            passed => break passed,
        }
        looks += 1;
    };
    match passed {
        Ok(Passed::In(session)) => go(next, [cookie::begin(&session, shared.secure)]),
        Ok(Passed::Code(ticket)) => {
            let ticket = Cookie::Ticket.set(&ticket.value, TICKET_S, shared.secure);
            go(&format!("{SIGN_IN_CODE}?next={}", in_query(next)), [ticket])
        }
        Err(refused) => again(SIGN_IN, refused, next, None),
    }
}

async fn give_code(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    extensions: axum::http::Extensions,
    form: Result<Form<Code>, FormRejection>,
) -> Response {
    let Ok(Form(Code { code, next })) = form else {
        let detail = "send the field code of a form";
        return Problem::new(Kind::BadRequest, detail).into_response();
    };
    let from = client(&extensions, &headers, shared.behind_proxy);
    let next = local(&next);
    let no_ticket = Cookie::Ticket.set("", 0, shared.secure);
    let Some(ticket) = Cookie::Ticket.of(&headers, shared.secure).map(str::to_owned) else {
        return again(SIGN_IN, Refused::Late, next, no_ticket);
    };
    let access = shared.access.clone();
    // A code that was taken is noted on the disk.
    let trying = tokio::task::spawn_blocking(move || access.give_code(&ticket, &code, from));
    match trying.await.unwrap_or(Err(Refused::Unable)) {
        Ok(session) => go(next, [cookie::begin(&session, shared.secure), no_ticket]),
        Err(Refused::Late) => again(SIGN_IN, Refused::Late, next, no_ticket),
        Err(refused) => again(SIGN_IN_CODE, refused, next, None),
    }
}

async fn sign_out(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if let Some(session) = Cookie::Session.of(request.headers(), shared.secure).map(str::to_owned) {
        let access = shared.access.clone();
        // A panic is in the log; the browser forgets its cookie all the same.
        let _ = tokio::task::spawn_blocking(move || access.sign_out(&session)).await;
    }
    go("/", [Cookie::Session.set("", 0, shared.secure)])
}

/// Back to a form, which says why.
fn again(form: &str, why: Refused, next: &str, cookie: Option<HeaderValue>) -> Response {
    let (error, wait) = match why {
        Refused::Wrong => ("wrong", String::new()),
        Refused::Used => ("used", String::new()),
        Refused::Wait(seconds) => ("wait", format!("&seconds={seconds}")),
        Refused::Busy => ("busy", String::new()),
        Refused::Late => ("late", String::new()),
        Refused::Unable => ("unable", String::new()),
    };
    go(&format!("{form}?error={error}{wait}&next={}", in_query(next)), [cookie])
}
