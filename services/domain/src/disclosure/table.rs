//! Which cells of some units are of few households, and which are hidden.

use crate::atlas::Unit;

/// Which cells of some units are hidden.
pub(super) struct Table {
    pub(super) units: Vec<Unit>,
    pub(super) cells: usize,
    /// By unit, then by cell.
    pub(super) households: Vec<u32>,
    pub(super) hidden: Vec<bool>,
}

impl Table {
    fn nth(&self, unit: Unit) -> Option<usize> {
        self.units.iter().position(|one| *one == unit)
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let of_cell = size_of::<u32>() + size_of::<bool>();
        size_of::<Table>() + self.units.len() * (size_of::<Unit>() + self.cells * of_cell)
    }

    /// Whether a cell of a unit is hidden.
    pub(super) fn is_hidden(&self, unit: Unit, cell: usize) -> bool {
        self.nth(unit).is_some_and(|nth| self.hidden[nth * self.cells + cell])
    }

    /// Whether a cell of a unit is of any household, but of fewer than are asked for.
    pub(super) fn is_few(&self, unit: Unit, cell: usize, min: u32) -> bool {
        let of = |nth: usize| (1..min).contains(&self.households[nth * self.cells + cell]);
        self.nth(unit).is_some_and(of)
    }

    /// What is hidden of a unit, by cell.
    pub(super) fn row(&self, unit: Unit) -> Vec<bool> {
        let row = |nth: usize| self.hidden[nth * self.cells..(nth + 1) * self.cells].to_vec();
        self.nth(unit).map_or_else(|| vec![false; self.cells], row)
    }
}
