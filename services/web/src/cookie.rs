//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue, header};

/// The name of the session's cookie. Behind https it has the prefix `__Host-`, by which a browser
/// takes it from this very name only, so that no neighbour under our domain can set one.
fn name(secure: bool) -> &'static str {
    if secure { "__Host-tonghop_session" } else { "tonghop_session" }
}

/// The session that a request carries, not looked at.
pub(crate) fn session(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|cookies| cookies.split(';').map(str::trim));
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(one, _)| *one == name(secure))
        .map(|(_, value)| value)
}

/// A cookie that lasts so many seconds; 0 takes it away.
pub(crate) fn set(value: &str, seconds: u64, secure: bool) -> Option<HeaderValue> {
    let (name, secure) = (name(secure), if secure { "; Secure" } else { "" });
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}
