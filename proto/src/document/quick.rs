//! Reads a document that stands in its canonical form, as every stored one does, in one pass.
//! Whatever looks otherwise is left to the careful reader, which alone says what is wrong: the two
//! cannot disagree.

use std::borrow::Cow;

use super::{Attributes, Data, Document};

/// The document, if it stands in the order and the spelling of [`Document::write`].
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    // Most documents hold no escapes; one look at all bytes, and strings end at the next quote.
    let plain = text.bytes().fold(true, |plain, c| plain & (c >= b' ') & (c != b'\\'));
    let mut scan = plain.then_some(Scan(text))?;
    scan.literal("{\"specversion\":")?;
    let specversion = scan.string()?;
    scan.literal(",\"type\":")?;
    let kind = scan.string()?;
    scan.literal(",\"source\":")?;
    let source = scan.string()?;
    scan.literal(",\"id\":")?;
    let id = scan.string()?;
    let subject = scan.attribute(",\"subject\":")?;
    scan.literal(",\"time\":")?;
    let time = scan.string()?;
    let sequence = scan.attribute(",\"sequence\":")?;
    let recordedtime = scan.attribute(",\"recordedtime\":")?;
    let correctsid = scan.attribute(",\"correctsid\":")?;
    let correctssource = scan.attribute(",\"correctssource\":")?;
    let correctsreason = scan.attribute(",\"correctsreason\":")?;
    let datacontenttype = scan.attribute(",\"datacontenttype\":")?;
    let dataschema = scan.attribute(",\"dataschema\":")?;
    scan.literal(",\"data\":")?;
    let data = scan.0.strip_suffix('}').filter(|data| data.starts_with('{'))?;
    let data = Data::read(&kind, data)?.ok()?;
    let attributes = Attributes {
        specversion,
        kind,
        source,
        id,
        subject,
        time,
        sequence,
        recordedtime,
        correctsid,
        correctssource,
        correctsreason,
        datacontenttype,
        dataschema,
    };
    Some(Document { attributes, data })
}

/// What is still to be read.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    // Inlined, so that what is expected is compared as a constant.
    #[inline(always)]
    fn literal(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    #[inline(always)]
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let inside = self.0.strip_prefix('"')?;
        let (string, rest) = inside.split_at(memchr::memchr(b'"', inside.as_bytes())?);
        self.0 = &rest[1..];
        Some(Cow::Borrowed(string))
    }

    /// An attribute that may be left out.
    #[inline(always)]
    fn attribute(&mut self, head: &str) -> Option<Option<Cow<'a, str>>> {
        match self.0.strip_prefix(head) {
            None => Some(None),
            Some(rest) => {
                self.0 = rest;
                self.string().map(Some)
            }
        }
    }
}
