//! How a sender names a unit.

use domain::atlas::{Generation, Level};

/// A unit as a sender names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UnitRef {
    /// `L-24097`, `VN`.
    Key(String),
    /// An official code. Codes are used again for other areas, so without an edition it is only
    /// taken together with a name that agrees.
    Code {
        /// With its leading zeros: `08`, `637`, `24097`.
        code: String,
        /// The edition of the list that the code is taken from.
        edition: Option<Generation>,
        /// The name, and after commas those of units above: it must agree with the code.
        name: Option<String>,
    },
    /// A name as people write it.
    Name {
        /// `Xã Phú Cần`, or with units above after commas: `Phú Cần, Krông Pa, Gia Lai`.
        name: String,
        /// The units above, from the nearest; any may be left out. Names or keys.
        parents: Vec<String>,
        /// Only units of this edition.
        edition: Option<Generation>,
        /// Only units of this level.
        level: Option<Level>,
    },
}

impl UnitRef {
    /// Reads a string: a key when it looks like one, a bare code when it is a number as long as a
    /// code, and otherwise a name with those of units above after commas.
    pub fn parse(text: &str) -> UnitRef {
        let text = text.trim();
        if looks_like_key(text) {
            UnitRef::Key(text.to_ascii_uppercase())
        } else if looks_like_code(text) {
            UnitRef::Code { code: text.to_owned(), edition: None, name: None }
        } else {
            UnitRef::Name { name: text.to_owned(), parents: vec![], edition: None, level: None }
        }
    }
}

/// The edition with this letter: `E`, `L` or `N`.
pub fn edition_named(letter: &str) -> Option<Generation> {
    match letter {
        "E" => Some(Generation::Earlier),
        "L" => Some(Generation::Legacy),
        "N" => Some(Generation::New),
        _ => None,
    }
}

/// The level with this name: `nation`, `province`, `district` or `commune`.
pub fn level_named(name: &str) -> Option<Level> {
    match name {
        "nation" => Some(Level::Nation),
        "province" => Some(Level::Province),
        "district" => Some(Level::District),
        "commune" => Some(Level::Commune),
        _ => None,
    }
}

pub(super) fn looks_like_key(text: &str) -> bool {
    text.eq_ignore_ascii_case("VN")
        || text.split_once('-').is_some_and(|(letter, code)| {
            edition_named(&letter.to_ascii_uppercase()).is_some() && looks_like_code(code)
        })
}

/// The width of a code tells its level.
pub(super) fn looks_like_code(text: &str) -> bool {
    matches!(text.len(), 2 | 3 | 5) && text.bytes().all(|b| b.is_ascii_digit())
}
