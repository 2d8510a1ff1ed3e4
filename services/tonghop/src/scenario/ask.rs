//! What a published figure is asked of the ledger.

use domain::catalogue::Filter;
use domain::codes::{Authority, Code};
use domain::disclosure::Guard;
use domain::fact::StatedKind;
use domain::figures::{Figure, Marks, Missing, Question, Reader, Time, Value};
use domain::time::{Day, Period};
use proto::gazetteer::Gazetteer;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

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

pub(super) fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

pub(super) fn parsed_if<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: Deserializer<'de>,
{
    parsed(deserializer).map(Some)
}

pub(super) fn coded<'de, C: Code, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    let code = String::deserialize(deserializer)?;
    C::of(&code).ok_or_else(|| D::Error::custom(format!("there is no {} {code:?}", C::ATTRIBUTE)))
}
