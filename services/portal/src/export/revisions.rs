//! What changed since a closing, as CSV: a line for each row that differs.

use auditor::{Cell, REVISION_COLUMNS, Revisions};

use super::csv::{Dialect, Table};

/// The rows, in the order of the vintage.
pub(crate) fn csv(revisions: &Revisions, dialect: Dialect) -> Vec<u8> {
    let mut table = Table::new(dialect);
    REVISION_COLUMNS.iter().for_each(|name| table.text(name));
    table.end();
    for row in &revisions.rows {
        for cell in row.cells() {
            match cell {
                Cell::Text(text) => table.text(&text),
                Cell::Number(number) => table.number(number),
                Cell::Empty => table.nothing(),
            }
        }
        table.end();
    }
    table.finish()
}
