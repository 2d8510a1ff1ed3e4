//! Questions and answers over a fold, and how answers are written for people. Asked on the command
//! line, over the data folder's socket and by HTTP; answered by whoever owns the store.

mod answer;
mod figures;
mod findings;
pub mod labels;
pub mod lang;
mod question;
pub mod written;

use anyhow::{Result, bail};
use domain::codes::{Code, Standing};
use domain::figures::Reader;
use domain::fold::Fold;
use domain::movements::MovementTable;
use proto::gazetteer::Gazetteer;

pub use answer::{Answer, Body, Found, Line, LineValue, Table, TableHeads};
pub use figures::WIDER;
pub use question::{Boundaries, FiguresQuery, Query, When};

/// Answers from a fold.
pub fn answer(fold: &Fold, position: u64, editions: &Editions, query: &Query) -> Result<Answer> {
    let gazetteer = Gazetteer::embedded();
    let unit = |key: &str| match gazetteer.unit(key) {
        Some(unit) => Ok(unit),
        None => bail!("no unit {key}"),
    };
    let body = match query {
        Query::Figures(query) => figures::figures(fold, unit(&query.unit)?, query)?,
        Query::Movements { unit: key, when } => {
            let (unit, time) = (unit(key)?, when.time()?);
            let reader = Reader::from(fold);
            let tables = [Standing::Poor, Standing::NearPoor]
                .map(|class| table(&reader.movements(unit, class, time)));
            Body::Movements { unit: key.clone(), when: when.clone(), tables: tables.to_vec() }
        }
        Query::Findings { unit: key, when, limit } => {
            let time = when.as_ref().map(When::time).transpose()?;
            findings::findings(fold, unit(key)?, time, *limit)
        }
        Query::Digest => Body::Digest {
            digest: fold.books.digest(editions.bytes().as_bytes()).to_string(),
            gazetteer: editions.gazetteer.clone(),
            catalogue: editions.catalogue.clone(),
        },
    };
    Ok(Answer { position, body })
}

fn table(table: &MovementTable) -> Table {
    let rows = table.rows.iter().map(|(row, heads)| (row.code().to_owned(), (*heads).into()));
    Table {
        class: table.class.code().to_owned(),
        opening: table.opening.into(),
        rows: rows.collect(),
        closing: table.closing.into(),
        balances: table.balances(),
    }
}

/// Which gazetteer and catalogue the books are by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editions {
    /// SHA-256 of the gazetteer's files.
    pub gazetteer: String,
    /// SHA-256 of the catalogue's files.
    pub catalogue: String,
}

impl Editions {
    /// Those that this program carries.
    pub fn embedded() -> Editions {
        Editions {
            gazetteer: Gazetteer::embedded().hash().to_owned(),
            catalogue: proto::catalogue::Catalogue::embedded().hash().to_owned(),
        }
    }

    /// What stands first in the digest.
    pub fn bytes(&self) -> String {
        format!("gazetteer {}\ncatalogue {}\n", self.gazetteer, self.catalogue)
    }
}
