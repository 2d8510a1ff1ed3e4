//! From a question to a response: ETags, 304, the cache, and the thread that reads the fold.

use std::sync::Arc;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use proto::gazetteer::plain;
use query::Editions;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use web::{Kind, Problem};

use super::cache::Ready;
use crate::App;

/// JSON.
pub(crate) const JSON: &str = "application/json";
/// What this program was built of: another one may answer otherwise, also one of this version.
const PROGRAM: &str = env!("TONGHOP_BUILT_OF");
/// How long a client may wait for an answer that is made while others are.
const WAIT: std::time::Duration = std::time::Duration::from_secs(10);

/// An answer as it was made.
pub(crate) struct Made {
    pub(crate) position: u64,
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// A file's name, where it is one.
    pub(crate) file: Option<String>,
}

impl Made {
    pub(crate) fn json(position: u64, body: &impl Serialize) -> Result<Made, Problem> {
        let bytes = serde_json::to_vec(body).map_err(|error| internal(&error))?;
        Ok(Made { position, kind: JSON, bytes, file: None })
    }
}

/// What is our own fault: told to the log, not to whom asked.
pub(crate) fn internal(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!("an answer could not be made: {error}");
    Problem::new(Kind::Internal, "")
}

/// Answers a question: from what the client has, from the cache, or by `make` on a thread that may
/// wait for the fold. `question` is canonical and holds all that the answer depends on beside the
/// position: parameters, format, language, and whether households may be seen.
pub(crate) async fn reply(
    app: &Arc<App>,
    headers: &HeaderMap,
    question: &str,
    make: impl FnOnce(&App) -> Result<Made, Problem> + Send + 'static,
) -> Response {
    reply_in(app, &app.readers, headers, question, make).await
}

/// The same for what takes one of these places while it is made.
pub(crate) async fn reply_in(
    app: &Arc<App>,
    places: &Arc<Semaphore>,
    headers: &HeaderMap,
    question: &str,
    make: impl FnOnce(&App) -> Result<Made, Problem> + Send + 'static,
) -> Response {
    let position = app.handle.progress().position;
    let now = tag(app, position, question);
    if matches(headers, &now) {
        return unchanged(now);
    }
    let answered = app.answers.get(question, position, || ready(app, places, question, make)).await;
    match answered {
        Ok(ready) if matches(headers, &ready.tag) => unchanged(ready.tag),
        Ok(ready) => {
            let mut response = ready.bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(ready.kind));
            if let Some(disposition) = ready.disposition {
                headers.insert(CONTENT_DISPOSITION, disposition);
            }
            validated(headers, ready.tag);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn ready(
    app: &Arc<App>,
    places: &Arc<Semaphore>,
    question: &str,
    make: impl FnOnce(&App) -> Result<Made, Problem> + Send + 'static,
) -> Result<Ready, Problem> {
    // The fold waits for its readers, so that only so many may read at once.
    let place = place_in(places).await?;
    let theirs = Arc::clone(app);
    let made = tokio::task::spawn_blocking(move || {
        let made = make(&theirs);
        drop(place);
        made
    });
    let made = made.await.map_err(|error| internal(&error))??;
    let disposition = made.file.as_deref().map(disposition).transpose()?;
    Ok(Ready {
        kind: made.kind,
        bytes: made.bytes.into(),
        tag: tag(app, made.position, question),
        disposition,
    })
}

/// Waits for a place, not for long.
pub(crate) async fn place_in(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let place = tokio::time::timeout(WAIT, places.clone().acquire_owned()).await;
    let busy = || Problem::new(Kind::Busy, "too many answers are being made").retry_after(1);
    place.ok().and_then(Result::ok).ok_or_else(busy)
}

pub(super) fn unchanged(tag: HeaderValue) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    validated(response.headers_mut(), tag);
    response
}

pub(super) fn validated(headers: &mut HeaderMap, tag: HeaderValue) {
    headers.insert(ETAG, tag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let depends = "Accept, Accept-Language, Authorization, Cookie";
    headers.insert(VARY, HeaderValue::from_static(depends));
}

/// Weak, for the same answer may be sent compressed.
fn tag(app: &App, position: u64, question: &str) -> HeaderValue {
    let Editions { gazetteer, catalogue } = &app.editions;
    digest([PROGRAM, &app.identity, gazetteer, catalogue, question], position)
}

fn digest(parts: [&str; 5], position: u64) -> HeaderValue {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(position.to_le_bytes());
    let half: String = hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("W/\"{half}\"")).expect("digits are a header's value")
}

/// RFC 9110, 13.1.2: compared weakly, in a list, or `*`.
pub(super) fn matches(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let own = tag.to_str().unwrap_or_default().trim_start_matches("W/");
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == own || one == "*")
}

/// A file's name for old and for new clients: in plain letters, and as it is (RFC 6266, RFC 5987).
pub(super) fn disposition(name: &str) -> Result<HeaderValue, Problem> {
    let as_it_is = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let ascii = in_plain_letters(name);
    let mut whole = String::new();
    for byte in name.bytes() {
        if as_it_is(char::from(byte)) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    let text = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&text).map_err(|error| internal(&error))
}

/// `Diễn biến - Xã Phú Cần.xlsx` as `dien-bien-xa-phu-can.xlsx`.
fn in_plain_letters(name: &str) -> String {
    let folded = |part: &str| {
        let words = plain(part);
        let ascii = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        words.chars().map(ascii).collect::<String>()
    };
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{}.{}", folded(stem), folded(ending)),
        None => folded(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_cannot_break_out_of_its_header() {
        let table = [
            ("so-lieu.csv", "filename=\"so-lieu.csv\"; filename*=UTF-8''so-lieu.csv"),
            ("Hộ.xlsx", "filename=\"ho.xlsx\"; filename*=UTF-8''H%E1%BB%99.xlsx"),
            (
                "Xã Phú Cần 2021@civil.csv",
                "filename=\"xa-phu-can-2021-civil.csv\"; \
                 filename*=UTF-8''X%C3%A3%20Ph%C3%BA%20C%E1%BA%A7n%202021%40civil.csv",
            ),
            (
                "a\"\r\nSet-Cookie: x",
                "filename=\"a-set-cookie-x\"; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x",
            ),
        ];
        for (name, expected) in table {
            let found = disposition(name).unwrap();
            assert_eq!(found.to_str().unwrap(), format!("attachment; {expected}"));
        }
    }

    #[test]
    fn a_tag_is_of_one_program_journal_edition_question_and_position() {
        let parts = [PROGRAM, "journal", "gazetteer", "catalogue", "question"];
        let own = digest(parts, 7);
        assert_eq!(own, digest(parts, 7));
        assert_ne!(own, digest(parts, 8), "another position");
        for number in 0..parts.len() {
            let mut others = parts;
            others[number] = "other";
            assert_ne!(own, digest(others, 7), "other than {}", parts[number]);
        }
        // What one part ends with is not what the next begins with.
        assert_ne!(digest(["ab", "c", "", "", ""], 7), digest(["a", "bc", "", "", ""], 7));
    }

    #[test]
    fn tags_are_compared_weakly_and_in_lists() {
        let tag = HeaderValue::from_static("W/\"ab\"");
        for (sent, expected) in [
            ("W/\"ab\"", true),
            ("\"ab\"", true),
            ("\"x\", W/\"ab\"", true),
            ("*", true),
            ("\"abc\"", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(sent).unwrap());
            assert_eq!(matches(&headers, &tag), expected, "{sent}");
        }
    }
}
