//! From what a sender wrote to one unit, or the reason why not.

use domain::atlas::{Generation, Level, Unit};
use domain::time::Day;

use super::names::Stage;
use super::query::{Fit, Query};
use super::reference::looks_like_code;
use super::unresolved::shortened;
use super::{Candidates, Gazetteer, UnitRef, Unresolved};

impl Gazetteer {
    /// The one unit that this reference means; with a day, the one in force that day.
    ///
    /// A name is compared from strict to loose: letter for letter, but for case, as another
    /// spelling (aliases.csv), but for tone placement and the like, without any marks. The
    /// strictest stage that fits decides: one unit is the answer, several are refused. A unit that
    /// is not in force on the day gives way to one that is, unless that one only fits without its
    /// marks: Minh Quán of yesterday is not the Minh Quân of today.
    ///
    /// # Errors
    /// [`Unresolved`] says why no single unit is meant, and which it may have been.
    pub fn resolve(&self, reference: &UnitRef, on: Option<Day>) -> Result<Unit, Unresolved> {
        match reference {
            UnitRef::Key(key) => match self.unit(key) {
                Some(unit) => self.in_force(&[unit], key, on),
                None => Err(self.unknown(key, &[])),
            },
            UnitRef::Code { code, edition, name } => {
                self.by_code(code, *edition, name.as_deref(), on)
            }
            UnitRef::Name { name, parents, edition, level } => {
                self.by_name(&Query::read(name, parents)?, *edition, *level, on)
            }
        }
    }

    fn by_code(
        &self,
        code: &str,
        edition: Option<Generation>,
        name: Option<&str>,
        on: Option<Day>,
    ) -> Result<Unit, Unresolved> {
        let query = name.map(|name| Query::read(name, &[])).transpose()?;
        let mut units: Vec<Unit> = self.units_with_code(code).collect();
        if !looks_like_code(code) || units.is_empty() {
            return Err(self.unknown(code, &[]));
        }
        if let Some(edition) = edition {
            let others = units.clone();
            units.retain(|unit| self.atlas.record(*unit).generation == Some(edition));
            if units.is_empty() {
                return Err(self.unknown(code, &others));
            }
        }
        let Some(query) = query else {
            return match edition {
                Some(_) => self.in_force(&units, code, on),
                None => Err(Unresolved::BareCode {
                    code: code.to_owned(),
                    candidates: Candidates::new(self, &units),
                }),
            };
        };
        let (agreeing, others): (Vec<Unit>, Vec<Unit>) =
            units.into_iter().partition(|unit| query.fit(self, self.names(), *unit).is_some());
        if agreeing.is_empty() {
            return Err(Unresolved::NameDisagrees {
                code: code.to_owned(),
                name: query.text,
                candidates: Candidates::new(self, &others),
            });
        }
        self.in_force(&agreeing, code, on)
    }

    /// The one unit of these that is in force; without a day, the only one.
    fn in_force(&self, units: &[Unit], text: &str, on: Option<Day>) -> Result<Unit, Unresolved> {
        let live: Vec<Unit> =
            units.iter().copied().filter(|unit| self.is_live(*unit, on)).collect();
        match (live.as_slice(), on) {
            ([unit], _) => Ok(*unit),
            ([], Some(day)) => Err(self.not_in_force(text, day, units)),
            _ => Err(self.ambiguous(text, &live)),
        }
    }

    fn by_name(
        &self,
        query: &Query,
        edition: Option<Generation>,
        level: Option<Level>,
        on: Option<Day>,
    ) -> Result<Unit, Unresolved> {
        let named = query.own.named(self.names());
        let wanted = |unit: &Unit| {
            let record = self.atlas.record(*unit);
            // The nation has no editions: it is in all of them.
            edition.is_none_or(|edition| record.generation.is_none_or(|own| own == edition))
                && level.is_none_or(|level| record.level == level)
        };
        let fitting: Vec<(Fit, Unit)> = named
            .iter()
            .copied()
            .filter(wanted)
            .filter_map(|unit| Some((query.fit(self, self.names(), unit)?, unit)))
            .collect();
        let (live, past): (Vec<_>, Vec<_>) =
            fitting.into_iter().partition(|(_, unit)| self.is_live(*unit, on));
        let (live_fit, live) = best(&live);
        let (past_fit, past) = best(&past);
        let marks_differ =
            |live: Fit, past: Fit| live.name == Stage::Bare && past.name < Stage::Bare;
        match (live_fit, past_fit, on) {
            (None, None, _) => Err(self.unknown(&query.text, &named)),
            (None, Some(_), Some(day)) => Err(self.not_in_force(&query.text, day, &past)),
            (Some(fit), Some(other), Some(day)) if marks_differ(fit, other) => {
                Err(self.not_in_force(&query.text, day, &past))
            }
            (_, _, _) => match live[..] {
                [unit] => Ok(unit),
                _ => Err(self.ambiguous(&query.text, &live)),
            },
        }
    }

    fn is_live(&self, unit: Unit, on: Option<Day>) -> bool {
        on.is_none_or(|day| self.atlas.in_force(unit, day))
    }

    fn unknown(&self, text: &str, near: &[Unit]) -> Unresolved {
        Unresolved::Unknown { text: shortened(text), near: Candidates::new(self, near) }
    }

    fn ambiguous(&self, text: &str, units: &[Unit]) -> Unresolved {
        Unresolved::Ambiguous { text: text.to_owned(), candidates: Candidates::new(self, units) }
    }

    fn not_in_force(&self, text: &str, day: Day, units: &[Unit]) -> Unresolved {
        let mut instead: Vec<Unit> =
            units.iter().flat_map(|unit| self.kin_in_force(*unit, day)).collect();
        instead.sort_unstable();
        instead.dedup();
        Unresolved::NotInForce {
            text: text.to_owned(),
            day,
            units: Candidates::new(self, units),
            instead: Candidates::new(self, &instead),
        }
    }
}

/// The best fit, and all units that fit so well.
fn best(fitting: &[(Fit, Unit)]) -> (Option<Fit>, Vec<Unit>) {
    let best = fitting.iter().map(|(fit, _)| *fit).min();
    let units = fitting.iter().filter(|(fit, _)| Some(*fit) == best).map(|(_, unit)| *unit);
    (best, units.collect())
}
