//! Leading a browser to another page of ours, and where the pages of signing in are.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Where the form to sign in is, and where it posts to.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// The same of the code that is asked for then.
pub(crate) const SIGN_IN_CODE: &str = "/sign-in/code";
pub(crate) const SIGN_OUT: &str = "/sign-out";

/// To another page of ours, with cookies.
pub(crate) fn go<const N: usize>(to: &str, cookies: [Option<HeaderValue>; N]) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, no_store)];
    let mut response = (StatusCode::SEE_OTHER, headers).into_response();
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A path of ours, or the front page: never another site, whatever a link to the form says.
pub(crate) fn local(next: &str) -> &str {
    let bytes = next.as_bytes();
    let plain = bytes.iter().all(|c| c.is_ascii_graphic() && *c != b'\\');
    let leads_away = bytes.first() != Some(&b'/') || bytes.get(1) == Some(&b'/');
    if next.len() > 2000 || !plain || leads_away { "/" } else { next }
}

pub(crate) fn in_query(path: &str) -> String {
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
