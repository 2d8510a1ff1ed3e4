//! What changed since a closing, as CSV: a line for each row that differs.

use auditor::{Cause, Revisions};

use super::csv::{Dialect, Table};

const CAUSES: [Cause; 5] =
    [Cause::Late, Cause::Corrected, Cause::Voided, Cause::Definition, Cause::Boundary];

const HEADER: [&str; 13] = [
    "kind",
    "unit",
    "of",
    "by",
    "then",
    "now",
    "change",
    "late",
    "corrected",
    "voided",
    "definition",
    "boundary",
    "positions",
];

/// The rows, in the order of the vintage; values as a vintage has them.
pub(crate) fn csv(revisions: &Revisions, dialect: Dialect) -> Vec<u8> {
    let mut table = Table::new(dialect);
    HEADER.iter().for_each(|name| table.text(name));
    table.end();
    for row in &revisions.rows {
        for text in [&row.kind, &row.unit, &row.of, &row.by] {
            table.text(text);
        }
        for value in [&row.then, &row.now] {
            match value.as_deref().map(str::trim_end).map(|text| (text, text.parse::<i128>())) {
                None => table.nothing(),
                Some((_, Ok(whole))) => table.number(whole),
                Some((text, Err(_))) => table.text(text),
            }
        }
        match row.change {
            Some(change) => table.number(change),
            None => table.nothing(),
        }
        for cause in CAUSES {
            match row.causes.get(&cause) {
                Some(by) => table.number(by),
                None => table.nothing(),
            }
        }
        let positions: Vec<String> = row.facts.iter().map(|one| one.position.to_string()).collect();
        table.text(&positions.join(" "));
        table.end();
    }
    table.finish()
}
