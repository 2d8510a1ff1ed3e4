//! The envelope of a fact at intake: names, times, corrections.

use domain::time::Day;

use super::{Intake, name};
use crate::document::{Attributes, Data, Document, schema_id};
use crate::instant;
use crate::meaning::day;
use crate::reject::{Reason, Rejection};
use crate::scalars::TEXT_CHARS_MAX;
use crate::text::{self, names_person};

/// No fact is older than this.
const FIRST_YEAR: i32 = 2015;
/// Most characters of a fact's id, and of a source.
pub(super) const ID_CHARS_MAX: usize = 64;
pub(super) const SOURCE_CHARS_MAX: usize = 200;
/// Most digits of a sequence: those of the greatest number of 32 bits.
const SEQUENCE_DIGITS_MAX: usize = 10;

impl Intake<'_> {
    /// Checks the envelope, puts its times into canonical form, and gives the fact's day.
    pub(super) fn envelope(&self, document: &mut Document<'_>) -> Result<Day, Rejection> {
        let Document { attributes, data, .. } = document;
        if attributes.specversion != "1.0" {
            let message = "only CloudEvents 1.0 is understood; write \"1.0\"";
            return Err(Rejection::new(Reason::OutOfRange, "specversion", message));
        }
        name(&attributes.source, "source", SOURCE_CHARS_MAX)?;
        name(&attributes.id, "id", ID_CHARS_MAX)?;
        of_nobody(&attributes.source, "source")?;
        of_nobody(&attributes.id, "id")?;
        let mut time = attributes.time.clone();
        instant::make_canonical(&mut time);
        let on = self.date(&time)?;
        if let Some(time) = &attributes.recordedtime {
            let mut time = time.clone();
            instant::make_canonical(&mut time);
            day(&time)
                .map_err(|rejection| Rejection { field: "recordedtime".into(), ..rejection })?;
        }
        let whole = |text: &str| {
            text.len() <= SEQUENCE_DIGITS_MAX
                && text.bytes().all(|c| c.is_ascii_digit())
                && text.parse::<u32>().is_ok()
        };
        if attributes.sequence.as_deref().is_some_and(|sequence| !whole(sequence)) {
            let message = "a sequence is a whole number as text, from 0 to 4294967295";
            return Err(Rejection::new(Reason::OutOfRange, "sequence", message));
        }
        if attributes.datacontenttype.as_deref().is_some_and(|kind| !is_json(kind)) {
            let message = "data is JSON in UTF-8; leave the field out or write application/json";
            return Err(Rejection::new(Reason::OutOfRange, "datacontenttype", message));
        }
        let schema = schema_id(data.kind());
        if attributes.dataschema.as_deref().is_some_and(|address| address != schema) {
            let message = format!("leave the field out or write {schema}");
            return Err(Rejection::new(Reason::Contradiction, "dataschema", message));
        }
        correction(attributes, data)?;
        attributes.make_canonical();
        Ok(on)
    }

    fn date(&self, time: &str) -> Result<Day, Rejection> {
        let on = day(time)?;
        if on > self.today {
            let message = format!("{on} is in the future: today is {}", self.today);
            return Err(Rejection::new(Reason::InFuture, "time", message));
        }
        if on.ymd().0 < FIRST_YEAR {
            let message = format!("{on} is before {FIRST_YEAR}, from where on facts are kept");
            return Err(Rejection::new(Reason::TooEarly, "time", message));
        }
        Ok(on)
    }
}

/// `application/json`, also with `charset=utf-8`, as many libraries write it (RFC 9110, 8.3.1).
fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let is_utf8 = |parameter: &str| {
        parameter.split_once('=').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("charset")
                && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    };
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
        && parts.all(is_utf8)
}

/// Refuses the number of an identity card or telephone as a source's name or a fact's. What an
/// earlier fact is called by may be named: it has to be withdrawn.
fn of_nobody(name: &str, field: &str) -> Result<(), Rejection> {
    if !names_person(name) {
        return Ok(());
    }
    let message = "it looks like an identity card, a telephone or a person's address; number facts \
                   on, and name sources after offices: facts carry no personal data";
    Err(Rejection::new(Reason::PersonalData, field, message))
}

fn correction(attributes: &mut Attributes<'_>, data: &Data<'_>) -> Result<(), Rejection> {
    let missing = |field, message| Err(Rejection::new(Reason::MissingField, field, message));
    let contradiction = |message| Rejection::new(Reason::Contradiction, "correctsid", message);
    let Attributes { source, id, correctsid, correctssource, correctsreason, .. } = attributes;
    let Some(corrected) = correctsid else {
        return if correctssource.is_none() && correctsreason.is_none() {
            Ok(())
        } else {
            missing("correctsid", "a correction names the fact that it stands in place of")
        };
    };
    let Some(reason) = correctsreason else {
        let message = "a correction says why, with the number of the decision where there is one";
        return missing("correctsreason", message);
    };
    name(corrected, "correctsid", ID_CHARS_MAX)?;
    if let Some(source) = correctssource {
        name(source, "correctssource", SOURCE_CHARS_MAX)?;
    }
    if corrected == id && correctssource.as_ref().is_none_or(|of| of == source) {
        let message = "a fact cannot stand in its own place; give the correction its own id";
        return Err(contradiction(message));
    }
    if matches!(data, Data::FactVoided(_)) {
        return Err(contradiction("there is no void in place of another fact; void that one"));
    }
    *reason = text::composed(std::mem::take(reason));
    text::check(reason, TEXT_CHARS_MAX)
        .map_err(|rejection| Rejection { field: "correctsreason".into(), ..rejection })
}
