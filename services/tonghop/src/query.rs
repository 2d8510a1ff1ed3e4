//! Questions and answers: asked on the command line, answered by whoever owns the store, in this
//! process or over the data folder's socket.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use domain::atlas::{Level, Unit};
use domain::catalogue::Filter;
use domain::codes::{Code, Standing};
use domain::figures::{Question, Reader, Time, Value};
use domain::finding::{Finding, Treatment};
use domain::fold::Fold;
use domain::movements::{Heads, MovementTable};
use domain::time::{Day, Period};
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};

/// A question.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Query {
    /// Figures of a unit.
    Figures(FiguresQuery),
    /// The movement tables of a unit.
    Movements {
        /// The unit's key.
        unit: String,
        /// When.
        when: When,
    },
    /// What the fold noticed in a unit.
    Findings {
        /// The unit's key.
        unit: String,
        /// When the facts happened; all times when left out.
        when: Option<When>,
        /// Most findings listed.
        limit: usize,
    },
    /// The digest of the books.
    Digest,
}

/// Which figures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FiguresQuery {
    /// The unit's key.
    pub unit: String,
    /// When.
    pub when: When,
    /// Indicators; all of them when empty.
    pub indicators: Vec<String>,
    /// Attributes to break down by.
    pub by: Vec<String>,
    /// Also every unit directly below.
    pub children: bool,
    /// Whose boundaries.
    pub boundaries: Boundaries,
}

/// Whose boundaries units have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Boundaries {
    /// The unit as it is or was.
    #[default]
    Own,
    /// The units of today that hold it.
    Current,
}

/// When: a named period, or days.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct When {
    /// `2021-H1@administrative`; none when days are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

impl When {
    /// A named period.
    pub fn period(period: Period) -> When {
        let days = period.days();
        When {
            period: Some(period.to_string()),
            from: days.start().to_string(),
            to: days.end().to_string(),
        }
    }

    /// Days, both included.
    pub fn days(from: Day, to: Day) -> When {
        When { period: None, from: from.to_string(), to: to.to_string() }
    }

    fn time(&self) -> Result<Time> {
        match &self.period {
            Some(period) => Ok(Time::Period(period.parse()?)),
            None => Ok(Time::Days(self.from.parse()?, self.to.parse()?)),
        }
    }
}

/// An answer, with how far the books go that it was read from. The JSON of the command line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The position up to which facts are folded.
    pub position: u64,
    /// What was asked for.
    #[serde(flatten)]
    pub body: Body,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Body {
    /// Figures.
    Figures {
        /// When.
        when: When,
        /// One line per unit, indicator and breakdown.
        figures: Vec<Line>,
    },
    /// Movement tables.
    Movements {
        /// The unit's key.
        unit: String,
        /// When.
        when: When,
        /// Of poor and of near-poor households.
        tables: Vec<Table>,
    },
    /// Findings.
    Findings {
        /// The unit's key.
        unit: String,
        /// How many there are by reason.
        counts: BTreeMap<String, u64>,
        /// The latest of them.
        findings: Vec<Found>,
    },
    /// The digest of the books.
    Digest {
        /// SHA-256 of the canonical listing.
        digest: String,
        /// Of the gazetteer's files.
        gazetteer: String,
        /// Of the catalogue's files.
        catalogue: String,
    },
}

/// One figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// The unit's key.
    pub unit: String,
    /// The indicator's id.
    pub indicator: String,
    /// The codes of the breakdown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by: BTreeMap<String, String>,
    /// The value.
    #[serde(flatten)]
    pub value: LineValue,
    /// What has to be said with it: `allocated`, `estimate`, `preliminary`, `at_least`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// The sum of k of n children.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<(u32, u32)>,
    /// The decision or source of a stated value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// The value of a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LineValue {
    /// A share, with what it is made of.
    Ratio {
        /// Above the line.
        numerator: i64,
        /// Below the line.
        denominator: i64,
    },
    /// How much a share fell.
    Points {
        /// Numerator and denominator before.
        before: (i64, i64),
        /// Numerator and denominator after.
        after: (i64, i64),
    },
    /// A whole number.
    Whole {
        /// The number.
        value: i64,
    },
    /// A decimal as stated.
    Stated {
        /// Its text, with the digits it was stated with.
        value: String,
    },
    /// None, and why.
    Missing {
        /// Why.
        missing: String,
    },
}

/// A movement table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    /// `poor` or `near_poor`.
    pub class: String,
    /// Before the first day.
    pub opening: TableHeads,
    /// Rows in the order of the form.
    pub rows: Vec<(String, TableHeads)>,
    /// After the last day.
    pub closing: TableHeads,
    /// Whether opening and rows come to the closing.
    pub balances: bool,
}

