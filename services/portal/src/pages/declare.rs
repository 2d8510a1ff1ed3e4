//! What officers declare by the forms of the closing desk: written as facts, told when folded.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::atlas::Unit;
use domain::closing::Act;
use domain::codes::{Authority, Code, Confirmation};
use domain::time::Period;
use query::lang;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::ask::{Ask, Notice};
use super::fault;
use super::outcome::Fault;
use super::serving::aside;
use super::text::fill;
use super::words;
use crate::submit::Submitted;
use crate::{App, clock};

/// How long the page waits for the fold to come to what was written.
const FOLDED_WAIT: Duration = Duration::from_secs(10);

/// What a form says is wrong, or nothing can be written now.
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const UNAVAILABLE: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

/// What a form sends.
#[derive(Deserialize)]
struct Sent {
    act: String,
    period: String,
    level: String,
    set_by: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    reason: String,
}

/// What is declared.
struct Declaration {
    act: Act,
    period: Period,
    level: Confirmation,
    set_by: Authority,
    reference: String,
    reason: String,
}

impl Sent {
    /// None when a field is missing or cannot be read.
    fn read(self) -> Option<Declaration> {
        let act = match self.act.as_str() {
            "close" => Act::Closed,
            "reopen" => Act::Reopened,
            "publish" => Act::Published,
            _ => return None,
        };
        let (reference, reason) = (self.reference.trim(), self.reason.trim());
        let told = match act {
            Act::Closed => true,
            Act::Reopened => !reason.is_empty(),
            Act::Published => !reference.is_empty(),
        };
        told.then_some(())?;
        Some(Declaration {
            act,
            period: self.period.parse().ok()?,
            level: Confirmation::of(&self.level)?,
            set_by: Authority::of(&self.set_by)?,
            reference: reference.to_owned(),
            reason: reason.to_owned(),
        })
    }
}

/// Makes the page of the form again, with a status.
pub(crate) type Page = Box<dyn FnOnce(&App, &Ask, StatusCode) -> Response + Send>;

/// Takes a form: writes its fact and leads to the page that tells what became of it.
pub(crate) async fn take(app: Arc<App>, ask: Ask, request: Request, page: Page) -> Response {
    let lang = ask.lang;
    let key = ask.path.split('/').nth(2).unwrap_or_default();
    let Some(unit) = app.gazetteer.unit(key) else {
        return fault::respond(&app, &ask, &Fault::NotFound);
    };
    let submit = app.submit.clone().filter(|_| ask.who.may_write(&app.rules.atlas, unit));
    let Some(submit) = submit else { return fault::respond(&app, &ask, &Fault::Forbidden) };
    let w = words::of(lang);
    let sent = Form::<Sent>::from_request(request, &()).await.ok();
    let Some(declaration) = sent.and_then(|Form(sent)| sent.read()) else {
        return again(page, app, ask, UNPROCESSABLE, w.incomplete).await;
    };
    let fact = fact(&app, &ask.who.name, unit, &declaration);
    match submit.submit(&ask.who, fact).await {
        Submitted::Busy => fault::respond(&app, &ask, &Fault::Busy),
        Submitted::Rejected { vi, en } => {
            again(page, app, ask, UNPROCESSABLE, lang::pick(lang, &vi, &en)).await
        }
        Submitted::NotNow { vi, en } => {
            again(page, app, ask, UNAVAILABLE, lang::pick(lang, &vi, &en)).await
        }
        Submitted::Accepted(position) => {
            // If it takes longer, the page says so.
            let _ = tokio::time::timeout(FOLDED_WAIT, app.handle.folded(position)).await;
            let (period, told) = (declaration.period.to_string(), position.to_string());
            let changes =
                [("period", Some(&*period)), ("from", None), ("to", None), ("told", Some(&*told))];
            Redirect::to(&ask.href(&ask.path, &changes)).into_response()
        }
    }
}

/// The page once more, saying why nothing was written.
async fn again(page: Page, app: Arc<App>, mut ask: Ask, status: StatusCode, why: &str) -> Response {
    let text = fill(words::of(ask.lang).rejected, &[why]);
    ask.notice = Some(Notice { good: false, text });
    aside(app, ask, move |app, ask| page(app, ask, status)).await
}

/// The fact, as one line of JSON.
fn fact(app: &App, name: &str, unit: Unit, declaration: &Declaration) -> String {
    let Declaration { act, period, level, set_by, reference, reason } = declaration;
    let key = app.gazetteer.key(unit);
    let kind = match act {
        Act::Closed => "vn.tonghop.period.closed.v1",
        Act::Reopened => "vn.tonghop.period.reopened.v1",
        Act::Published => "vn.tonghop.figures.published.v1",
    };
    let before = app.handle.read(|fold, _| {
        let of = |one: &domain::closing::VintageName| {
            one.unit == unit && one.period == *period && one.level == *level
        };
        let taken = fold.closings().into_iter().filter_map(|one| one.verdict.ok());
        taken.filter(of).map(|one| one.nth).max().unwrap_or(0)
    });
    let nth = match act {
        Act::Closed => before + 1,
        Act::Reopened | Act::Published => before,
    };
    let level = level.code();
    let mut data = json!({
        "unit": key, "period": period.to_string(), "level": level, "set_by": set_by.code(),
    });
    if !reference.is_empty() {
        data["reference"] = json!(reference);
    }
    if *act == Act::Reopened {
        data["reason"] = json!(reason);
    }
    let now = clock::written(clock::now_ms());
    // A unit that is no more declares as of its last day; when the journal got it is judged anyway.
    let last = app.rules.atlas.record(unit).to;
    let in_force = clock::today() <= last;
    let mut fact = json!({
        "specversion": "1.0",
        "type": kind,
        // The user's own, so that nobody else writes under it; users of other journals have theirs.
        "source": format!("{}/{}", access::own_source(name), app.identity),
        "id": format!("{key}.{period}.{level}.{nth}.{}", mark(name)),
        "time": if in_force { now.clone() } else { format!("{last}T12:00:00+07:00") },
        "data": data,
    });
    if !in_force {
        fact["recordedtime"] = json!(now);
    }
    fact.to_string()
}

/// Eight digits that tell one sending of a form from another.
fn mark(name: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = now.map_or(0, |since| since.as_nanos());
    let mut hash = Sha256::new();
    hash.update(nanos.to_le_bytes());
    hash.update(name);
    hash.finalize()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}
