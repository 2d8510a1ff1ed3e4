//! The rows of a vintage as tables for people: RFC 4180, UTF-8 with a byte order mark.
//!
//! They tell what the vintage tells and nothing else, so that they can be made again and compared.

use domain::codes::Standing;
use domain::finding::Reason;
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};

use crate::form;
use crate::revision_table::{Cell, REVISION_COLUMNS};
use crate::revisions::{Revision, Revisions};
use crate::vintage::{Kind, Row, Vintage};

const BOM: &[u8] = "\u{feff}".as_bytes();

const FIGURES: [&str; 13] = [
    "unit",
    "unit_name",
    "indicator",
    "indicator_name",
    "by",
    "value",
    "numerator",
    "denominator",
    "numerator_before",
    "denominator_before",
    "missing",
    "marks",
    "counted_in",
];
const MOVEMENTS: [&str; 7] =
    ["unit", "unit_name", "class", "row", "row_name", "households", "persons"];
const TARGETS: [&str; 11] = [
    "unit",
    "unit_name",
    "indicator",
    "indicator_name",
    "fact",
    "period",
    "on",
    "set_by",
    "qualifier",
    "value",
    "reference",
];
const FINDINGS: [&str; 7] =
    ["unit", "unit_name", "reason", "reason_name", "fact", "treatment", "on"];

/// The names of a table's columns.
fn header(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Figure => &FIGURES,
        Kind::Movement => &MOVEMENTS,
        Kind::Target => &TARGETS,
        Kind::Finding => &FINDINGS,
    }
}

/// A table's rows, the header first.
pub(crate) fn rows(vintage: &Vintage, kind: Kind, catalogue: &Catalogue) -> Vec<Vec<String>> {
    let head = header(kind).iter().map(|name| (*name).to_owned()).collect();
    let of_kind = vintage.rows.iter().filter(|row| row.kind == kind);
    let cells = of_kind.map(|row| match kind {
        Kind::Figure => figure(row, catalogue),
        Kind::Movement => movement(row, catalogue),
        Kind::Target => target(row, catalogue),
        Kind::Finding => finding(row, catalogue),
    });
    std::iter::once(head).chain(cells).collect()
}

/// The four tables with their files.
pub(crate) fn all(
    vintage: &Vintage,
    catalogue: &Catalogue,
) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let kinds = [Kind::Figure, Kind::Movement, Kind::Target, Kind::Finding];
    let tables = kinds.map(|kind| written(&rows(vintage, kind, catalogue)));
    form::TABLES.into_iter().zip(tables)
}

/// The table of what changed since, of now: outside of what was signed.
pub(crate) fn revisions(revisions: &Revisions) -> Vec<u8> {
    let head = REVISION_COLUMNS.map(str::to_owned).to_vec();
    let cell = |cell: Cell| match cell {
        Cell::Text(said) => text(&said),
        Cell::Number(number) => number.to_string(),
        Cell::Empty => String::new(),
    };
    let row = |row: &Revision| row.cells().into_iter().map(cell).collect();
    let rows: Vec<Vec<String>> =
        std::iter::once(head).chain(revisions.rows.iter().map(row)).collect();
    written(&rows)
}

fn written(rows: &[Vec<String>]) -> Vec<u8> {
    let terminator = csv::Terminator::CRLF;
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(BOM.to_vec());
    for row in rows {
        // Memory takes everything.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

/// The rows of a table's file.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, String> {
    let text = bytes.strip_prefix(BOM).ok_or("it does not begin with a byte order mark")?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        rows.push(row.iter().map(str::to_owned).collect());
    }
    Ok(rows)
}

/// A text; one that a spreadsheet would take for a formula is led by an apostrophe (OWASP, CSV
/// injection). Numbers are written as they are.
fn text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{text}");
    }
    text.to_owned()
}

fn unit_name(key: &str) -> String {
    let gazetteer = Gazetteer::embedded();
    let unit = gazetteer.unit(key);
    text(&unit.map_or_else(String::new, |unit| gazetteer.name(unit, Lang::Vi).into_owned()))
}

fn figure(row: &Row, catalogue: &Catalogue) -> Vec<String> {
    let [unit, indicator, by] = row.fields();
    let (value, marks) = row.value.split_once('\t').unwrap_or((&row.value, ""));
    let [whole, n, d, before_n, before_d, missing] = parts(value);
    let definition = catalogue.definition(indicator);
    let counted = definition.map_or("", |one| one.counted_in.as_str());
    let name = catalogue.name(indicator, Lang::Vi).unwrap_or_default();
    [text(unit), unit_name(unit), text(indicator), text(name), text(by)]
        .into_iter()
        .chain([whole, n, d, before_n, before_d, missing].map(str::to_owned))
        .chain([text(marks), text(counted)])
        .collect()
}

/// A value in its columns: number, numerator, denominator, both before, why there is none.
fn parts(value: &str) -> [&str; 6] {
    if let Some(why) = value.strip_prefix('?') {
        return ["", "", "", "", "", why];
    }
    let share = |text: &str| text.split_once('/').map(|(n, d)| (n.len(), d.len()));
    match value.split_once('>') {
        Some((before, after)) if share(before).is_some() && share(after).is_some() => {
            let (bn, bd) = before.split_once('/').unwrap_or_default();
            let (n, d) = after.split_once('/').unwrap_or_default();
            ["", n, d, bn, bd, ""]
        }
        _ => match value.split_once('/') {
            Some((n, d)) => ["", n, d, "", "", ""],
            None => [value, "", "", "", "", ""],
        },
    }
}

fn movement(row: &Row, catalogue: &Catalogue) -> Vec<String> {
    let [unit, class, name] = row.fields();
    let (households, persons) = row.value.split_once('\t').unwrap_or((&row.value, ""));
    let entry = catalogue.movements().iter().find(|one| one.row == name);
    let title = entry.map_or("", |one| match class {
        "poor" => one.name(Standing::Poor, Lang::Vi),
        _ => one.name(Standing::NearPoor, Lang::Vi),
    });
    let texts = [text(unit), unit_name(unit), text(class), text(name), text(title)];
    texts.into_iter().chain([households.to_owned(), persons.to_owned()]).collect()
}

fn target(row: &Row, catalogue: &Catalogue) -> Vec<String> {
    let [unit, indicator, fact] = row.fields();
    let name = catalogue.name(indicator, Lang::Vi).unwrap_or_default();
    let mut cells = vec![text(unit), unit_name(unit), text(indicator), text(name), text(fact)];
    for (nth, field) in row.value.split('\t').enumerate() {
        // The fifth is the value, a number.
        cells.push(if nth == 4 { field.to_owned() } else { text(field) });
    }
    cells
}

fn finding(row: &Row, catalogue: &Catalogue) -> Vec<String> {
    let [unit, reason, fact] = row.fields();
    let known = Reason::ALL.iter().find(|one| one.code() == reason);
    let name = known.map_or("", |one| catalogue.finding(*one, Lang::Vi));
    [unit, &unit_name(unit), reason, name, fact]
        .into_iter()
        .chain(row.value.split('\t'))
        .map(text)
        .collect()
}
