//! Attributes that facts do not have. Brokers and tracing add their own to every event
//! (`traceparent`, `partitionkey`); CloudEvents calls them extensions. They say nothing of what
//! happened, so they are dropped before the canonical form. What a sender meant as a part of the
//! fact is not: a misspelt attribute, or a field of `data` that stands outside of it, is refused.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Data;
use super::failure;
use crate::catalogue::edits;
use crate::reject::{Reason, Rejection};
use crate::text::quoted;

/// The attributes of facts, and `data`.
const KNOWN: &[&str] = &[
    "specversion",
    "type",
    "source",
    "id",
    "subject",
    "time",
    "sequence",
    "recordedtime",
    "correctsid",
    "correctssource",
    "correctsreason",
    "datacontenttype",
    "dataschema",
    "data",
];
/// Those that may be left out and mean something: misspelt and dropped, they would change what the
/// fact says without a word. A misspelt one that must be there is missed anyway.
const MISSED_BY_NOBODY: &[&str] =
    &["subject", "sequence", "recordedtime", "correctsid", "correctssource", "correctsreason"];
/// An extension's name that is fewer edits away from one of these is taken for it, misspelt.
const EDITS_MIN: usize = 3;
/// Whatever begins so was meant as a correction; dropped, both facts would count.
const CORRECTION: &str = "correct";

/// The names of attributes that facts do not have.
///
/// # Errors
/// `unknown_field` for what is no extension of CloudEvents 1.0: a name of other characters than
/// `a-z` and `0-9`, or a value that is an object or a list; and for what was meant as an attribute.
pub(super) fn found(text: &str) -> Result<Vec<Cow<'_, str>>, Rejection> {
    let Members(members) =
        serde_json::from_str(text).map_err(|error| failure::in_envelope(text, &error))?;
    let unknown = members.into_iter().filter(|(name, _)| !KNOWN.contains(&&**name));
    unknown.map(|(name, value)| is_extension(&name, value).map(|()| name)).collect()
}

/// Refuses an extension that has the name of a field of the fact's data.
pub(super) fn check(extensions: &[Cow<'_, str>], data: &mut Data<'_>) -> Result<(), Rejection> {
    if extensions.is_empty() {
        return Ok(());
    }
    let within = |name: &str| extensions.iter().any(|one| *one == name);
    let part = within("part").then_some("part");
    let mut misplaced = part;
    data.fields_mut().each(&mut |name, _| {
        if within(name) {
            misplaced = Some(name);
        }
        Ok(())
    })?;
    match misplaced {
        None => Ok(()),
        Some(name) => unknown(name, format!("\"{name}\" is a field of data; write it inside")),
    }
}

fn is_extension(name: &str, value: &RawValue) -> Result<(), Rejection> {
    let spelt = !name.is_empty() && name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9'));
    if !spelt {
        let message = format!(
            "facts have no such attribute; expected {}; an extension's name is of a-z and 0-9",
            KNOWN.join(", ")
        );
        return unknown(name, message);
    }
    if value.get().starts_with(['{', '[']) {
        let message = "facts have no such attribute, and an extension is a text, a number or a \
                       truth value";
        return unknown(name, message.to_owned());
    }
    let near = MISSED_BY_NOBODY.iter().find(|known| edits(name, known) < EDITS_MIN);
    let meant = near.or(name.starts_with(CORRECTION).then_some(&"correctsid"));
    match meant {
        None => Ok(()),
        Some(meant) => {
            unknown(name, format!("facts have no such attribute; did you mean {meant}?"))
        }
    }
}

fn unknown(name: &str, message: String) -> Result<(), Rejection> {
    Err(Rejection::new(Reason::UnknownField, quoted(name), message))
}

/// All members of an object, unread.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    members.push((name.0, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A name, copied only where it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_broker_adds_is_told_from_what_was_misspelt() {
        let table = [
            ("traceparent", "\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"", true),
            ("tracestate", "\"rojo=00f067aa0ba902b7\"", true),
            ("partitionkey", "\"52\"", true),
            ("sampledrate", "30", true),
            ("sequencetype", "\"Integer\"", true),
            ("dataref", "null", true),
            ("expirytime", "\"2030-01-01T00:00:00Z\"", true),
            ("correlationid", "\"a\"", true),
            ("comexampleextension1", "true", true),
            ("comExample", "\"a\"", false),
            ("com_example", "\"a\"", false),
            ("data_base64", "\"e30=\"", false),
            ("", "\"a\"", false),
            ("nested", "{}", false),
            ("list", "[]", false),
            ("subjet", "\"a\"", false),
            ("subjectid", "\"a\"", false),
            ("sequnce", "\"1\"", false),
            ("recordtime", "\"a\"", false),
            ("correctid", "\"a\"", false),
            ("corrects", "\"a\"", false),
            ("correctionof", "\"a\"", false),
        ];
        for (name, value, is) in table {
            let value: &RawValue = serde_json::from_str(value).unwrap();
            assert_eq!(is_extension(name, value).is_ok(), is, "{name}");
        }
    }
}
