//! A rule: which figure, of which units and periods, has to stand on which side of what.

use domain::atlas::{Atlas, Generation, Level, Unit};
use domain::catalogue::{Filter, Reference};
use domain::codes::Confirmation;
use domain::time::Grain;
use query::Exact;

/// A rule, checked and compiled.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its stable name: `poverty_rate_under_10`.
    pub id: String,
    /// Its name in Vietnamese.
    pub vi: String,
    /// Its name in English.
    pub en: String,
    /// What it measures.
    pub measured: Measured,
    /// What the values are counted in, as the catalogue says.
    pub counted_in: String,
    /// On which side the figure has to be.
    pub side: Side,
    /// Of what.
    pub against: Against,
    /// A figure that is there stays there until it is farther off than this: a figure that
    /// trembles about the line is reached once.
    pub margin: Exact,
    /// The periods.
    pub grain: Grain,
    /// The units.
    pub scope: Scope,
    /// On running figures, or on closed ones.
    pub on: On,
    /// A hash of all that decides: another definition makes other milestones.
    pub definition: Definition,
}

/// The first 32 bits of SHA-256 over a rule's canonical text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Definition(pub u32);

impl std::fmt::Display for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// What is measured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Measured {
    /// An indicator, or some of it.
    Figure(Reference),
    /// One indicator over another, in percent.
    Share(Reference, Reference),
    /// Findings of the unit in the period, in percent of an indicator.
    Findings(Reference),
}

impl Measured {
    /// The indicator that names it; for findings, what they are held against.
    pub fn indicator(&self) -> &str {
        match self {
            Measured::Figure(of) | Measured::Share(of, _) | Measured::Findings(of) => &of.indicator,
        }
    }
}

/// On which side of the line a figure is where it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// At the line or above.
    AtLeast,
    /// Above it.
    Above,
    /// At the line or below.
    AtMost,
    /// Below it.
    Below,
    /// Where the words of the target, or else the indicator, say.
    OfTarget,
}

/// What a figure is held against.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Against {
    /// A number, in what the figure is counted in.
    Number(Exact),
    /// The newest version of the unit's own target for the indicator.
    Target,
    /// Another indicator of the same unit and period, times a number.
    Other(Reference, Exact),
    /// The same figure so many periods before, times a number.
    Earlier(u16, Exact),
}

/// When a rule is judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    /// With every fact that touches the figure.
    Running,
    /// When the unit, or one above it, closes the period at this level or a higher one.
    Closed(Confirmation),
}

/// The units that a rule is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    /// Of these levels;
    pub levels: Vec<Level>,
    /// of these generations;
    pub generations: Vec<Generation>,
    /// within one of these units, or anywhere.
    pub within: Vec<Unit>,
}

impl Scope {
    /// Whether a unit is one of them.
    pub fn holds(&self, atlas: &Atlas, unit: Unit) -> bool {
        let record = atlas.record(unit);
        let inside = |of: &Unit| atlas.holds(*of, unit.into());
        self.levels.contains(&record.level)
            && record.generation.is_none_or(|one| self.generations.contains(&one))
            && (self.within.is_empty() || self.within.iter().any(inside))
    }
}

/// All rules, in their order.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The rules.
    pub list: Vec<Rule>,
}

impl Rules {
    /// A name for exactly these definitions, in this order.
    pub fn edition(&self) -> String {
        let one = |rule: &Rule| format!("{}.{}", rule.id, rule.definition);
        let all: Vec<String> = self.list.iter().map(one).collect();
        crate::hash::hex(all.join(" ").as_bytes(), 16)
    }

    /// The rule of that name.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.list.iter().find(|rule| rule.id == id)
    }
}

/// Some of an indicator, as one writes it: `houses_completed{fund=community}`.
pub(crate) fn written(of: &Reference) -> String {
    let one = |(name, codes): (&String, &Vec<String>)| format!("{name}={}", codes.join(","));
    let filter: &Filter = &of.filter;
    match filter.is_empty() {
        true => of.indicator.clone(),
        false => {
            let parts: Vec<String> = filter.iter().map(one).collect();
            format!("{}{{{}}}", of.indicator, parts.join(";"))
        }
    }
}
