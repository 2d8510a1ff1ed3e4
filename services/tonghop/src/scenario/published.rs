//! The figures the district published, and how each is asked for.

use std::sync::OnceLock;

use domain::catalogue::Filter;
use domain::codes::{Authority, Code, Qualifier};
use domain::disclosure::Guard;
use domain::fact::{Decimal, StatedKind};
use domain::figures::{Figure, Marks, Missing, Question, Reader, Time, Value};
use domain::time::{Day, Period};
use proto::gazetteer::Gazetteer;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::{Says, agrees};

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

/// A question in the catalogue's words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The indicator.
    pub indicator: String,
    /// The key of the unit.
    pub unit: String,
    /// Only these codes.
    #[serde(default, rename = "where")]
    pub filter: Filter,
    /// The period, or else the day.
    #[serde(default, deserialize_with = "parsed_if")]
    pub period: Option<Period>,
    /// The day.
    #[serde(default, deserialize_with = "parsed_if")]
    pub as_of: Option<Day>,
    /// A version of the target instead of what became of it.
    #[serde(default)]
    pub target: Option<Version>,
}

/// The newest target that somebody had set by a day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Who.
    #[serde(deserialize_with = "coded")]
    pub set_by: Authority,
    /// By which day.
    #[serde(deserialize_with = "parsed")]
    pub by: Day,
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

impl Ask {
    /// Whether the ledger's answer is kept from whoever asks.
    pub fn is_hidden(&self, guard: &Guard<'_>, gazetteer: &Gazetteer) -> bool {
        let (Some(unit), Some(time)) = (gazetteer.unit(&self.unit), self.time()) else {
            return false;
        };
        let (indicator, filter) = (self.indicator.as_str(), self.filter.clone());
        self.target.is_none() && guard.hides(&Question { unit, indicator, filter, time })
    }

    /// The time asked about.
    pub fn time(&self) -> Option<Time> {
        match (self.period, self.as_of) {
            (Some(period), None) => Some(Time::Period(period)),
            (None, Some(on)) => Some(Time::Days(on, on)),
            (_, _) => None,
        }
    }

    /// What the books say; none when the unit or the time is not told.
    pub fn answer(&self, reader: &Reader<'_>, gazetteer: &Gazetteer) -> Option<Figure> {
        let (unit, time) = (gazetteer.unit(&self.unit)?, self.time()?);
        let Some(version) = &self.target else {
            let (indicator, filter) = (self.indicator.as_str(), self.filter.clone());
            return Some(reader.figure(&Question { unit, indicator, filter, time }));
        };
        let all = reader.statements(unit, &self.indicator, StatedKind::Target, time);
        let newest = all
            .into_iter()
            .rfind(|one| one.on <= version.by && one.stated.set_by == Some(version.set_by));
        Some(match newest {
            None => Figure { value: Value::Missing(Missing::NotStated), marks: Marks::default() },
            Some(one) => {
                let marks = Marks {
                    qualifier: Some(one.stated.qualifier),
                    reference: one.stated.reference.clone(),
                    ..Marks::default()
                };
                Figure { value: Value::Stated(one.stated.value), marks }
            }
        })
    }
}

fn exact() -> Qualifier {
    Qualifier::Exact
}

fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn parsed_if<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: Deserializer<'de>,
{
    parsed(deserializer).map(Some)
}

fn coded<'de, C: Code, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    let code = String::deserialize(deserializer)?;
    C::of(&code).ok_or_else(|| D::Error::custom(format!("there is no {} {code:?}", C::ATTRIBUTE)))
}
