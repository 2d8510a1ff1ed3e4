//! The movement table: opening, movements, closing, in households and persons.
//!
//! Source: Circular 07/2021/TT-BLĐTBXH, form "diễn biến hộ nghèo", with rows of its own for the
//! start of the record, changes of size and changes of the poverty standard.

use crate::atlas::Unit;
use crate::codes::Standing;
use crate::figures::{Coverage, Reader, Time};
use crate::household::{Head, MovementRow, movement_column};
use crate::plan::standing_column;
use crate::posting::{Column, Slot};
use crate::rollup::View;
use crate::time::Day;

/// Households and persons.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub struct Heads {
    pub households: i128,
    pub persons: i128,
}

/// The movement table of poor or of near-poor households.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MovementTable {
    /// Poor or near-poor.
    pub class: Standing,
    /// At the end of the day before.
    pub opening: Heads,
    /// Every row, in the order of the form; decreases are positive numbers to be subtracted.
    pub rows: Vec<(MovementRow, Heads)>,
    /// At the end of the last day.
    pub closing: Heads,
    /// What the opening is of: where no list was open, its zeros are none.
    pub opening_of: Coverage,
    /// What all else is of, by the lists of the last day.
    pub of: Coverage,
}

impl MovementTable {
    /// Opening and all rows together: equal to the closing, always.
    pub fn expected(&self) -> Heads {
        self.rows.iter().fold(self.opening, |sum, (row, heads)| {
            let sign = if row.is_decrease() { -1 } else { 1 };
            Heads {
                households: sum.households + sign * heads.households,
                persons: sum.persons + sign * heads.persons,
            }
        })
    }

    /// Whether the table balances.
    pub fn balances(&self) -> bool {
        self.expected() == self.closing
    }
}

impl Reader<'_> {
    /// The movement table of a unit.
    pub fn movements(&self, unit: Unit, class: Standing, time: Time) -> MovementTable {
        let view = View { rollup: &self.books.rollup, atlas: &self.rules.atlas };
        let days = time.days();
        let until = |day: Day| Slot::from(Day::MIN)..=Slot::from(day);
        let heads =
            |column: &dyn Fn(Head) -> Column, slots: std::ops::RangeInclusive<Slot>| Heads {
                households: view.sum(unit, &[column(Head::Households)], slots.clone()).0,
                persons: view.sum(unit, &[column(Head::Persons)], slots).0,
            };
        let standing = |head| standing_column(class, head);
        let before = days.start().previous();
        let opening = match *days.start() {
            Day::MIN => Heads::default(),
            _ => heads(&standing, until(before)),
        };
        let rows = MovementRow::ALL.map(|row| {
            let slots = Slot::from(*days.start())..=Slot::from(*days.end());
            (row, heads(&|head| movement_column(row, class, head), slots))
        });
        let closing = heads(&standing, until(*days.end()));
        let is_zero = rows.iter().map(|(_, heads)| heads).chain([&opening, &closing]);
        let is_zero = is_zero.copied().all(|heads| heads == Heads::default());
        let of = self.coverage(unit, *days.end(), is_zero);
        let opening_of = self.coverage(unit, before, opening == Heads::default());
        MovementTable { class, opening, rows: rows.to_vec(), closing, opening_of, of }
    }
}
