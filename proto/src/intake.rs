//! Intake: what an importer does with one line before it may enter a journal. Lenient in how a
//! unit, a date or an accent is written, strict in everything else; every refusal names a reason
//! and a field.

mod contents;
mod envelope;
mod shape;
mod subject;
mod units;

use domain::atlas::{Level, Unit};
use domain::plan::Plan;
use domain::time::Day;

use crate::bounds::Bounds;
use crate::document::Document;
use crate::gazetteer::Gazetteer;
use crate::meaning::{Meaning, leaf};
use crate::reject::{Reason, Rejection};
use crate::scalars::{TEXT_CHARS_MAX, Text};
use crate::text;
use crate::types::Value;

pub use shape::{BYTES_MAX, DEPTH_MAX};

/// What decides whether a line may enter.
pub struct Intake<'a> {
    /// Units and names.
    pub gazetteer: &'a Gazetteer,
    /// Indicators.
    pub plan: &'a Plan,
    /// Today in Viet Nam: only importers look at a clock.
    pub today: Day,
}

/// A line that may enter.
#[derive(Clone, PartialEq, Debug)]
pub struct Accepted {
    /// The canonical bytes.
    pub bytes: Vec<u8>,
    /// `<code of today's province, or VN>.<unit key>`.
    pub route: String,
    /// Who wrote it, as the fact says.
    pub source: String,
    /// What it means; its position is not known yet and is 0.
    pub meaning: Meaning,
}

impl Intake<'_> {
    /// Takes one line, or says why not. The canonical bytes of a line are taken again as they are.
    ///
    /// # Errors
    /// The first thing that is wrong, never with anybody's number in it.
    pub fn take(&self, line: &[u8]) -> Result<Accepted, Rejection> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        shape::check(line)?;
        let mut document = Document::read(line)?;
        let on = self.envelope(&mut document)?;
        let unit = self.fields(&mut document, on)?;
        self.subject(&document, unit)?;
        self.contents(&document, on)?;
        let bytes = document.write();
        // It is in canonical form now.
        document.careful = None;
        let meaning = document.meaning(&leaf(&bytes), 0, self.gazetteer)?;
        let source = document.attributes.source.into_owned();
        Ok(Accepted { bytes, route: self.route(unit), source, meaning })
    }

    /// Today's province of a unit and the unit's key, as the journal's subjects have them.
    pub fn route(&self, unit: Unit) -> String {
        let province = self.gazetteer.atlas.today_province(unit.into());
        let nation = self.gazetteer.atlas.record(unit).level == Level::Nation;
        let code = match province {
            Some(province) if !nation => self.gazetteer.entry(province).code,
            Some(_) | None => "VN",
        };
        format!("{code}.{}", self.gazetteer.key(unit))
    }

    /// Puts every unit and text of the data into canonical form, and gives the unit of the fact.
    fn fields(&self, document: &mut Document<'_>, on: Day) -> Result<Unit, Rejection> {
        let (kind, of_one) = (document.data.kind(), document.household().is_some());
        // What is told of a past day may be of a unit that has ended since.
        let (days, first) = match contents::counted_on(&document.data) {
            Some(counted) => ([Some(counted), Some(on)], 0),
            None => ([None, Some(on)], 1),
        };
        let mut at = None;
        document.data.fields_mut().each(&mut |name, value| {
            let in_data =
                |rejection: Rejection| Rejection { field: format!("data.{name}"), ..rejection };
            match value {
                Value::Unit(field) => at = Some(self.unit(field, name, &days[first..])?),
                // Named by the unit that took it in, mostly after the fact's day.
                Value::Part(field) => drop(self.unit(field, name, &[Some(self.today), None])?),
                Value::Elsewhere(field) => drop(self.unit(field, name, &[Some(on), None])?),
                Value::Text(field) => free_text(field).map_err(in_data)?,
                Value::Amount(number) => plausible((kind, name, of_one), number)?,
                Value::Settled => {}
            }
            Ok(())
        })?;
        Ok(at.expect("every fact has a unit"))
    }
}

/// Refuses what no fact of a type can tell in a field.
fn plausible((kind, field, of_one): (&str, &str, bool), number: i64) -> Result<(), Rejection> {
    let Some(bound) = Bounds::embedded().of(kind, field) else { return Ok(()) };
    let most = bound.most(of_one);
    if number <= most {
        return Ok(());
    }
    let message = format!(
        "{number} is more than {most}, the most that one fact may tell here ({}); look for digits \
         too many, or for a sum that should be several facts",
        bound.why
    );
    Err(Rejection::new(Reason::OutOfRange, format!("data.{field}"), message))
}

fn free_text(text: &mut Text<'_>) -> Result<(), Rejection> {
    text.0 = text::composed(std::mem::take(&mut text.0));
    text::check(&text.0, TEXT_CHARS_MAX)
}

/// Checks an id, source or schema address: visible ASCII, as URIs are.
fn name(text: &str, field: &str, chars_max: usize) -> Result<(), Rejection> {
    if !text.is_empty() && text.len() <= chars_max && text.bytes().all(|c| c.is_ascii_graphic()) {
        return Ok(());
    }
    let message = format!("it must have 1 to {chars_max} visible ASCII characters and no blanks");
    Err(Rejection::new(Reason::BadText, field, message))
}
