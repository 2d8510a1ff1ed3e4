//! Facts remembered, to be corrected or withdrawn.

use domain::atlas::Unit;
use domain::time::Day;

use super::line::{Kind, Named, Office};
use super::random::Random;

/// Facts remembered, to be corrected or withdrawn.
const REMEMBERED: usize = 64;

/// A fact that may be corrected or withdrawn.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) kind: Kind,
    pub(super) office: Office,
    pub(super) unit: Unit,
    pub(super) named: Option<Named>,
    pub(super) number: u64,
    pub(super) on: Day,
    /// Its `data` behind the unit, to the end of the line.
    pub(super) data: Vec<u8>,
}

/// Some facts of late.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) facts: Vec<Remembered>,
    current: Option<(Office, Unit, Option<Named>, u64, Day)>,
    data_at: usize,
}

impl Memory {
    /// A fact is being written; its data behind the unit begin at `data_at`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn begin(
        &mut self,
        _: Kind,
        office: Office,
        unit: Unit,
        named: Option<Named>,
        number: u64,
        on: Day,
        data_at: usize,
    ) {
        self.current = Some((office, unit, named, number, on));
        self.data_at = data_at;
    }

    /// The fact is finished: one in forty is remembered.
    pub(super) fn end(&mut self, kind: Kind, line: &[u8], random: &mut Random) {
        let Some((office, unit, named, number, on)) = self.current.take() else { return };
        let stated = matches!(
            kind,
            Kind::CensusReported | Kind::TargetAssigned | Kind::TargetAdjusted | Kind::FactVoided
        );
        if stated || !random.chance(250) {
            return;
        }
        let data = line[self.data_at..].to_vec();
        let fact = Remembered { kind, office, unit, named, number, on, data };
        if self.facts.len() < REMEMBERED {
            self.facts.push(fact);
        } else {
            let at = random.below(REMEMBERED as u64) as usize;
            self.facts[at] = fact;
        }
    }

    pub(super) fn any(
        &self,
        random: &mut Random,
        fits: impl Fn(&Remembered) -> bool,
    ) -> Option<usize> {
        let count = self.facts.len() as u64;
        (0..8)
            .map(|_| random.below(count) as usize)
            .find(|at| self.facts.get(*at).is_some_and(&fits))
    }
}
