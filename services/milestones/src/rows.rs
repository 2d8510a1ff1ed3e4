//! Something of each unit and period, close together: a row of consecutive periods for each unit.

use domain::atlas::Unit;

/// Rows by unit.
#[derive(Clone, Debug)]
pub(crate) struct Rows<T> {
    /// Where a unit's row is; [`NONE`] for one that has none.
    at: Vec<u32>,
    rows: Vec<Row<T>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Row<T> {
    /// The slot of the first period.
    first: u16,
    cells: Vec<T>,
}

const NONE: u32 = u32::MAX;

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { at: Vec::new(), rows: Vec::new() }
    }
}

impl<T: Copy> Rows<T> {
    fn row(&self, unit: Unit) -> Option<&Row<T>> {
        let at = *self.at.get(usize::from(unit.0))?;
        self.rows.get(at as usize)
    }

    /// What is there.
    pub(crate) fn get(&self, unit: Unit, slot: u16) -> Option<T> {
        let row = self.row(unit)?;
        row.cells.get(usize::from(slot.checked_sub(row.first)?)).copied()
    }

    /// The last of a unit's row, with its slot.
    pub(crate) fn last(&self, unit: Unit) -> Option<(u16, T)> {
        let row = self.row(unit)?;
        Some((row.first + row.cells.len() as u16 - 1, *row.cells.last()?))
    }

    /// A unit's row, so that it has all these slots: what comes before what it had is `before`,
    /// what comes behind is as `behind` makes it of the last.
    pub(crate) fn reach(
        &mut self,
        unit: Unit,
        (from, to): (u16, u16),
        before: T,
        behind: impl Fn(T) -> T,
    ) -> &mut Row<T> {
        let index = usize::from(unit.0);
        if self.at.len() <= index {
            self.at.resize(index + 1, NONE);
        }
        if self.at[index] == NONE {
            self.at[index] = self.rows.len() as u32;
            let cells = vec![before; usize::from(to - from) + 1];
            self.rows.push(Row { first: from, cells });
        }
        let row = &mut self.rows[self.at[index] as usize];
        if from < row.first {
            let more = usize::from(row.first - from);
            row.cells.splice(0..0, std::iter::repeat_n(before, more));
            row.first = from;
        }
        let length = usize::from(to - row.first) + 1;
        if let (true, Some(last)) = (row.cells.len() < length, row.cells.last().copied()) {
            row.cells.resize(length, behind(last));
        }
        row
    }

    /// A unit's row as far as there is one.
    pub(crate) fn row_mut(&mut self, unit: Unit) -> Option<&mut Row<T>> {
        let at = *self.at.get(usize::from(unit.0))?;
        self.rows.get_mut(at as usize)
    }

    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).sum()
    }
}

impl<T> Row<T> {
    /// The first slot, and the one behind the last.
    pub(crate) fn slots(&self) -> (u16, u16) {
        (self.first, self.first + self.cells.len() as u16)
    }

    /// The cells from a slot on.
    pub(crate) fn from(&mut self, slot: u16) -> &mut [T] {
        let at = usize::from(slot.saturating_sub(self.first)).min(self.cells.len());
        &mut self.cells[at..]
    }

    /// One cell.
    pub(crate) fn at(&mut self, slot: u16) -> Option<&mut T> {
        self.cells.get_mut(usize::from(slot.checked_sub(self.first)?))
    }
}
