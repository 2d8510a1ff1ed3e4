//! Revisions as a table: what every form of it has in its columns.

use crate::revisions::{Cause, Revision};

/// The names of the columns.
pub const REVISION_COLUMNS: [&str; 15] = [
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
    "definition_or_boundary",
    "unexplained",
    "positions",
];

/// What one cell holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// A text; a spreadsheet must not take it for a formula.
    Text(String),
    /// A number.
    Number(i128),
    /// Nothing.
    Empty,
}

impl Revision {
    /// The cells of its line, one for each of [`REVISION_COLUMNS`]; values as a vintage has them.
    pub fn cells(&self) -> Vec<Cell> {
        let names = [&self.kind, &self.unit, &self.of, &self.by];
        let values = [&self.then, &self.now];
        let positions: Vec<String> =
            self.facts.iter().map(|one| one.position.to_string()).collect();
        let number = |number: Option<&i128>| number.map_or(Cell::Empty, |one| (*one).into());
        let mut cells: Vec<Cell> = names.map(|name| Cell::Text(name.clone())).into();
        cells.extend(values.map(|value| value.as_deref().map_or(Cell::Empty, value_cell)));
        cells.push(number(self.change.as_ref()));
        cells.extend(Cause::ALL.map(|cause| number(self.causes.get(&cause))));
        cells.push(Cell::Text(positions.join(" ")));
        cells
    }
}

fn value_cell(text: &str) -> Cell {
    let text = text.trim_end();
    text.parse().map_or_else(|_| Cell::Text(text.to_owned()), Cell::Number)
}

impl From<i128> for Cell {
    fn from(number: i128) -> Cell {
        Cell::Number(number)
    }
}
