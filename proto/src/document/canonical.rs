//! The canonical form by meaning: what means the same has the same bytes, however a broker, a
//! language or an office has spelt it. What may be spelt in several ways is in the envelope, and in
//! texts; values of `data` are read into what they mean and written in one way.

use super::{Attributes, Document};
use crate::instant;
use crate::text;
use crate::types::Value;

impl Attributes<'_> {
    /// Whether each attribute is spelt as [`Attributes::make_canonical`] would.
    pub(crate) fn are_canonical(&self) -> bool {
        instant::is_canonical(&self.time)
            && self.recordedtime.as_deref().is_none_or(instant::is_canonical)
            && self.sequence.as_deref().is_none_or(|text| without_zeros(text) == text)
            && self.correctssource.as_ref().is_none_or(|source| *source != self.source)
            && self.datacontenttype.is_none()
            && self.dataschema.is_none()
    }

    /// Puts the attributes into canonical form: times in Viet Nam's offset, and nothing that says
    /// only what holds anyway. `data` is always JSON of the type's one schema, and a correction
    /// that names no other source is of a fact of its own.
    pub(crate) fn make_canonical(&mut self) {
        instant::make_canonical(&mut self.time);
        if let Some(time) = &mut self.recordedtime {
            instant::make_canonical(time);
        }
        if let Some(sequence) = &mut self.sequence
            && without_zeros(sequence) != &**sequence
        {
            *sequence = without_zeros(sequence).to_owned().into();
        }
        if self.correctssource.as_ref() == Some(&self.source) {
            self.correctssource = None;
        }
        self.datacontenttype = None;
        self.dataschema = None;
    }
}

impl Document<'_> {
    /// The canonical bytes, of a document that was not written in canonical form; none of one that
    /// was. A record of the journal may have another form: what intake wrote when more spellings
    /// were canonical, and what came into the journal by another way.
    pub(crate) fn respelt(&self) -> Option<Vec<u8>> {
        let is_written = self.attributes.are_canonical()
            && self.careful.is_none_or(|text| self.write() == text.as_bytes());
        if is_written {
            return None;
        }
        let mut canonical = self.clone();
        canonical.make_canonical();
        Some(canonical.write())
    }

    fn make_canonical(&mut self) {
        self.attributes.make_canonical();
        if let Some(reason) = &mut self.attributes.correctsreason {
            *reason = text::composed(std::mem::take(reason));
        }
        // Nothing is refused here.
        let _ = self.data.fields_mut().each(&mut |_, value| {
            if let Value::Text(text) = value {
                text.0 = text::composed(std::mem::take(&mut text.0));
            }
            Ok(())
        });
    }
}

/// A whole number as text, without zeros in front.
fn without_zeros(text: &str) -> &str {
    match text.trim_start_matches('0') {
        "" if !text.is_empty() => "0",
        rest => rest,
    }
}
