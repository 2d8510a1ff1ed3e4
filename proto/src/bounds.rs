//! What one fact may tell at the most in a field: `catalog/bounds.toml`. Intake refuses what passes it;
//! what is in a journal already is read whatever it tells, and held by the rules of the fold.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// `bounds.toml`.
pub(crate) static FILE: &str = include_str!("../catalog/bounds.toml");

/// The bounds of all fields, by fact type without its prefix and version (`loan.disbursed`).
#[derive(Clone, PartialEq, Debug)]
pub struct Bounds(BTreeMap<String, BTreeMap<String, Bound>>);

/// The most that a field may tell.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// For any fact.
    pub most: i64,
    /// For a fact about one household, where that is less.
    pub most_of_one: Option<i64>,
    /// Where the number comes from.
    pub why: String,
}

impl Bounds {
    /// The bounds of this program.
    ///
    /// # Panics
    /// When the file is broken: it is part of the program, and its tests read it.
    pub fn embedded() -> &'static Bounds {
        static BOUNDS: OnceLock<Bounds> = OnceLock::new();
        BOUNDS.get_or_init(|| {
            Bounds::read(FILE).unwrap_or_else(|error| panic!("bounds.toml: {error}"))
        })
    }

    /// Reads a file of bounds: `[loan.disbursed.amount]` and so on.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn read(text: &str) -> Result<Bounds, toml::de::Error> {
        type Fields = BTreeMap<String, Bound>;
        let topics: BTreeMap<String, BTreeMap<String, Fields>> = toml::from_str(text)?;
        let types = topics.into_iter().flat_map(|(topic, acts)| {
            acts.into_iter().map(move |(act, fields)| (format!("{topic}.{act}"), fields))
        });
        Ok(Bounds(types.collect()))
    }

    /// The same for the rules of the fold.
    ///
    /// # Errors
    /// A fact type that there is not, or that has no number of that name.
    pub fn rules(&self) -> Result<domain::bounds::Bounds, String> {
        let mut rules = domain::bounds::Bounds::default();
        for (kind, fields) in &self.0 {
            for (field, bound) in fields {
                rules.add(kind, field, bound.most(false), bound.most(true))?;
            }
        }
        Ok(rules)
    }

    /// The bound of a field of a fact type, by the type's whole name: `vn.tonghop.loan.disbursed.v1`.
    pub fn of(&self, kind: &str, field: &str) -> Option<&Bound> {
        let short = kind.strip_prefix("vn.tonghop.")?;
        let (short, _version) = short.rsplit_once('.')?;
        self.0.get(short)?.get(field)
    }
}

impl Bound {
    /// The most, for a fact that is about a single household or not.
    pub fn most(&self, of_one: bool) -> i64 {
        self.most_of_one.filter(|_| of_one).unwrap_or(self.most)
    }
}
