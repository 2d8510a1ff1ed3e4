//! Something of each unit and period, close together: a row of consecutive periods for each unit,
//! all rows in one piece of memory.

use domain::atlas::Unit;

/// Rows by unit.
#[derive(Clone, Debug)]
pub(crate) struct Rows<T> {
    /// Where a unit's row is.
    spots: Vec<Spot>,
    cells: Vec<T>,
    /// By size, as a power of two, where rows were that have moved.
    free: Vec<Vec<u32>>,
}

/// A row has room for as many cells as the next power of two says.
#[derive(Clone, Copy, Default, Debug)]
struct Spot {
    at: u32,
    /// The slot of the first period.
    first: u16,
    /// How many periods: none for a unit that has no row.
    len: u16,
}

/// A unit's row.
#[derive(Debug)]
pub(crate) struct Row<'a, T> {
    first: u16,
    cells: &'a mut [T],
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { spots: Vec::new(), cells: Vec::new(), free: Vec::new() }
    }
}

impl Spot {
    fn range(self) -> std::ops::Range<usize> {
        let at = self.at as usize;
        at..at + usize::from(self.len)
    }

    fn room(self) -> usize {
        usize::from(self.len).next_power_of_two()
    }

    fn end(self) -> u16 {
        self.first + self.len
    }
}

impl<T: Copy> Rows<T> {
    fn spot(&self, unit: Unit) -> Option<Spot> {
        self.spots.get(usize::from(unit.0)).copied().filter(|spot| spot.len > 0)
    }

    /// What is there.
    pub(crate) fn get(&self, unit: Unit, slot: u16) -> Option<T> {
        let spot = self.spot(unit)?;
        self.cells[spot.range()].get(usize::from(slot.checked_sub(spot.first)?)).copied()
    }

    /// The last of a unit's row, with its slot.
    pub(crate) fn last(&self, unit: Unit) -> Option<(u16, T)> {
        let spot = self.spot(unit)?;
        Some((spot.end() - 1, *self.cells[spot.range()].last()?))
    }

    /// A unit's row, so that it has all these slots: what comes before what it had is `before`,
    /// what comes behind is as `behind` makes it of the last.
    pub(crate) fn reach(
        &mut self,
        unit: Unit,
        (from, to): (u16, u16),
        before: T,
        behind: impl Fn(T) -> T,
    ) -> Row<'_, T> {
        let spot = match self.spot(unit) {
            Some(spot) if spot.first <= from && to < spot.end() => spot,
            Some(spot) => {
                let last = self.cells[spot.range()].last().map_or(before, |last| behind(*last));
                let (first, end) = (spot.first.min(from), spot.end().max(to + 1));
                let moved = self.moved(spot, (first, end - first), last);
                let earlier = usize::from(spot.first - first);
                self.cells[moved.range()][..earlier].fill(before);
                self.put(unit, moved)
            }
            None => {
                let (at, len) = (0, 0);
                let moved =
                    self.moved(Spot { at, first: from, len }, (from, to - from + 1), before);
                self.put(unit, moved)
            }
        };
        Row { first: spot.first, cells: &mut self.cells[spot.range()] }
    }

    /// A unit's row as far as there is one.
    pub(crate) fn row(&mut self, unit: Unit) -> Option<Row<'_, T>> {
        let spot = self.spot(unit)?;
        Some(Row { first: spot.first, cells: &mut self.cells[spot.range()] })
    }

    /// How many cells there is room for.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    fn put(&mut self, unit: Unit, spot: Spot) -> Spot {
        let index = usize::from(unit.0);
        if self.spots.len() <= index {
            self.spots.resize(index + 1, Spot::default());
        }
        self.spots[index] = spot;
        spot
    }

    /// The row where it has room for more slots, with `filling` where it had none; what comes
    /// before what it had is for the caller to fill.
    fn moved(&mut self, old: Spot, (first, len): (u16, u16), filling: T) -> Spot {
        let earlier = usize::from(old.first - first);
        if old.len > 0 && earlier == 0 && usize::from(len) <= old.room() {
            let spot = Spot { len, ..old };
            self.cells[spot.range()][usize::from(old.len)..].fill(filling);
            return spot;
        }
        let spot = Spot { at: 0, first, len };
        let size = spot.room().trailing_zeros() as usize;
        let at = self.free.get_mut(size).and_then(Vec::pop).unwrap_or_else(|| {
            let end = self.cells.len();
            self.cells.resize(end + spot.room(), filling);
            end as u32
        });
        let spot = Spot { at, ..spot };
        self.cells[spot.range()].fill(filling);
        if old.len > 0 {
            self.cells.copy_within(old.range(), spot.at as usize + earlier);
            let size = old.room().trailing_zeros() as usize;
            if self.free.len() <= size {
                self.free.resize(size + 1, Vec::new());
            }
            self.free[size].push(old.at);
        }
        spot
    }
}

impl<T> Row<'_, T> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_that_grow_and_move_keep_what_they_have(
            reaches in proptest::collection::vec((0u16..5, 0u16..40, 0u16..9, any::<i64>()), 1..200),
        ) {
            let (mut rows, mut plain) = (Rows::default(), BTreeMap::<(u16, u16), i64>::new());
            for (unit, from, more, value) in reaches {
                let own = |plain: &BTreeMap<(u16, u16), i64>| {
                    let mut slots = plain.range((unit, 0)..=(unit, u16::MAX)).map(|((_, slot), _)| *slot);
                    slots.next().map(|first| (first, slots.next_back().unwrap_or(first)))
                };
                let (to, had) = (from + more, own(&plain));
                let (first, last) = had.unwrap_or((from, to));
                let behind = had.map_or(-1, |(_, last)| plain[&(unit, last)] ^ 1);
                for slot in from.min(first)..=to.max(last) {
                    let new = if had.is_some() && slot > last { behind } else { -1 };
                    plain.entry((unit, slot)).or_insert(new);
                }
                let mut row = rows.reach(Unit(unit), (from, to), -1, |last: i64| last ^ 1);
                prop_assert_eq!(row.slots(), (from.min(first), to.max(last) + 1));
                *row.at(from).unwrap() = value;
                plain.insert((unit, from), value);
                for unit in 0..5 {
                    for slot in 0..60 {
                        prop_assert_eq!(rows.get(Unit(unit), slot), plain.get(&(unit, slot)).copied());
                    }
                    let last = plain.range((unit, 0)..=(unit, u16::MAX)).next_back();
                    prop_assert_eq!(rows.last(Unit(unit)), last.map(|((_, slot), value)| (*slot, *value)));
                }
            }
        }
    }
}
