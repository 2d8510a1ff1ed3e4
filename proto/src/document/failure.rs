//! From a deserializer's error to a rejection: the reason, the field, and a message that repeats
//! nothing of what was sent but names of fields.

use serde::Deserialize;
use serde_json::error::Category;

use super::{Data, Envelope};
use crate::reject::{Reason, Rejection, carried};
use crate::text::quoted;

/// A rejection for a document whose envelope cannot be read.
pub(super) fn in_envelope(text: &str, error: &serde_json::Error) -> Rejection {
    let (reason, message) = reason_of(error);
    let field = match reason {
        Reason::NotJson => String::new(),
        _ => path::<Envelope<'_>>(text),
    };
    Rejection::new(reason, field, message)
}

/// A rejection for a document whose data cannot be read.
pub(super) fn in_data(kind: &str, data: &str, error: &serde_json::Error) -> Rejection {
    let (reason, message) = reason_of(error);
    let path = Data::failure(kind, data);
    let field = if path.is_empty() { "data".into() } else { format!("data.{path}") };
    Rejection::new(reason, field, message)
}

fn reason_of(error: &serde_json::Error) -> (Reason, String) {
    let full = error.to_string();
    // serde_json adds " at line 1 column 2", which says something only of what is not JSON.
    let text = full.rfind(" at line ").map_or(&*full, |at| &full[..at]);
    if let Some((reason, message)) = carried(text) {
        return (reason, message.to_owned());
    }
    let known = |lead: &str| text.rsplit_once(lead).map_or("nothing", |(_, rest)| rest);
    match error.classify() {
        Category::Data if text.starts_with("missing field") => {
            (Reason::MissingField, "the field is missing".to_owned())
        }
        Category::Data if text.starts_with("duplicate field") => {
            (Reason::DuplicateField, "the field is there twice".to_owned())
        }
        Category::Data if text.starts_with("unknown field") => (
            Reason::UnknownField,
            format!("there is no such field; expected {}", known("`, expected ")),
        ),
        // "invalid type: string "…", expected a whole number"
        Category::Data => (Reason::WrongType, format!("expected {}", known(", expected "))),
        Category::Syntax if text == "number out of range" => {
            (Reason::OutOfRange, "the number is too long".to_owned())
        }
        Category::Syntax | Category::Eof | Category::Io => (Reason::NotJson, full),
    }
}

/// The path of the field that cannot be read; empty when it is the whole. A field that is missing
/// or twice there is named by the message only, so its name is taken from there.
pub(super) fn path<'a, T: Deserialize<'a>>(text: &'a str) -> String {
    let mut json = serde_json::Deserializer::from_str(text);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut json) else {
        return String::new();
    };
    let path = error.path().to_string();
    let path = if path == "." { "" } else { &path };
    let message = error.inner().to_string();
    let named = ["missing field `", "duplicate field `"].iter().find_map(|lead| {
        message.strip_prefix(lead).and_then(|rest| rest.split_once('`')).map(|(name, _)| name)
    });
    quoted(&match named {
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) if path.split('.').next_back() != Some(name) => format!("{path}.{name}"),
        Some(_) | None => path.to_owned(),
    })
}
