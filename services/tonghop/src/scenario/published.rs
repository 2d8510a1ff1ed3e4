//! The figures the district published, and how each is asked for.

use std::sync::OnceLock;

use domain::codes::Qualifier;
use domain::fact::Decimal;
use domain::figures::{Figure, Reader};
use domain::time::Day;
use proto::gazetteer::Gazetteer;
use serde::Deserialize;

use super::agreement::agrees;
use super::ask::{Ask, coded, parsed, parsed_if};
use super::says::Says;

/// A published report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Its title.
    pub title: String,
    /// Its day.
    #[serde(deserialize_with = "parsed")]
    pub published: Day,
    /// The key of its unit.
    pub unit: String,
    /// Its figures, in the order of the text.
    pub figure: Vec<Published>,
    /// Where it disagrees with itself.
    pub contradiction: Vec<Contradiction>,
}

/// Two numbers of the report that cannot both be taken at their word.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// The figures.
    pub figures: Vec<String>,
    /// What disagrees.
    pub what: String,
    /// The same in Vietnamese.
    pub what_vi: String,
    /// How the scenario takes it.
    pub taken: String,
    /// The same in Vietnamese.
    pub taken_vi: String,
}

/// One published figure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Its name in the golden figures.
    pub id: String,
    /// The number.
    #[serde(deserialize_with = "parsed")]
    pub value: Decimal,
    /// What it is counted in, as the golden figures say.
    pub unit: String,
    /// The unit of its last digit that counts; none when it is exact.
    #[serde(default, deserialize_with = "parsed_if")]
    pub precision: Option<Decimal>,
    /// The words around it.
    #[serde(default = "exact", deserialize_with = "coded")]
    pub qualifier: Qualifier,
    /// The report's words.
    pub quote: String,
    /// What the golden figures say it is about: days or a date.
    pub period: Span,
    /// The key of its unit.
    pub admin_unit: String,
    /// How it is asked for; none when it cannot be.
    #[serde(default)]
    pub ask: Option<Ask>,
    /// What it is given as.
    pub says: Says,
    /// What has to be known of it.
    #[serde(default)]
    pub note: String,
    /// The same in Vietnamese.
    #[serde(default)]
    pub note_vi: String,
}

/// The time of a published figure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
#[allow(missing_docs)]
pub enum Span {
    Days { from: String, to: String },
    On { as_of: String },
}

impl Report {
    /// Report 209/BC-UBND of Krông Pa, 15 June 2021.
    pub fn krong_pa() -> &'static Report {
        static REPORT: OnceLock<Report> = OnceLock::new();
        REPORT.get_or_init(|| {
            toml::from_str(include_str!("../../scenario/krong-pa-2021h1.toml")).unwrap_or_else(
                |error| panic!("the published figures are checked by tests: {}", error.message()),
            )
        })
    }
}

impl Published {
    /// What the books say; none when it cannot be asked.
    pub fn answer(&self, reader: &Reader<'_>, gazetteer: &Gazetteer) -> Option<Figure> {
        self.ask.as_ref()?.answer(reader, gazetteer)
    }

    /// Whether an answer, when it is of the same kind, is what was published.
    pub fn agrees(&self, figure: &Figure) -> bool {
        // "At least 3" is another target than 3.
        let word = figure.marks.qualifier.unwrap_or(self.qualifier);
        word == self.qualifier && agrees(&figure.value, self.value, self.precision, self.qualifier)
    }
}

fn exact() -> Qualifier {
    Qualifier::Exact
}
