//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue, header};

/// The name of the session's cookie.
pub(crate) const SESSION: &str = "tonghop_session";

/// The session that a request carries, not looked at.
pub(crate) fn session(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|cookies| cookies.split(';').map(str::trim));
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == SESSION)
        .map(|(_, value)| value)
}

/// A cookie that lasts so many seconds; 0 takes it away.
pub(crate) fn set(value: &str, seconds: u64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text =
        format!("{SESSION}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}
