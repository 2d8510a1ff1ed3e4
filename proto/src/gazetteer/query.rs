//! A written name, read: the ways its parts can be understood, and how well a unit fits them.

use domain::atlas::Unit;

use super::kind::{Kind, Prefix};
use super::names::{Names, Stage};
use super::unresolved::shortened;
use super::{Gazetteer, Unresolved, fold, letters, reference};

/// A name without its kind, in its four forms.
#[derive(Debug)]
pub(super) struct Wording {
    pub(super) text: String,
    pub(super) lower: String,
    pub(super) spelled: String,
    pub(super) bare: String,
}

impl Wording {
    fn new(text: &str) -> Wording {
        let (lower, spelled) = (text.to_lowercase(), fold::spelled(text));
        Wording { text: text.to_owned(), lower, spelled, bare: fold::bare(text) }
    }
}

/// One way to understand a part: with or without a kind before the name.
#[derive(Debug)]
struct Reading {
    kind: Option<(Kind, Stage)>,
    wording: Wording,
}

/// One part between commas.
#[derive(Debug)]
pub(super) struct Part {
    /// As a key, if it looks like one.
    key: Option<String>,
    readings: Vec<Reading>,
}

impl Part {
    fn read(text: &str) -> Result<Part, Unresolved> {
        let text = letters::clean(text)?;
        let mut readings = vec![Reading { kind: None, wording: Wording::new(&text) }];
        if let Some(Prefix { kind, marked, rest }) = Kind::prefix(&text) {
            let stage = if marked { Stage::Exact } else { Stage::Bare };
            readings.push(Reading { kind: Some((kind, stage)), wording: Wording::new(rest) });
        }
        let key = reference::looks_like_key(&text).then(|| text.to_ascii_uppercase());
        Ok(Part { key, readings })
    }

    fn stage(&self, gazetteer: &Gazetteer, names: &Names, unit: Unit) -> Option<Stage> {
        if self.key.as_deref() == Some(gazetteer.key(unit)) {
            return Some(Stage::Exact);
        }
        let fits = |reading: &Reading| match reading.kind {
            None => names.stage(unit, &reading.wording),
            Some((kind, _)) if kind != gazetteer.entry(unit).kind => None,
            Some((_, stage)) => Some(names.stage(unit, &reading.wording)?.max(stage)),
        };
        self.readings.iter().filter_map(fits).min()
    }

    /// The units whose name alone fits in some reading, whatever their kind.
    pub(super) fn named(&self, names: &Names) -> Vec<Unit> {
        let mut units: Vec<Unit> =
            self.readings.iter().flat_map(|reading| names.bearing(&reading.wording)).collect();
        units.sort_unstable();
        units.dedup();
        units
    }
}

/// How well a unit fits: its own name first, then the worst of the names above.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Fit {
    pub(super) name: Stage,
    pub(super) above: Stage,
}

/// A name and those of units above, from the nearest.
#[derive(Debug)]
pub(super) struct Query {
    /// As written, for messages.
    pub(super) text: String,
    pub(super) own: Part,
    above: Vec<Part>,
    /// No letter has a mark: the writer has dropped them, so that `Sa Pa` may well be Sa Pả, and
    /// a name that fits letter for letter is no better than one that lost its marks.
    markless: bool,
}

impl Query {
    /// More parts than there are levels fit nothing.
    pub(super) const PARTS_MAX: usize = 4;

    pub(super) fn read(name: &str, parents: &[String]) -> Result<Query, Unresolved> {
        let parts = || std::iter::once(name).chain(parents.iter().map(String::as_str));
        let mut read = Vec::new();
        for text in parts().flat_map(|text| text.split(',')).take(Self::PARTS_MAX + 1) {
            read.push(Part::read(text)?);
        }
        // One at least: splitting an empty text gives an empty part, which is refused above.
        let own = read.remove(0);
        let text = shortened(&parts().collect::<Vec<_>>().join(", "));
        let markless = text.is_ascii();
        Ok(Query { text, own, above: read, markless })
    }

    /// How the unit fits the whole query; none when it does not.
    pub(super) fn fit(&self, gazetteer: &Gazetteer, names: &Names, unit: Unit) -> Option<Fit> {
        let name = self.own.stage(gazetteer, names, unit)?;
        let mut ancestors = gazetteer.atlas.ancestry(unit).skip(1);
        let mut above = Stage::Exact;
        for part in &self.above {
            let stage = ancestors.find_map(|at| part.stage(gazetteer, names, at))?;
            above = above.max(stage);
        }
        if self.markless {
            Some(Fit { name: Stage::Bare, above: Stage::Bare })
        } else {
            Some(Fit { name, above })
        }
    }
}
