//! The units of three generations with their names, read from the files the program carries.
//!
//! [`Gazetteer::embedded`] gives the atlas of `domain` and the names; [`Gazetteer::resolve`] turns
//! what a sender wrote into one unit, or says why it cannot; [`Gazetteer::search`] is for people.

mod codes;
mod collation;
mod files;
mod fold;
mod kind;
mod letters;
mod load;
mod names;
mod query;
mod reference;
mod resolve;
mod search;
mod unresolved;

use std::borrow::Cow;
use std::sync::OnceLock;

use domain::atlas::{Atlas, Succession, Unit};
use domain::time::Day;
use hashbrown::HashMap;
use sha2::{Digest, Sha256};

pub use collation::collation_key;
pub use fold::plain;
pub use kind::Kind;
pub use reference::{UnitRef, edition_named, level_named};
pub use unresolved::{Candidate, Candidates, NAME_CHARS_MAX, Unresolved};

use codes::Codes;
use names::Names;

/// A language of the screens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

/// A point for display (WGS 84 degrees), not for computing: some hundred are known to be wrong.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

/// What the gazetteer says of a unit beyond its [`UnitRecord`](domain::atlas::UnitRecord).
#[derive(Clone, Debug)]
pub struct Entry {
    /// The official code, which other generations use for other areas: `24097`; `VN`.
    pub code: &'static str,
    /// With the kind: `Xã Phú Cần`.
    pub name_vi: &'static str,
    /// Without the kind: `Phú Cần`; `1` for Phường 1.
    pub short_vi: &'static str,
    /// `short_vi` in ASCII: `Phu Can`.
    pub name_en: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Where it lies, when known.
    pub point: Option<Point>,
}

/// All units with their names; see [`Gazetteer::embedded`].
#[derive(Debug)]
pub struct Gazetteer {
    /// Levels, parents, days in force and closures.
    pub atlas: Atlas,
    entries: Vec<Entry>,
    successions: Vec<Succession>,
    aliases: Vec<(Unit, &'static str)>,
    keys: HashMap<&'static str, Unit>,
    codes: Codes,
    names: OnceLock<Names>,
    hash: OnceLock<String>,
}

impl Gazetteer {
    /// The files that the hash is over, with their names, in its order.
    pub fn files() -> &'static [(&'static str, &'static str); 3] {
        &files::FILES
    }

    /// The gazetteer of this program, read on first use.
    pub fn embedded() -> &'static Gazetteer {
        static EMBEDDED: OnceLock<Gazetteer> = OnceLock::new();
        EMBEDDED.get_or_init(load::load)
    }

    /// SHA-256 in hex over the bytes of units.csv, successions.csv and aliases.csv, in this order.
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let files = Gazetteer::files().iter();
            let digest = files.fold(Sha256::new(), |sha, (_, file)| sha.chain_update(file));
            digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
        })
    }

    /// The unit with exactly this key; the generation's letter may be small.
    pub fn unit(&self, key: &str) -> Option<Unit> {
        match self.codes.unit(key).or_else(|| self.keys.get(key).copied()) {
            Some(unit) => Some(unit),
            None => self.keys.get(key.to_ascii_uppercase().as_str()).copied(),
        }
    }

    /// The units with this official code, the oldest generation first: at most three.
    pub fn units_with_code(&self, code: &str) -> impl Iterator<Item = Unit> + '_ {
        let keys = ["E", "L", "N"].map(|letter| format!("{letter}-{code}"));
        keys.into_iter().filter_map(|key| self.keys.get(key.as_str()).copied())
    }

    /// The unit's key: `L-24097`, `VN`.
    pub fn key(&self, unit: Unit) -> &str {
        &self.atlas.record(unit).key
    }

    /// Code, names, kind and point of a unit.
    pub fn entry(&self, unit: Unit) -> &Entry {
        &self.entries[usize::from(unit.0)]
    }

    /// All rows of the successions.
    pub fn successions(&self) -> &[Succession] {
        &self.successions
    }

    /// The unit's name with its kind: `Xã Phú Cần`, `Phu Can Commune`.
    pub fn name(&self, unit: Unit, lang: Lang) -> Cow<'static, str> {
        let entry = self.entry(unit);
        match lang {
            Lang::Vi => Cow::Borrowed(entry.name_vi),
            Lang::En => entry.kind.english(entry.name_en),
        }
    }

    /// The unit and those above it, without the nation: `Xã Phú Cần, Huyện Krông Pa, Tỉnh Gia Lai`.
    pub fn path(&self, unit: Unit) -> String {
        let names: Vec<&str> = self
            .atlas
            .ancestry(unit)
            .filter(|at| *at == unit || self.entry(*at).kind != Kind::Nation)
            .map(|at| self.entry(at).name_vi)
            .collect();
        names.join(", ")
    }

    /// The units in force on that day that took in this unit, or that it came from: one step or
    /// more along the successions. Empty when no source says, or the unit is in force itself.
    pub fn kin_in_force(&self, unit: Unit, day: Day) -> Vec<Unit> {
        if self.atlas.in_force(unit, day) {
            return Vec::new();
        }
        let forward = self.atlas.record(unit).to < day;
        let mut found = Vec::new();
        let mut wave = vec![unit];
        // One wave for each generation crossed: E to L to N.
        for _ in 0..2 {
            wave = self
                .successions
                .iter()
                .map(|s| if forward { (s.old, s.new) } else { (s.new, s.old) })
                .filter(|(at, _)| wave.contains(at))
                .map(|(_, next)| next)
                .collect();
            found.extend(wave.iter().filter(|next| self.atlas.in_force(**next, day)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::new(&self.entries, &self.aliases))
    }
}
