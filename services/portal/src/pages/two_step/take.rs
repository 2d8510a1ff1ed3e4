//! What a user sends to turn two-step sign-in on and off, and to get new recovery codes.

use std::net::IpAddr;
use std::sync::Arc;

use access::{Access, Refused, Role, Session, Who};
use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use web::{Renewed, TWO_STEP};

use super::super::answered::answered;
use super::super::ask::{Ask, Notice};
use super::super::fault;
use super::super::serving::aside;
use super::super::text::{self, fill};
use super::{shown, whose, words};
use crate::App;

/// What a form sends.
#[derive(Deserialize)]
struct Sent {
    act: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    /// The secret that the page showed.
    #[serde(default)]
    sealed: String,
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Act {
    On,
    New,
    Off,
}

/// What has become of it.
struct Done {
    codes: Vec<String>,
    session: Option<Session>,
}

impl Act {
    fn of(act: &str) -> Option<Act> {
        match act {
            "on" => Some(Act::On),
            "new" => Some(Act::New),
            "off" => Some(Act::Off),
            _ => None,
        }
    }

    fn done(self, access: &Access, who: &Who, sent: &Sent, from: IpAddr) -> Result<Done, Refused> {
        let Sent { code, password, sealed, .. } = sent;
        match self {
            Act::On => access
                .turn_on(who, password, (sealed, code), from)
                .map(|(codes, session)| Done { codes, session: Some(session) }),
            Act::New => access
                .renew_recovery(who, password, code, from)
                .map(|codes| Done { codes, session: None }),
            Act::Off => access
                .turn_off(who, password, code, from)
                .map(|session| Done { codes: Vec::new(), session: Some(session) }),
        }
    }
}

/// Takes a form. The door has seen that it is from a page of this session.
pub(crate) async fn take(app: Arc<App>, mut ask: Ask, from: IpAddr, request: Request) -> Response {
    let lang = ask.lang;
    let access = match whose(&app, &ask) {
        Ok(access) if ask.who.role != Role::Public => access.clone(),
        // A session that is over: the page leads to where another begins.
        Ok(_) => {
            return aside(app, ask, |app, ask| page(app, ask, StatusCode::OK, "", Vec::new()))
                .await;
        }
        Err(fault) => return fault::respond(&app, &ask, &fault),
    };
    let w = words::of(lang);
    let sent = Form::<Sent>::from_request(request, &()).await.ok().map(|Form(sent)| sent);
    let sealed = sent.as_ref().map_or_else(String::new, |sent| sent.sealed.clone());
    let sent = sent.and_then(|sent| Some((Act::of(&sent.act)?, sent)));
    let filled = |sent: &Sent| !sent.code.trim().is_empty() && !sent.password.is_empty();
    let Some((act, sent)) = sent.filter(|(_, sent)| filled(sent)) else {
        let (status, why) = (StatusCode::UNPROCESSABLE_ENTITY, w.incomplete.to_owned());
        return again(app, ask, sealed, (status, why)).await;
    };
    ask.query.retain(|(name, _)| name != "next" && name != "told");
    ask.query.push(("next".to_owned(), sent.next.clone()));
    let who = ask.who.clone();
    let doing = tokio::task::spawn_blocking(move || act.done(&access, &who, &sent, from));
    match doing.await.unwrap_or(Err(Refused::Unable)) {
        Ok(done) => told(app, ask, act, done).await,
        Err(refused) => {
            let refusal = refusal(&ask, refused);
            again(app, ask, sealed, refusal).await
        }
    }
}

/// The page that shows the codes, once; or the page as it is now, at an address that can be loaded
/// again.
async fn told(app: Arc<App>, mut ask: Ask, act: Act, done: Done) -> Response {
    let w = words::of(ask.lang);
    // The forms of the page are sent in the session that begins with it.
    if let Some(session) = &done.session {
        ask.csrf.clone_from(&session.csrf);
    }
    let (codes, good) = (done.codes, |text: &str| Notice { good: true, text: text.to_owned() });
    let mut response = match act {
        Act::Off => Redirect::to(&ask.href(TWO_STEP, &[("told", Some("off"))])).into_response(),
        Act::On | Act::New => {
            let text = if matches!(act, Act::On) { w.now_on } else { w.now_new };
            ask.notice = Some(good(text));
            aside(app, ask, move |app, ask| page(app, ask, StatusCode::OK, "", codes)).await
        }
    };
    if let Some(session) = done.session {
        response.extensions_mut().insert(Renewed(session));
    }
    response
}

/// The page once more, saying why nothing has changed; with the same secret, for it may be in an app
/// by now.
async fn again(
    app: Arc<App>,
    mut ask: Ask,
    sealed: String,
    (status, why): (StatusCode, String),
) -> Response {
    ask.notice = Some(Notice { good: false, text: why });
    aside(app, ask, move |app, ask| page(app, ask, status, &sealed, Vec::new())).await
}

fn page(app: &App, ask: &Ask, status: StatusCode, sealed: &str, codes: Vec<String>) -> Response {
    answered(app, ask, status, shown(app, ask, Some(sealed), codes))
}

fn refusal(ask: &Ask, refused: Refused) -> (StatusCode, String) {
    let (t, w) = (text::of(ask.lang), words::of(ask.lang));
    match refused {
        Refused::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, w.wrong_both.to_owned()),
        Refused::Used => (StatusCode::UNPROCESSABLE_ENTITY, w.code_used.to_owned()),
        Refused::Late => (StatusCode::CONFLICT, w.late_page.to_owned()),
        Refused::Wait(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, fill(t.sign_in_wait, &[&seconds.to_string()]))
        }
        Refused::Busy => (StatusCode::SERVICE_UNAVAILABLE, t.sign_in_busy.to_owned()),
        Refused::Unable => (StatusCode::SERVICE_UNAVAILABLE, t.sign_in_unable.to_owned()),
    }
}
