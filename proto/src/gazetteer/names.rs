//! The index from the loosest form of a name to the units that bear it.

use std::collections::HashMap;

use domain::atlas::Unit;

use super::query::Wording;
use super::{Entry, fold};

/// How a written name fits an official one, the strictest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Stage {
    /// Letter for letter.
    Exact,
    /// Case differs.
    Case,
    /// It is one of the other spellings in aliases.csv, but for case.
    Alias,
    /// See [`fold::spelled`].
    Spelling,
    /// Only the letters under the marks agree.
    Bare,
}

/// One name of one unit, without its kind.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) unit: Unit,
    pub(super) text: &'static str,
    pub(super) plain: Box<str>,
    bare: Box<str>,
    official: bool,
}

impl Named {
    fn new(unit: Unit, text: &'static str, official: bool) -> Named {
        let (plain, bare) = (fold::plain(text).into(), fold::bare(text).into());
        Named { unit, text, plain, bare, official }
    }

    pub(super) fn stage(&self, wording: &Wording) -> Option<Stage> {
        // The blindest form first: it tells most names apart at once.
        if !fold::squeezed(&self.bare).eq(fold::squeezed(&wording.bare)) {
            None
        } else if self.official && self.text == wording.text {
            Some(Stage::Exact)
        } else if self.text.to_lowercase() == wording.lower {
            Some(if self.official { Stage::Case } else { Stage::Alias })
        } else if fold::spelled(self.text) == wording.spelled {
            Some(Stage::Spelling)
        } else {
            (*self.bare == wording.bare).then_some(Stage::Bare)
        }
    }
}

/// All names of all units.
#[derive(Debug)]
pub(super) struct Names {
    all: Vec<Named>,
    by_letters: HashMap<Box<str>, Vec<u32>>,
    /// Where the names of a unit begin besides its official one, which stands at its own index.
    aliases_of: HashMap<Unit, Vec<u32>>,
}

impl Names {
    pub(super) fn new(entries: &[Entry], aliases: &[(Unit, &'static str)]) -> Names {
        let official = entries.iter().enumerate().map(|(index, entry)| {
            let unit = Unit(index as u16);
            Named::new(unit, entry.short_vi, true)
        });
        let other = aliases.iter().map(|(unit, alias)| {
            let kind = entries[usize::from(unit.0)].kind;
            Named::new(*unit, kind.strip(alias), false)
        });
        let all: Vec<Named> = official.chain(other).collect();
        let mut by_letters: HashMap<Box<str>, Vec<u32>> = HashMap::with_capacity(all.len());
        let mut aliases_of: HashMap<Unit, Vec<u32>> = HashMap::new();
        for (index, named) in (0..).zip(&all) {
            by_letters.entry(fold::squeezed(&named.bare).collect()).or_default().push(index);
            if !named.official {
                aliases_of.entry(named.unit).or_default().push(index);
            }
        }
        Names { all, by_letters, aliases_of }
    }

    pub(super) fn all(&self) -> &[Named] {
        &self.all
    }

    /// The units with a name that fits at some stage; one that has two such names comes twice.
    pub(super) fn bearing(&self, wording: &Wording) -> impl Iterator<Item = Unit> {
        let letters: Box<str> = fold::squeezed(&wording.bare).collect();
        let found = self.by_letters.get(&letters).map_or(&[][..], Vec::as_slice);
        let named = found.iter().map(|index| &self.all[*index as usize]);
        named.filter(|named| named.stage(wording).is_some()).map(|named| named.unit)
    }

    /// The strictest stage at which a name of this unit fits.
    pub(super) fn stage(&self, unit: Unit, wording: &Wording) -> Option<Stage> {
        let aliases = self.aliases_of.get(&unit).map_or(&[][..], Vec::as_slice);
        std::iter::once(usize::from(unit.0))
            .chain(aliases.iter().map(|index| *index as usize))
            .filter_map(|index| self.all[index].stage(wording))
            .min()
    }
}
