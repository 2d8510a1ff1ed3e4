//! The catalogue: indicators, the names of codes, the movement table and the calendars, read from
//! the files the program carries.
//!
//! [`Catalogue::embedded`] gives what the fold needs, a compiled [`Plan`], and what people see:
//! names in Vietnamese and English.

mod calendars;
mod indicators;
mod labels;
mod movements;
mod suggest;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use domain::catalogue::Definition;
use domain::finding::{Reason, Treatment};
use domain::plan::Plan;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::bounds::{self, Bounds};
use crate::gazetteer::Lang;
use crate::reject;

pub use calendars::{CalendarEntry, GrainEntry};
pub use movements::{MovementEntry, Sign};
pub use suggest::nearest;

pub(crate) use suggest::edits;

use calendars::Calendars;
use labels::Labels;

/// The text of the catalogue's files.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// `indicators.toml`.
    pub indicators: &'a str,
    /// `movements.toml`.
    pub movements: &'a str,
    /// `calendars.toml`.
    pub calendars: &'a str,
    /// `codes.toml`.
    pub codes: &'a str,
    /// `bounds.toml`; empty where there is none, as in catalogues of before: then no fact is held
    /// for what it tells.
    pub bounds: &'a str,
}

impl Texts<'static> {
    /// The files of this program.
    pub fn embedded() -> &'static Texts<'static> {
        // Not a constant: that would be copied into every place that names it.
        static EMBEDDED: Texts<'static> = Texts {
            indicators: include_str!("../catalog/indicators.toml"),
            movements: include_str!("../catalog/movements.toml"),
            calendars: include_str!("../catalog/calendars.toml"),
            codes: include_str!("../catalog/codes.toml"),
            bounds: bounds::FILE,
        };
        &EMBEDDED
    }
}

/// `milestones.toml`: the rules that figures cross. Not part of the catalogue: other rules make no
/// other figures.
pub static MILESTONES: &str = include_str!("../catalog/milestones.toml");

/// A name in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// As officials write it.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl Label {
    /// The name in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// What is wrong with the catalogue: in which file, with which entry, and what to mend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Defect {
    /// The file.
    pub file: &'static str,
    /// The entry: `indicator poor_households`.
    pub entry: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.entry, self.what)
    }
}

impl std::error::Error for Defect {}

/// The catalogue, read, checked and compiled.
#[derive(Debug)]
pub struct Catalogue {
    /// What the fold needs of it, and the indicators in their order.
    pub plan: Plan,
    movements: Vec<MovementEntry>,
    calendars: Calendars,
    labels: Labels,
    hash: String,
}

impl Catalogue {
    /// The catalogue of this program, read on first use.
    pub fn embedded() -> &'static Catalogue {
        static EMBEDDED: OnceLock<Catalogue> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            Catalogue::load(Texts::embedded()).unwrap_or_else(|defects| {
                let list: Vec<_> = defects.iter().map(Defect::to_string).collect();
                panic!("the embedded catalogue is checked by tests:\n{}", list.join("\n"))
            })
        })
    }

    /// Reads, checks and compiles a catalogue, or tells everything that is wrong with it.
    pub fn load(texts: &Texts<'_>) -> Result<Catalogue, Vec<Defect>> {
        let mut defects = Vec::new();
        let labels = keep(labels::read(texts.codes), &mut defects);
        let movements = keep(movements::read(texts.movements), &mut defects);
        let calendars = keep(calendars::read(texts.calendars), &mut defects);
        let plan = keep(indicators::read(texts.indicators, labels.as_ref()), &mut defects);
        let bounds = keep(bounds(texts.bounds), &mut defects);
        match (plan, movements, calendars, labels, bounds) {
            (Some(mut plan), Some(movements), Some(calendars), Some(labels), Some(bounds)) => {
                plan.bounds = bounds;
                Ok(Catalogue { plan, movements, calendars, labels, hash: hash(texts) })
            }
            _ => Err(defects),
        }
    }

    /// SHA-256 in hex over the bytes of indicators.toml, movements.toml, calendars.toml, codes.toml
    /// and, where there is one, bounds.toml, in this order, each led by its length.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The definition of an indicator.
    pub fn definition(&self, id: &str) -> Option<&Definition> {
        self.plan.indicator(id).map(|indicator| &indicator.definition)
    }

    /// The name of an indicator.
    pub fn name(&self, id: &str, lang: Lang) -> Option<&str> {
        self.definition(id).map(|definition| match lang {
            Lang::Vi => definition.vi.as_str(),
            Lang::En => definition.en.as_str(),
        })
    }

    /// The id most like one that is not there; for "did you mean".
    pub fn nearest(&self, id: &str) -> Option<&str> {
        let ids = self.plan.indicators().iter().map(|one| one.definition.id.as_str());
        suggest::nearest(id, ids)
    }

    /// The name of a code; `attribute` as in the catalogue's `where` and `by`.
    pub fn label(&self, attribute: &str, code: &str, lang: Lang) -> Option<&str> {
        self.labels.code(attribute, code).map(|label| label.get(lang))
    }

    /// The name of what values are counted in: `hộ`, `điểm %`.
    pub fn counted_in(&self, code: &str, lang: Lang) -> Option<&str> {
        self.label("counted_in", code, lang)
    }

    /// The name of a finding's reason.
    pub fn finding(&self, reason: Reason, lang: Lang) -> &str {
        self.labels.finding(reason).name(lang)
    }

    /// What to do about a finding, in one sentence.
    pub fn todo(&self, reason: Reason, lang: Lang) -> &str {
        self.labels.finding(reason).todo(lang)
    }

    /// Whether findings of this kind are counted, in words.
    pub fn treatment(&self, treatment: Treatment, lang: Lang) -> &str {
        self.labels.treatment(treatment).get(lang)
    }

    /// The name of a reason for not accepting a fact.
    pub fn rejection(&self, reason: reject::Reason, lang: Lang) -> &str {
        self.labels.rejection(reason).get(lang)
    }

    /// The rows of the movement tables, opening and closing included, in official order.
    pub fn movements(&self) -> &[MovementEntry] {
        &self.movements
    }

    /// The name and source of a calendar.
    pub fn calendar(&self, calendar: domain::time::Calendar) -> &CalendarEntry {
        self.calendars.calendar(calendar)
    }

    /// The name of a grain.
    pub fn grain(&self, grain: domain::time::Grain, lang: Lang) -> &str {
        self.calendars.grain(grain).name(lang)
    }

    /// The title of a period: `6 tháng đầu năm 2021 (chốt 14/6)`.
    pub fn title(&self, period: domain::time::Period, lang: Lang) -> String {
        self.calendars.grain(period.grain()).title(period, lang)
    }
}

