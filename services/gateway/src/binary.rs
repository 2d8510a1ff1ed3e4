//! CloudEvents in binary mode: attributes in headers, the body is `data`.
//!
//! Names are those of the attributes behind `ce-`; values are text with anything else than visible
//! ASCII percent-encoded as UTF-8 (CloudEvents HTTP binding 1.0.2, 3.1.3.2).

use axum::http::HeaderMap;
use bytes::Bytes;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use web::Kind;

use crate::body::Halt;

const PREFIX: &str = "ce-";
/// Of `data`, before it is looked at: more could not be a fact.
const ATTRIBUTES_MAX: usize = 40;

/// Whether a request is in binary mode.
pub(crate) fn is_binary(headers: &HeaderMap) -> bool {
    headers.contains_key("ce-specversion")
}

/// The same fact as one JSON document.
pub(crate) fn structured(headers: &HeaderMap, body: &Bytes) -> Result<Bytes, Halt> {
    let mut attributes = Vec::new();
    for (name, value) in headers {
        let Some(name) = name.as_str().strip_prefix(PREFIX) else { continue };
        let value = value.as_bytes();
        let decoded = decoded(value)
            .ok_or_else(|| wrong(name, "is not text in visible ASCII with percent signs"))?;
        attributes.push((name, decoded));
    }
    if attributes.len() > ATTRIBUTES_MAX {
        return Err(wrong("*", "are too many"));
    }
    // The content type is JSON, which is what a document without `datacontenttype` says: it is
    // left out, so that the same fact has the same bytes however it is sent.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let data = std::str::from_utf8(body).ok().and_then(|text| {
        // Blanks and line breaks outside of texts mean nothing.
        serde_json::from_str::<&RawValue>(text.trim()).ok()
    });
    let Some(data) = data else {
        let detail = "the body is not JSON; in CloudEvents' binary mode it is the fact's data";
        return Err(Halt::new(Kind::BadRequest, detail));
    };
    let text = serde_json::to_vec(&Document { attributes, data }).unwrap_or_default();
    Ok(Bytes::from(text))
}

struct Document<'a> {
    attributes: Vec<(&'a str, String)>,
    data: &'a RawValue,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.attributes {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("data", self.data)?;
        map.end()
    }
}

fn wrong(name: &str, what: &str) -> Halt {
    let detail = format!("the header {PREFIX}{name} {what}");
    let Halt(mut problem) = Halt::new(Kind::BadRequest, detail);
    problem.field = Some(name.to_owned());
    Halt(problem)
}

/// Percent signs undone; none when that is no text.
fn decoded(value: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let mut digit = || char::from(*bytes.next()?).to_digit(16);
                out.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
            }
            b' '..=b'~' => out.push(*byte),
            _ => return None,
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_undone() {
        for (value, expected) in [
            ("loan-1480", Some("loan-1480")),
            ("2021-01-04T07:00:00%2B07:00", Some("2021-01-04T07:00:00+07:00")),
            ("%C4%90%E1%BA%AFk", Some("Đắk")),
            ("a%20b c", Some("a b c")),
            ("%0D%0Aset-cookie: a", Some("\r\nset-cookie: a")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%FF", None),
            ("Đắk", None),
            ("a\tb", None),
        ] {
            assert_eq!(decoded(value.as_bytes()).as_deref(), expected, "{value}");
        }
    }
}
