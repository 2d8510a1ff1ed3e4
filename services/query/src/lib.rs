//! Questions and answers over a fold, and how answers are written for people. Asked on the command
//! line, over the data folder's socket and by HTTP; answered by whoever owns the store.
//!
//! A [`Query`] and an [`Answer`] are plain data, so that a question goes over a socket or a URL as it
//! is. [`written`] and [`labels`] have what officials read, in both languages.
//!
//! Not here: how figures add up (`domain::figures`), and where a question came from.
//!
//! ```
//! use std::sync::Arc;
//!
//! use domain::contribution::Rules;
//! use domain::disclosure::{Disclosure, Sees};
//! use domain::fold::Fold;
//! use proto::{catalogue::Catalogue, gazetteer::Gazetteer};
//! use query::{Boundaries, Editions, FiguresQuery, Query, When};
//!
//! let (atlas, plan) = (Gazetteer::embedded().atlas.clone(), Catalogue::embedded().plan.clone());
//! let fold = Fold::new(Arc::new(Rules { atlas, plan })); // no facts yet
//! let asked = Query::Figures(FiguresQuery {
//!     unit: "L-637".into(),
//!     when: When::period("2021-H1@administrative".parse().expect("a period")),
//!     indicators: vec!["poor_households".into()],
//!     by: Vec::new(),
//!     children: false,
//!     boundaries: Boundaries::Own,
//!     books_only: false,
//! });
//! let told = Disclosure { sees: Sees::Nothing, households_min: 5 };
//! let answer = query::answer(&fold, told, 0, &Editions::embedded(), &asked)?;
//! // Nobody has reported: that is not zero.
//! let json = serde_json::to_string(&answer).expect("it is plain data");
//! assert!(json.contains(r#""missing":"not_reported""#), "{json}");
//! # Ok::<(), anyhow::Error>(())
//! ```

mod answer;
mod compare;
mod exact;
mod figures;
pub mod findings;
pub mod labels;
pub mod lang;
mod line;
pub mod long;
pub mod plausible;
mod question;
mod series;
mod targets;
pub mod written;

use anyhow::{Result, bail};
use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::codes::{Code, Standing};
use domain::disclosure::{Disclosure, Guard};
use domain::figures::{Reader, Time};
use domain::fold::Fold;
use domain::movements::MovementTable;
use proto::gazetteer::Gazetteer;

pub use answer::{Answer, Body, Unreadable, UnreadableRecord};
pub use compare::{Comparison, Effects, Side, compare, effects};
pub use exact::Exact;
pub use figures::{BASE, NotBrokenDown, WIDER, asked_for, line, lines_max};
pub use findings::Group;
pub use line::{Found, HIDDEN, Line, LineValue, PassedBound, Table, TableHeads};
pub use plausible::{IMPLAUSIBLE, Implausible, JUDGED_MAX, Judged};
pub use question::{Boundaries, Compared, FiguresQuery, Query, When};
pub use series::{Point, SERIES_MAX, series};
pub use targets::{
    Attainment, Bound, Elapsed, InForce, Target, TargetVersion, amount, bound, exact, in_force,
    target, targets,
};

/// Answers from a fold, for somebody who may be told so much.
pub fn answer(
    fold: &Fold,
    disclosure: Disclosure,
    position: u64,
    editions: &Editions,
    query: &Query,
) -> Result<Answer> {
    let guard = Guard::new(fold, disclosure);
    let gazetteer = Gazetteer::embedded();
    let unit = |key: &str| match gazetteer.unit(key) {
        Some(unit) => Ok(unit),
        None => bail!("no unit {key}"),
    };
    let body = match query {
        Query::Figures(query) => {
            let figures = figures::figures(&guard, unit(&query.unit)?, query)?;
            Body::Figures { when: query.when.clone(), figures }
        }
        Query::Movements { unit: key, when } => {
            let tables = movements(fold, unit(key)?, when.time()?);
            Body::Movements { unit: key.clone(), when: when.clone(), tables: tables.to_vec() }
        }
        Query::Findings { unit: key, when, limit } => {
            let time = when.as_ref().map(When::time).transpose()?;
            let unit = unit(key)?;
            let figures = time.map(|time| plausible::judged(&guard, unit, time, JUDGED_MAX));
            let (counts, findings) = findings::findings(fold, unit, time, *limit);
            let unit = gazetteer.key(unit).to_owned();
            // What is no fact is not in the fold: whoever has the journal adds it.
            Body::Findings { unit, counts, findings, figures, unreadable: None }
        }
        Query::Targets { unit: key, indicators, when } => {
            let targets = targets(&guard, unit(key)?, indicators, when.time()?);
            Body::Targets { unit: key.clone(), when: when.clone(), targets }
        }
        Query::Series { unit: key, indicators, period, last } => {
            let (unit, period) = (unit(key)?, period.parse()?);
            let of =
                |id: &String| (id.clone(), series(&guard, unit, id, &Filter::new(), period, *last));
            Body::Series { unit: key.clone(), series: indicators.iter().map(of).collect() }
        }
        Query::Compare { first, second, indicators } => {
            let side = |side: &Compared| {
                Ok::<_, anyhow::Error>(Side { unit: unit(&side.unit)?, time: side.when.time()? })
            };
            let all = fold.rules.plan.indicators().iter().map(|one| &*one.definition.id);
            let asked: Vec<&str> = match indicators.as_slice() {
                [] => all.collect(),
                some => some.iter().map(String::as_str).collect(),
            };
            let comparisons = compare(&guard, side(first)?, side(second)?, &asked);
            let (first, second) = (first.as_ref().clone(), second.as_ref().clone());
            Body::Compare { first, second, comparisons }
        }
        Query::FindingGroups { unit: key, when, today } => {
            let time = when.as_ref().map(When::time).transpose()?;
            let groups = findings::groups(fold, unit(key)?, time, today.parse()?);
            Body::FindingGroups { unit: key.clone(), today: today.clone(), groups }
        }
        Query::Digest => Body::Digest {
            digest: fold.books.digest(editions.bytes().as_bytes()).to_string(),
            gazetteer: editions.gazetteer.clone(),
            catalogue: editions.catalogue.clone(),
        },
    };
    Ok(Answer { position, body })
}

/// The movement tables of a unit: of its poor and of its near-poor households.
pub fn movements(fold: &Fold, unit: Unit, time: Time) -> [Table; 2] {
    let reader = Reader::from(fold);
    [Standing::Poor, Standing::NearPoor].map(|class| table(&reader.movements(unit, class, time)))
}

fn table(table: &MovementTable) -> Table {
    let rows = table.rows.iter().map(|(row, heads)| (row.code().to_owned(), (*heads).into()));
    Table {
        class: table.class.code().to_owned(),
        opening: table.opening.into(),
        rows: rows.collect(),
        closing: table.closing.into(),
        balances: table.balances(),
        opening_missing: table.opening_of.missing.map(|why| why.code().to_owned()),
        opening_communes: table.opening_of.communes,
        missing: table.of.missing.map(|why| why.code().to_owned()),
        communes: table.of.communes,
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
