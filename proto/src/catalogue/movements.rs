//! The rows of the movement tables with their names and signs.

use domain::codes::Standing;
use domain::household::MovementRow;
use serde::Deserialize;

use super::{Defect, Label, entries};
use crate::gazetteer::Lang;

const FILE: &str = "movements.toml";

/// How a row enters the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub enum Sign {
    /// A stock: opening or closing.
    #[serde(rename = "=")]
    Stock,
    /// Taken away.
    #[serde(rename = "-")]
    Minus,
    /// Added; net rows may be below zero.
    #[serde(rename = "+")]
    Plus,
}

/// One row of the movement tables.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovementEntry {
    /// `opening`, `closing`, or the code of a [`MovementRow`].
    pub row: String,
    /// Its number in the form; empty for rows the form does not have.
    pub number: String,
    /// How it enters.
    pub sign: Sign,
    poor: Label,
    near_poor: Label,
}

impl MovementEntry {
    /// The row's name in the table of poor or of near-poor households.
    pub fn name(&self, class: Standing, lang: Lang) -> &str {
        match class {
            Standing::Poor | Standing::Above => self.poor.get(lang),
            Standing::NearPoor => self.near_poor.get(lang),
        }
    }

    /// The movement; none for opening and closing.
    pub fn movement(&self) -> Option<MovementRow> {
        MovementRow::ALL.into_iter().find(|row| row.code() == self.row)
    }
}

/// Reads the file: opening, every movement once and in order, closing.
pub(super) fn read(text: &str) -> Result<Vec<MovementEntry>, Vec<Defect>> {
    let mut rows: Vec<MovementEntry> = Vec::new();
    let mut defects = entries(FILE, text, &[("row", "row")], |_, row| rows.push(row));
    let codes = MovementRow::ALL.map(MovementRow::code);
    let expected: Vec<_> = ["opening"].into_iter().chain(codes).chain(["closing"]).collect();
    let found: Vec<_> = rows.iter().map(|row| row.row.as_str()).collect();
    let defect = |entry: String, what: String| Defect { file: FILE, entry, what };
    if defects.is_empty() && found != expected {
        let what = format!("they must be {}; they are {}", expected.join(", "), found.join(", "));
        defects.push(defect("the rows".into(), what));
    }
    for row in &rows {
        let sign = match row.movement() {
            None => Sign::Stock,
            Some(movement) if movement.is_decrease() => Sign::Minus,
            Some(_) => Sign::Plus,
        };
        if row.sign != sign {
            let what = format!("the fold enters it as {sign:?}, not as {:?}", row.sign);
            defects.push(defect(format!("row {}", row.row), what));
        }
    }
    if defects.is_empty() { Ok(rows) } else { Err(defects) }
}
