//! Sets of units.

use domain::atlas::{Atlas, Unit};

use crate::rule::Scope;

/// A set of units, a bit for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    bits: Vec<u64>,
}

impl Units {
    pub(crate) fn of(atlas: &Atlas, scope: &Scope) -> Units {
        let mut units = Units { bits: vec![0; atlas.units().count().div_ceil(64)] };
        for unit in atlas.units().filter(|unit| scope.holds(atlas, *unit)) {
            units.bits[usize::from(unit.0) / 64] |= 1 << (unit.0 % 64);
        }
        units
    }

    pub(crate) fn holds(&self, unit: Unit) -> bool {
        self.bits.get(usize::from(unit.0) / 64).is_some_and(|bits| bits >> (unit.0 % 64) & 1 == 1)
    }

    pub(crate) fn join(&mut self, other: &Units) {
        self.bits.resize(self.bits.len().max(other.bits.len()), 0);
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, more)| *bits |= more);
    }
}
