//! What figures can be: `catalog/plausible.toml`. What is stated is judged by intake; figures are
//! judged when somebody asks.

use std::cmp::Ordering;
use std::sync::OnceLock;

use domain::fact::Decimal;
use serde::{Deserialize, Deserializer};

use crate::gazetteer::Lang;

static FILE: &str = include_str!("../catalog/plausible.toml");

/// All rules, in the order of the file.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plausible {
    /// The rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// What a rule judges.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// What is stated of an indicator, whoever states it.
    Stated,
    /// What a unit's figure is in a period.
    Figure,
}

/// One rule.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its stable name.
    pub id: String,
    /// What it judges.
    pub of: Of,
    /// The indicators it is about; none where [`Rule::all_but`] says.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// It is about all indicators but these.
    #[serde(default)]
    pub all_but: Vec<String>,
    /// The least there can be; of a share in percent.
    #[serde(default, deserialize_with = "number")]
    pub least: Option<Decimal>,
    /// The most there can be.
    #[serde(default, deserialize_with = "number")]
    pub most: Option<Decimal>,
    /// Another indicator of the same unit, which it is not below.
    pub at_least: Option<String>,
    /// Another indicator of the same unit, which it is not above.
    pub at_most: Option<String>,
    /// Whose figure of the same indicator it is not above.
    pub within: Option<Within>,
    /// What is wrong, in Vietnamese.
    vi: String,
    /// The same in English.
    en: String,
    /// The way out, in Vietnamese.
    remedy_vi: String,
    /// The same in English.
    remedy_en: String,
}

/// Which other unit bounds a figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// The unit above; and that bounds all that are in it together.
    Above,
}

/// A number that passes a rule's bound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Passed<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// The bound.
    pub bound: Decimal,
}

impl Plausible {
    /// The rules of this program.
    ///
    /// # Panics
    /// When the file is broken: it is part of the program, and its tests read it.
    pub fn embedded() -> &'static Plausible {
        static PLAUSIBLE: OnceLock<Plausible> = OnceLock::new();
        PLAUSIBLE.get_or_init(|| {
            toml::from_str(FILE).unwrap_or_else(|error| panic!("plausible.toml: {error}"))
        })
    }

    /// The rules of a kind about an indicator.
    pub fn about(&self, of: Of, indicator: &str) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.of == of && rule.is_about(indicator))
    }

    /// The first rule that a stated value passes.
    pub fn stated(&self, indicator: &str, value: Decimal) -> Option<Passed<'_>> {
        let value = (i128::from(value.digits), 10i128.pow(value.places.into()));
        self.about(Of::Stated, indicator).find_map(|rule| rule.passed(value))
    }

    /// The rule of that name.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

impl Rule {
    /// Whether it judges an indicator.
    pub fn is_about(&self, indicator: &str) -> bool {
        let has = |list: &[String]| list.iter().any(|one| one == indicator);
        if self.all_but.is_empty() { has(&self.indicators) } else { !has(&self.all_but) }
    }

    /// The bound that a fraction passes, its denominator above zero; none where it is within, or
    /// where another figure is the bound.
    pub fn passed(&self, value: (i128, i128)) -> Option<Passed<'_>> {
        let beyond = |bound: Option<Decimal>, side| {
            let bound = bound?;
            let other = (i128::from(bound.digits), 10i128.pow(bound.places.into()));
            (order(value, other) == side).then_some(Passed { rule: self, bound })
        };
        beyond(self.least, Ordering::Less).or_else(|| beyond(self.most, Ordering::Greater))
    }

    /// What is wrong, as people read it.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }

    /// What to do about it.
    pub fn remedy(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.remedy_vi,
            Lang::En => &self.remedy_en,
        }
    }
}

/// Compares fractions whose denominators are above zero. Where 128 bits do not hold the products, the
/// whole parts decide: the bounds here are small and whole.
fn order(a: (i128, i128), b: (i128, i128)) -> Ordering {
    match (a.0.checked_mul(b.1), b.0.checked_mul(a.1)) {
        (Some(here), Some(there)) => here.cmp(&there),
        (_, _) => a.0.div_euclid(a.1).cmp(&b.0.div_euclid(b.1)),
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}
