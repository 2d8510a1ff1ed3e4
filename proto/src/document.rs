//! A fact as a CloudEvents 1.0 JSON document: read, and written in the one canonical form that is
//! stored, hashed and signed.

mod canonical;
mod data;
mod extensions;
mod failure;
mod plain;
mod quick;
mod schema;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::reject::{Reason, Rejection};
use crate::scalars::optional;
use crate::text::quoted;

pub use data::{About, Data, TYPES};
pub use schema::{schema_id, schemas};

macro_rules! attributes {
    ($($(#[$meta:meta])* $field:ident: $type:ty,)+) => {
        /// The context attributes of CloudEvents 1.0 that facts have. The order of the fields is
        /// the order in which they are written.
        #[derive(Clone, PartialEq, Debug, Serialize)]
        pub struct Attributes<'a> { $($(#[$meta])* pub $field: $type,)+ }

        /// The same with `data`, still unread. Attributes that facts do not have are passed:
        /// [`extensions`] has looked at them.
        #[derive(Deserialize)]
        struct Envelope<'a> {
            $($(#[$meta])* $field: $type,)+
            #[serde(borrow)]
            data: &'a RawValue,
        }

        impl<'a> Envelope<'a> {
            fn with(self, data: Data<'a>, text: &'a str) -> Document<'a> {
                let attributes = Attributes { $($field: self.$field,)+ };
                Document { attributes, data, careful: Some(text) }
            }
        }
    };
}

attributes! {
    /// Always `1.0`.
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    /// The fact type and its version: `vn.tonghop.loan.disbursed.v1`.
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    /// Who wrote the fact: a URI reference.
    #[serde(borrow)]
    source: Cow<'a, str>,
    /// The source's own name for the fact, at most 64 characters.
    #[serde(borrow)]
    id: Cow<'a, str>,
    /// Whom it is about: `household/<code of today's province>.<pseudonym>`. A collective fact is
    /// its own subject and has none; but what corrects or voids a correction of one names the
    /// first fact, `fact/<id>`, for all of them are told apart from other facts by it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    subject: Option<Cow<'a, str>>,
    /// When it happened: RFC 3339 with offset.
    #[serde(borrow)]
    time: Cow<'a, str>,
    /// The source's own numbering, a whole number as text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    sequence: Option<Cow<'a, str>>,
    /// When the source wrote it down: RFC 3339 with offset.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    recordedtime: Option<Cow<'a, str>>,
    /// The id of a fact of the same subject in whose place this one stands.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    correctsid: Option<Cow<'a, str>>,
    /// The source of that fact; left out, this one's.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    correctssource: Option<Cow<'a, str>>,
    /// Why it is corrected.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    correctsreason: Option<Cow<'a, str>>,
    /// Left out, or `application/json`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    datacontenttype: Option<Cow<'a, str>>,
    /// Left out, or the address of the type's JSON Schema: [`schema_id`].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "optional")]
    dataschema: Option<Cow<'a, str>>,
}

/// A fact as a document.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// Everything but `data`.
    pub attributes: Attributes<'a>,
    /// What happened.
    pub data: Data<'a>,
    /// What it was read from, where it did not stand in the order and spelling of
    /// [`Document::write`], as nearly all do.
    pub(crate) careful: Option<&'a str>,
}

impl PartialEq for Document<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes && self.data == other.data
    }
}

impl<'a> Document<'a> {
    /// Reads a document of the form that its schema gives it. What may become stricter one day
    /// (names of units, days, texts) is not looked at, so that a stored fact can be read for ever.
    ///
    /// # Errors
    /// What the form lacks, with the field.
    pub fn read(bytes: &'a [u8]) -> Result<Document<'a>, Rejection> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let message = format!("the bytes are not UTF-8 from byte {} on", error.valid_up_to());
            Rejection::new(Reason::InvalidUtf8, "", message)
        })?;
        if let Some(document) = quick::read(text) {
            return Ok(document);
        }
        Document::read_carefully(text)
    }

    fn read_carefully(text: &'a str) -> Result<Document<'a>, Rejection> {
        // Serde would take a list of values in the order of the fields as well.
        if !text.trim_ascii_start().starts_with('{') {
            let message = "a fact is one JSON object";
            return Err(Rejection::new(Reason::NotJson, "", message));
        }
        let envelope: Envelope<'a> =
            serde_json::from_str(text).map_err(|error| failure::in_envelope(text, &error))?;
        let extensions = extensions::found(text)?;
        let data = envelope.data.get();
        if !data.starts_with('{') {
            let message = "expected an object";
            return Err(Rejection::new(Reason::WrongType, "data", message));
        }
        match Data::read(&envelope.kind, data) {
            Some(Ok(mut data)) => {
                extensions::check(&extensions, &mut data)?;
                Ok(envelope.with(data, text))
            }
            Some(Err(error)) => Err(failure::in_data(&envelope.kind, data, &error)),
            None => {
                let (kind, known) = (quoted(&envelope.kind), TYPES.join(", "));
                let message = format!("there is no fact type \"{kind}\"; known are {known}");
                Err(Rejection::new(Reason::UnknownType, "type", message))
            }
        }
    }

    /// Writes the canonical form: fields in a fixed order, no blanks, nothing escaped that need
    /// not be.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        serde_json::to_writer(&mut out, &self.attributes).expect("text is JSON");
        out.pop();
        out.extend_from_slice(b",\"data\":");
        serde_json::to_writer(&mut out, &self.data).expect("text and numbers are JSON");
        out.push(b'}');
        out
    }

    /// The subject as written, when it is a household.
    pub fn household(&self) -> Option<&str> {
        self.attributes.subject.as_deref().filter(|subject| subject.starts_with("household/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden() -> Vec<String> {
        [
            include_str!("../golden/closing.ndjson"),
            include_str!("../golden/event.ndjson"),
            include_str!("../golden/household.ndjson"),
            include_str!("../golden/stated.ndjson"),
            include_str!("../golden/voided.ndjson"),
        ]
        .into_iter()
        .flat_map(str::lines)
        .map(str::to_owned)
        .collect()
    }

    #[test]
    fn the_quick_reader_knows_every_canonical_document_without_escapes() {
        let golden = golden();
        assert!(golden.len() >= TYPES.len());
        for text in golden {
            let careful = Document::read_carefully(&text).expect("it is a fact");
            assert_eq!(careful.write(), text.as_bytes(), "not in canonical form");
            let plain = !text.contains('\\');
            assert_eq!(quick::read(&text), plain.then_some(careful));
        }
    }

    /// Every byte of every golden document left out, doubled, or made another one.
    #[test]
    fn what_the_quick_reader_takes_the_careful_one_takes_alike() {
        let mut taken = 0;
        for text in golden() {
            for at in 0..text.len() {
                let others = b"\"\\}{,:[]0a \n\x1f".map(|c| vec![c]);
                let inserted = [vec![], vec![text.as_bytes()[at]; 2]];
                for instead in others.into_iter().chain(inserted) {
                    let bytes =
                        [&text.as_bytes()[..at], &instead, &text.as_bytes()[at + 1..]].concat();
                    let Ok(changed) = String::from_utf8(bytes) else { continue };
                    if let Some(quick) = quick::read(&changed) {
                        taken += 1;
                        assert_eq!(Document::read_carefully(&changed), Ok(quick), "{changed}");
                    }
                }
            }
        }
        assert!(taken > 1000, "only {taken} changed documents were taken");
    }
}