/// Households and persons.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct TableHeads {
    pub households: i64,
    pub persons: i64,
}

impl From<Heads> for TableHeads {
    fn from(heads: Heads) -> TableHeads {
        TableHeads { households: narrow(heads.households), persons: narrow(heads.persons) }
    }
}

/// One finding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Found {
    /// The named reason.
    pub reason: String,
    /// `noted` or `held`.
    pub treatment: String,
    /// The unit the fact happened in.
    pub unit: String,
    /// The day it happened.
    pub on: String,
    /// The fact's key, in hexadecimal.
    pub fact: String,
    /// Where the fact stands in the journal, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// Answers from a fold.
pub fn answer(fold: &Fold, position: u64, editions: &Editions, query: &Query) -> Result<Answer> {
    let gazetteer = Gazetteer::embedded();
    let unit = |key: &str| match gazetteer.unit(key) {
        Some(unit) => Ok(unit),
        None => bail!("no unit {key}"),
    };
    let body = match query {
        Query::Figures(query) => figures(fold, unit(&query.unit)?, query)?,
        Query::Movements { unit: key, when } => {
            let (unit, time) = (unit(key)?, when.time()?);
            let reader = Reader::from(fold);
            let tables = [Standing::Poor, Standing::NearPoor]
                .map(|class| table(&reader.movements(unit, class, time)));
            Body::Movements { unit: key.clone(), when: when.clone(), tables: tables.to_vec() }
        }
        Query::Findings { unit: key, when, limit } => {
            let time = when.as_ref().map(When::time).transpose()?;
            findings(fold, unit(key)?, time, *limit)
        }
        Query::Digest => Body::Digest {
            digest: fold.books.digest(editions.bytes().as_bytes()).to_string(),
            gazetteer: editions.gazetteer.clone(),
            catalogue: editions.catalogue.clone(),
        },
    };
    Ok(Answer { position, body })
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

fn figures(fold: &Fold, unit: Unit, query: &FiguresQuery) -> Result<Body> {
    let reader = Reader::from(fold);
    let time = query.when.time()?;
    let mut units = match query.boundaries {
        Boundaries::Own => vec![unit],
        Boundaries::Current => holders(fold, unit),
    };
    let wider: Vec<Unit> =
        units.iter().copied().filter(|one| reaches_beyond(fold, *one, unit)).collect();
    if query.children && query.boundaries == Boundaries::Own {
        units.extend(reader.children_in_force(unit, *time.days().end()));
    }
    let all = fold.rules.plan.indicators().iter().map(|one| one.definition.id.as_str());
    let asked: Vec<&str> = match query.indicators.as_slice() {
        [] => all.collect(),
        some => some.iter().map(String::as_str).collect(),
    };
    let mut figures = Vec::new();
    for unit in units {
        for indicator in &asked {
            for filter in breakdowns(fold, indicator, &query.by) {
                let question = Question { unit, indicator, filter: filter.clone(), time };
                let figure = reader.figure(&question);
                let broken_down = !filter.is_empty();
                if broken_down && matches!(figure.value, Value::Whole(0) | Value::Missing(_)) {
                    continue;
                }
                let mut line = line(unit, indicator, &filter, &figure);
                if wider.contains(&unit) {
                    line.marks.push(WIDER.to_owned());
                }
                figures.push(line);
            }
        }
    }
    Ok(Body::Figures { when: query.when.clone(), figures })
}

/// The units of today that hold a unit's places: its communes' for a commune or district, its
/// province's for a province.
fn holders(fold: &Fold, unit: Unit) -> Vec<Unit> {
    let atlas = &fold.rules.atlas;
    let level = match atlas.record(unit).level {
        Level::Nation => return vec![unit],
        Level::Province => Level::Province,
        Level::District | Level::Commune => Level::Commune,
    };
    let mut units: Vec<Unit> = atlas
        .places(unit)
        .iter()
        .flat_map(|place| atlas.closure(*place))
        .copied()
        .filter(|one| {
            let record = atlas.record(*one);
            record.level == level && record.generation == Some(domain::atlas::Generation::New)
        })
        .collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// The mark of a unit of today that also holds places of other units than the one asked for.
pub const WIDER: &str = "wider";

/// Whether a unit of today has communes that never belonged to the unit asked for.
fn reaches_beyond(fold: &Fold, today: Unit, asked: Unit) -> bool {
    let atlas = &fold.rules.atlas;
    let generation = atlas.record(asked).generation;
    today != asked
        && atlas.places(today).iter().any(|place| {
            let of_place = atlas.record(atlas.unit_of(*place));
            of_place.generation == generation
                && of_place.level == Level::Commune
                && !atlas.holds(asked, *place)
        })
}

/// The filters that break an indicator down by some attributes; one without a filter, too.
fn breakdowns(fold: &Fold, indicator: &str, by: &[String]) -> Vec<Filter> {
    let mut filters = vec![Filter::new()];
    if by.is_empty() {
        return filters;
    }
    let kept =
        fold.rules.plan.indicator(indicator).map(|one| one.kept.as_slice()).unwrap_or_default();
    let has_all = |names: &[(&str, Vec<&str>)]| {
        by.iter().all(|name| names.iter().any(|(one, _)| one == name))
    };
    let Some(block) = kept.iter().find(|kept| has_all(&kept.by)) else { return filters };
    let mut combinations = vec![Filter::new()];
    for name in by {
        let codes = block.by.iter().find(|(one, _)| one == name).map(|(_, codes)| codes.as_slice());
        combinations = combinations
            .into_iter()
            .flat_map(|filter| {
                codes.unwrap_or_default().iter().map(move |code| {
                    let mut filter = filter.clone();
                    filter.insert(name.clone(), vec![(*code).to_owned()]);
                    filter
                })
            })
            .collect();
    }
    filters.extend(combinations);
    filters
}

fn line(unit: Unit, indicator: &str, filter: &Filter, figure: &domain::figures::Figure) -> Line {
    let pair = |(n, d): (i128, i128)| (narrow(n), narrow(d));
    let value = match figure.value {
        Value::Whole(value) => LineValue::Whole { value: narrow(value) },
        Value::Ratio(n, d) => LineValue::Ratio { numerator: narrow(n), denominator: narrow(d) },
        Value::Points { before, after } => {
            LineValue::Points { before: pair(before), after: pair(after) }
        }
        Value::Stated(decimal) => LineValue::Stated { value: decimal.to_string() },
        Value::Missing(why) => LineValue::Missing { missing: why.code().to_owned() },
    };
    let marks = &figure.marks;
    let mut said = Vec::new();
    if marks.allocated {
        said.push("allocated".to_owned());
    }
    if let Some(level) = marks.level.filter(|level| *level != domain::codes::Confirmation::Official)
    {
        said.push(level.code().to_owned());
    }
    if let Some(words) = marks.qualifier.filter(|one| *one != domain::codes::Qualifier::Exact) {
        said.push(words.code().to_owned());
    }
    Line {
        unit: Gazetteer::embedded().key(unit).to_owned(),
        indicator: indicator.to_owned(),
        by: filter.iter().map(|(name, codes)| (name.clone(), codes.join(","))).collect(),
        value,
        marks: said,
        children: marks.children,
        reference: marks.reference.to_string(),
    }
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

fn findings(fold: &Fold, unit: Unit, time: Option<Time>, limit: usize) -> Body {
    let gazetteer = Gazetteer::embedded();
    let atlas = &fold.rules.atlas;
    let of_unit = |finding: &&Finding| {
        atlas.holds(unit, finding.at) && time.is_none_or(|time| time.days().contains(&finding.on))
    };
    let mut all: Vec<&Finding> = fold.books.findings.iter().filter(of_unit).collect();
    let mut counts = BTreeMap::new();
    for finding in &all {
        *counts.entry(finding.reason.code().to_owned()).or_insert(0) += 1;
    }
    all.sort_by_key(|finding| (std::cmp::Reverse(finding.on), finding.reason, finding.fact));
    all.truncate(limit);
    let wanted: std::collections::HashSet<_> = all.iter().map(|finding| finding.fact).collect();
    let mut positions = std::collections::HashMap::new();
    if !wanted.is_empty() {
        for fact in fold.timelines().flat_map(|(_, timeline)| timeline.facts()) {
            if wanted.contains(&fact.key) {
                positions.insert(fact.key, fact.position);
            }
        }
    }
    let found = |finding: &&Finding| Found {
        reason: finding.reason.code().to_owned(),
        treatment: match finding.reason.treatment() {
            Treatment::Noted => "noted".to_owned(),
            Treatment::Held => "held".to_owned(),
        },
        unit: gazetteer.key(atlas.unit_of(finding.at)).to_owned(),
        on: finding.on.to_string(),
        fact: format!("{:016x}{:016x}", finding.fact.0[0], finding.fact.0[1]),
        position: positions.get(&finding.fact).copied(),
    };
    let listed = all.iter().map(found).collect();
    Body::Findings { unit: gazetteer.key(unit).to_owned(), counts, findings: listed }
}
