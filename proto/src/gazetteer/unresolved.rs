//! Why a reference does not give one unit, with the units the sender may have meant.

use std::fmt;

use domain::atlas::Unit;
use domain::time::Day;

use super::Gazetteer;

/// Most characters in a name.
pub const NAME_CHARS_MAX: usize = 120;

/// A unit that the sender may have meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The unit.
    pub unit: Unit,
    /// Its key.
    pub key: String,
    /// Its name and those above: `Xã Phú Cần, Huyện Krông Pa, Tỉnh Gia Lai`.
    pub path: String,
    /// First day in force, when it is known.
    pub from: Option<Day>,
    /// Last day in force; none while it still is.
    pub to: Option<Day>,
}

/// The first of the units that may have been meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Candidates {
    /// At most [`Candidates::LISTED_MAX`].
    pub listed: Vec<Candidate>,
    /// How many more there are.
    pub more: usize,
}

impl Candidates {
    /// Most candidates listed.
    pub const LISTED_MAX: usize = 8;

    pub(super) fn new(gazetteer: &Gazetteer, units: &[Unit]) -> Candidates {
        let listed: Vec<Candidate> =
            units.iter().take(Self::LISTED_MAX).map(|u| Candidate::new(gazetteer, *u)).collect();
        Candidates { more: units.len() - listed.len(), listed }
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }
}

impl Candidate {
    fn new(gazetteer: &Gazetteer, unit: Unit) -> Candidate {
        let record = gazetteer.atlas.record(unit);
        Candidate {
            unit,
            key: record.key.clone(),
            path: gazetteer.path(unit),
            from: (record.from != Day::MIN).then_some(record.from),
            to: (record.to != Day::MAX).then_some(record.to),
        }
    }
}

/// `L-24097 Xã Phú Cần, Huyện Krông Pa, Tỉnh Gia Lai (until 2025-06-30)`.
impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.path)?;
        match (self.from, self.to) {
            (Some(from), Some(to)) => write!(f, " ({from} to {to})"),
            (Some(from), None) => write!(f, " (since {from})"),
            (None, Some(to)) => write!(f, " (until {to})"),
            (None, None) => Ok(()),
        }
    }
}

/// `A; B and 3 more`.
impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, candidate) in self.listed.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{candidate}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Why a reference does not give one unit.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unresolved {
    /// Nothing was written.
    #[error("the unit is missing; write its key (L-24097) or its name with those above")]
    Missing,
    /// A name of more than [`NAME_CHARS_MAX`] characters.
    #[error("the name of the unit has {length} characters; {NAME_CHARS_MAX} are allowed")]
    TooLong {
        /// How many it has.
        length: usize,
    },
    /// A control character or one without a shape, such as a zero-width space.
    #[error("the name {text:?} has the invisible character {}; remove it", code_point(.character))]
    ControlCharacter {
        /// What was written.
        text: String,
        /// The character.
        character: char,
    },
    /// A letter of another script: the text was damaged on its way.
    #[error(
        "the name \"{text}\" has the character {} '{character}' ({script}), which no Vietnamese \
         name has; write the name anew", code_point(.character)
    )]
    ForeignScript {
        /// What was written.
        text: String,
        /// The first such character.
        character: char,
        /// The name of its script; `other` where we have none.
        script: &'static str,
    },
    /// No unit has this key, code or name within what else is said.
    #[error("no unit is \"{text}\"{}", clause("; the name alone fits", .near))]
    Unknown {
        /// What was written.
        text: String,
        /// Units whose name alone fits: other parents, kinds, levels or editions.
        near: Candidates,
    },
    /// Several units fit equally well.
    #[error(
        "\"{text}\" may be {candidates}; add the unit above, the kind, the edition or the tone marks"
    )]
    Ambiguous {
        /// What was written.
        text: String,
        /// The units that fit.
        candidates: Candidates,
    },
    /// A code without edition and name.
    #[error(
        "the code {code} alone is no unit, for codes are used again for other areas; \
         add the edition or the name: {candidates}"
    )]
    BareCode {
        /// The code.
        code: String,
        /// The units with this code.
        candidates: Candidates,
    },
    /// A code and a name that belong to different units.
    #[error("the code {code} is not \"{name}\" but {candidates}")]
    NameDisagrees {
        /// The code, or key.
        code: String,
        /// The name.
        name: String,
        /// The units with this code.
        candidates: Candidates,
    },
    /// The unit was, or will be, in force on other days.
    #[error("on {day} \"{text}\" is not in force: {units}{}", clause("; then in force", .instead))]
    NotInForce {
        /// What was written.
        text: String,
        /// The day asked for.
        day: Day,
        /// The units that fit, with their days.
        units: Candidates,
        /// Those they became or came from, which are in force that day; empty when unknown.
        instead: Candidates,
    },
}

impl Unresolved {
    /// The reason from the closed list, for machines.
    pub fn reason(&self) -> &'static str {
        match self {
            Unresolved::Missing => "unit_missing",
            Unresolved::TooLong { .. } => "unit_name_too_long",
            Unresolved::ControlCharacter { .. } => "control_character",
            Unresolved::ForeignScript { .. } => "foreign_script",
            Unresolved::Unknown { .. } => "unit_unknown",
            Unresolved::Ambiguous { .. } | Unresolved::BareCode { .. } => "unit_ambiguous",
            Unresolved::NameDisagrees { .. } => "unit_name_disagrees",
            Unresolved::NotInForce { .. } => "unit_not_in_force",
        }
    }

    /// The units the sender may choose from; often none.
    pub fn candidates(&self) -> &[Candidate] {
        match self {
            Unresolved::Missing
            | Unresolved::TooLong { .. }
            | Unresolved::ControlCharacter { .. }
            | Unresolved::ForeignScript { .. } => &[],
            Unresolved::Unknown { near: list, .. }
            | Unresolved::Ambiguous { candidates: list, .. }
            | Unresolved::BareCode { candidates: list, .. }
            | Unresolved::NameDisagrees { candidates: list, .. }
            | Unresolved::NotInForce { instead: list, .. } => &list.listed,
        }
    }
}

/// What was written, cut where it is longer than any reference that fits.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(4 * NAME_CHARS_MAX).collect()
}

fn code_point(character: &char) -> String {
    format!("U+{:04X}", u32::from(*character))
}

fn clause(lead: &str, candidates: &Candidates) -> String {
    if candidates.is_empty() { String::new() } else { format!("{lead}: {candidates}") }
}