/// The bounds of facts, as the fold has them.
fn bounds(text: &str) -> Result<domain::bounds::Bounds, Vec<Defect>> {
    let read = || Bounds::read(text).map_err(|error| error.to_string())?.rules();
    read().map_err(|what| {
        let (entry, what) = ("the file".to_owned(), what.trim_end().to_owned());
        vec![Defect { file: "bounds.toml", entry, what }]
    })
}

/// Takes what could be read, and keeps what was wrong.
fn keep<T>(read: Result<T, Vec<Defect>>, defects: &mut Vec<Defect>) -> Option<T> {
    read.map_err(|more| defects.extend(more)).ok()
}

fn hash(texts: &Texts<'_>) -> String {
    let files = [texts.indicators, texts.movements, texts.calendars, texts.codes];
    let bounds = Some(texts.bounds).filter(|text| !text.is_empty());
    let digest = files.into_iter().chain(bounds).fold(Sha256::new(), |sha, file| {
        sha.chain_update((file.len() as u64).to_le_bytes()).chain_update(file)
    });
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads one file whose form is a list of entries under one key, each entry by itself, so that a
/// defect names its entry.
fn entries<T: for<'de> Deserialize<'de>>(
    file: &'static str,
    text: &str,
    keys: &[(&str, &str)],
    mut take: impl FnMut(&str, T),
) -> Vec<Defect> {
    let defect = |entry: &str, what: String| Defect { file, entry: entry.into(), what };
    let mut table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return vec![defect("the file", error.to_string().trim_end().to_owned())],
    };
    let mut defects = Vec::new();
    for (key, name) in keys {
        let list = match table.remove(*key) {
            Some(toml::Value::Array(list)) => list,
            Some(_) => {
                defects.push(defect(key, format!("write its entries as [[{key}]]")));
                continue;
            }
            None => continue,
        };
        for (nth, value) in list.into_iter().enumerate() {
            let own = value.get(*name).and_then(toml::Value::as_str).map(str::to_owned);
            let entry = match own {
                Some(own) => format!("{key} {own}"),
                None => format!("{key} number {}", nth + 1),
            };
            match T::deserialize(value) {
                Ok(one) => take(key, one),
                Err(error) => defects.push(defect(&entry, error.message().to_owned())),
            }
        }
    }
    let known: Vec<_> = keys.iter().map(|(key, _)| *key).collect();
    for key in table.keys() {
        let what = format!("there is no such key; known are {}", known.join(", "));
        defects.push(defect(key, what));
    }
    defects
}

/// Names that are not there, and names that nobody asks for.
fn both_ways<'a>(
    file: &'static str,
    table: &str,
    needed: impl IntoIterator<Item = &'a str>,
    there: &BTreeMap<String, impl Sized>,
) -> Vec<Defect> {
    let needed: Vec<_> = needed.into_iter().collect();
    let defect = |code: &str, what: &str| Defect {
        file,
        entry: format!("{table} {code}"),
        what: what.into(),
    };
    let missing = needed.iter().filter(|code| !there.contains_key(**code));
    let mut defects: Vec<_> =
        missing.map(|code| defect(code, "it has no name here; add one")).collect();
    let unknown = there.keys().filter(|code| !needed.contains(&code.as_str()));
    defects.extend(unknown.map(|code| {
        let near = suggest::nearest(code, needed.iter().copied());
        let hint = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        defect(code, &format!("the program has no such code{hint}"))
    }));
    defects
}
