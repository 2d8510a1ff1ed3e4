//! Where a signed-in user turns two-step sign-in on and off.

mod picture;
mod take;
pub(crate) mod words;

use access::{Access, Role, SecondFactor};
use askama::Template;

use super::ask::{Ask, Notice};
use super::frame::Frame;
use super::outcome::{Fault, Outcome};
use super::sign_in::next;
use super::text::fill;
use super::{number, own, text};
use crate::App;
use words::Texts as Words;

pub(super) use take::take;

#[derive(Template)]
#[template(path = "two_step.html")]
struct Page {
    f: Frame,
    w: &'static Words,
    /// Whether nothing else is shown before it is on.
    must: bool,
    notice: Option<Notice>,
    next: String,
    /// Recovery codes that were just made.
    codes: Vec<String>,
    off: Option<Off>,
    on: Option<On>,
}

/// What turns it on.
struct Off {
    /// The same secret as the form sends it back.
    sealed: String,
    uri: String,
    secret: String,
    picture: String,
}

/// How it is on.
struct On {
    since: String,
    left: String,
    is_none_left: bool,
}

/// The page as somebody asks for it.
pub(crate) fn page(app: &App, ask: &Ask) -> Result<Outcome, Fault> {
    shown(app, ask, None, Vec::new())
}

/// The page, with the secret that its form has sent back, and recovery codes that were just made:
/// nothing shows them again.
fn shown(app: &App, ask: &Ask, sealed: Option<&str>, codes: Vec<String>) -> Result<Outcome, Fault> {
    let access = whose(app, ask)?;
    if ask.who.role == Role::Public {
        let to = ask.href("/sign-in", &[("next", Some(&ask.path))]);
        return Ok(Outcome::Go(to));
    }
    let w = words::of(ask.lang);
    let state = access.second_factor(&ask.who, sealed).map_err(|error| {
        tracing::error!(%error, "no second factor can be made");
        Fault::Internal
    })?;
    let (off, on) = match state.ok_or(Fault::NotFound)? {
        SecondFactor::Off { offer, sealed } => {
            let picture = picture::of(&offer.uri, w.picture);
            (Some(Off { sealed, uri: offer.uri, secret: offer.secret, picture }), None)
        }
        SecondFactor::On { since, recovery_left } => {
            let since = since.parse().map_or(since, |day| number::day(ask.lang, day));
            let left = fill(w.left_of, &[&recovery_left.to_string()]);
            (None, Some(On { since, left, is_none_left: recovery_left == 0 }))
        }
    };
    let told = || {
        let is_told = ask.get("told") == Some("off") && off.is_some();
        is_told.then(|| Notice { good: true, text: w.now_off.to_owned() })
    };
    Ok(Outcome::Page(Box::new(Page {
        f: Frame::plain(app, ask, text::of(ask.lang).two_step),
        w,
        must: access.must_enrol(&ask.who),
        notice: ask.notice.clone().or_else(told),
        next: next(ask.get("next").unwrap_or("/")).to_owned(),
        codes,
        off,
        on,
    })))
}

/// Users there are; and only a person with a session has this page, no program with a token.
fn whose<'a>(app: &'a App, ask: &Ask) -> Result<&'a Access, Fault> {
    let access = own::users(app).ok_or(Fault::NotFound)?;
    let is_program = ask.who.role != Role::Public && ask.csrf.is_empty();
    if is_program { Err(Fault::Forbidden) } else { Ok(access) }
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    f: Frame,
    w: &'static Words,
    next: String,
    /// Why it failed before.
    failed: Option<String>,
}

/// The page that asks for the code after the password; the door reads it.
pub(super) fn code(app: &App, ask: &Ask) -> Outcome {
    let (t, w) = (text::of(ask.lang), words::of(ask.lang));
    let failed = ask.get("error").map(|error| match (error, ask.get("seconds")) {
        ("wait", Some(seconds)) if seconds.parse::<u32>().is_ok() => {
            fill(t.sign_in_wait, &[seconds])
        }
        ("busy" | "wait", _) => t.sign_in_busy.to_owned(),
        ("unable", _) => t.sign_in_unable.to_owned(),
        ("used", _) => w.code_used.to_owned(),
        (_, _) => w.code_wrong.to_owned(),
    });
    let next = next(ask.get("next").unwrap_or("/")).to_owned();
    Outcome::Page(Box::new(CodePage { f: Frame::plain(app, ask, w.code_title), w, next, failed }))
}
