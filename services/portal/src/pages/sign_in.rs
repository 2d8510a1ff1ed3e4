//! The form to sign in with; the door reads it.

use askama::Template;

use super::ask::Ask;
use super::frame::Frame;
use super::outcome::Outcome;
use super::text::{self, fill};
use super::two_step::words;
use crate::App;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    f: Frame,
    next: String,
    /// Why it failed before.
    failed: Option<String>,
}

pub(crate) fn page(app: &App, ask: &Ask) -> Outcome {
    let t = text::of(ask.lang);
    let next = next(ask.get("next").unwrap_or("/")).to_owned();
    let failed = ask.get("error").map(|error| match (error, ask.get("seconds")) {
        ("wait", Some(seconds)) if seconds.parse::<u32>().is_ok() => {
            fill(t.sign_in_wait, &[seconds])
        }
        ("busy" | "wait", _) => t.sign_in_busy.to_owned(),
        ("late", _) => words::of(ask.lang).late.to_owned(),
        ("unable", _) => t.sign_in_unable.to_owned(),
        (_, _) => t.sign_in_failed.to_owned(),
    });
    Outcome::Page(Box::new(Page { f: Frame::plain(app, ask, t.sign_in), next, failed }))
}

/// Where to go afterwards: a path of ours, never another site (`//evil`, `/\evil`, `https:`).
pub(super) fn next(asked: &str) -> &str {
    let bytes = asked.as_bytes();
    let ours = bytes.first() == Some(&b'/')
        && !matches!(bytes.get(1), Some(b'/' | b'\\'))
        && bytes.iter().all(|byte| (0x21..0x7f).contains(byte) && *byte != b'\\');
    if ours { asked } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (asked, expected) in [
            ("/u/L-637?period=2021", "/u/L-637?period=2021"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(next(asked), expected, "{asked:?}");
        }
    }
}
