//! Reads a document that stands in its canonical form, as every stored one does, in one pass.
//! Whatever looks otherwise is left to the careful reader, which alone says what is wrong: the two
//! cannot disagree.

use std::borrow::Cow;

use super::plain::Plain;
use super::{Attributes, Data, Document};

/// The document, if it stands in the order and the spelling of [`Document::write`].
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    // Most documents hold no escapes; one look at all bytes, and strings end at the next quote.
    let plain = text.bytes().fold(true, |plain, c| plain & (c >= b' ') & (c != b'\\'));
    let mut scan = plain.then_some(Plain(text))?;
    scan.literal("{\"specversion\":").ok()?;
    let specversion = string(&mut scan)?;
    scan.literal(",\"type\":").ok()?;
    let kind = string(&mut scan)?;
    scan.literal(",\"source\":").ok()?;
    let source = string(&mut scan)?;
    scan.literal(",\"id\":").ok()?;
    let id = string(&mut scan)?;
    let subject = attribute(&mut scan, ",\"subject\":")?;
    scan.literal(",\"time\":").ok()?;
    let time = string(&mut scan)?;
    let sequence = attribute(&mut scan, ",\"sequence\":")?;
    let recordedtime = attribute(&mut scan, ",\"recordedtime\":")?;
    let correctsid = attribute(&mut scan, ",\"correctsid\":")?;
    let correctssource = attribute(&mut scan, ",\"correctssource\":")?;
    let correctsreason = attribute(&mut scan, ",\"correctsreason\":")?;
    let datacontenttype = attribute(&mut scan, ",\"datacontenttype\":")?;
    let dataschema = attribute(&mut scan, ",\"dataschema\":")?;
    scan.literal(",\"data\":").ok()?;
    let data = Data::read_plain(&kind, &mut scan)?;
    if scan.0 != "}" {
        return None;
    }
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
    Some(Document { attributes, data, careful: None })
}

/// An attribute that may be left out.
#[inline(always)]
fn attribute<'a>(scan: &mut Plain<'a>, head: &str) -> Option<Option<Cow<'a, str>>> {
    if scan.has(head) { string(scan).map(Some) } else { Some(None) }
}

#[inline(always)]
fn string<'a>(scan: &mut Plain<'a>) -> Option<Cow<'a, str>> {
    scan.string().map(Cow::Borrowed).ok()
}
