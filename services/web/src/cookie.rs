//! The cookies of signing in: the session, and before it the ticket of whoever still has to give a
//! code.

use access::{SESSION_S, Session};
use axum::http::{HeaderMap, HeaderValue, header};

/// Which of them.
#[derive(Clone, Copy)]
pub(crate) enum Cookie {
    Session,
    Ticket,
}

impl Cookie {
    /// Its name. Behind https it has the prefix `__Host-`, by which a browser takes it from this very
    /// name only, so that no neighbour under our domain can set one.
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Cookie::Session, true) => "__Host-tonghop_session",
            (Cookie::Session, false) => "tonghop_session",
            (Cookie::Ticket, true) => "__Host-tonghop_ticket",
            (Cookie::Ticket, false) => "tonghop_ticket",
        }
    }

    /// What a request carries, not looked at.
    pub(crate) fn of(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = all.flat_map(|cookies| cookies.split(';').map(str::trim));
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find(|(one, _)| *one == self.name(secure))
            .map(|(_, value)| value)
    }

    /// One that lasts so many seconds; 0 takes it away.
    pub(crate) fn set(self, value: &str, seconds: u64, secure: bool) -> Option<HeaderValue> {
        let (name, secure) = (self.name(secure), if secure { "; Secure" } else { "" });
        let text =
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

/// The cookie of a session that begins.
pub(crate) fn begin(session: &Session, secure: bool) -> Option<HeaderValue> {
    Cookie::Session.set(&session.value, SESSION_S, secure)
}
