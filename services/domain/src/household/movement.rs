//! The rows of the movement table, and the columns that they are counted in.

use serde::{Deserialize, Serialize};

use crate::codes::Standing;
use crate::posting::Column;

/// The rows of the movement table, for poor and for near-poor households.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum MovementRow {
    /// In the record when it began: opening stock, registered on a day of the period.
    Registered,
    /// Poor to near-poor; in the near-poor table, near-poor to poor.
    ToOtherClass,
    /// Rose above the near-poverty line.
    RoseAbove,
    /// Moved away, ended.
    OtherDecrease,
    /// Near-poor to poor; in the near-poor table, poor to near-poor.
    FromOtherClass,
    /// Fell back within 36 months of leaving.
    Relapsed,
    /// Fell, and was not there within the last 36 months.
    NewlyArisen,
    /// Moved in, or entered the record late.
    OtherIncrease,
    /// Persons born, died, married away, … in households of the class: persons only, net.
    SizeChange,
    /// Classified anew because the poverty standard changed: net.
    StandardChange,
}

impl MovementRow {
    /// All rows, in the order of the table.
    pub const ALL: [MovementRow; 10] = [
        MovementRow::Registered,
        MovementRow::ToOtherClass,
        MovementRow::RoseAbove,
        MovementRow::OtherDecrease,
        MovementRow::FromOtherClass,
        MovementRow::Relapsed,
        MovementRow::NewlyArisen,
        MovementRow::OtherIncrease,
        MovementRow::SizeChange,
        MovementRow::StandardChange,
    ];

    /// The row's name in the catalogue.
    pub fn code(self) -> &'static str {
        match self {
            MovementRow::Registered => "registered",
            MovementRow::ToOtherClass => "to_other_class",
            MovementRow::RoseAbove => "rose_above",
            MovementRow::OtherDecrease => "other_decrease",
            MovementRow::FromOtherClass => "from_other_class",
            MovementRow::Relapsed => "relapsed",
            MovementRow::NewlyArisen => "newly_arisen",
            MovementRow::OtherIncrease => "other_increase",
            MovementRow::SizeChange => "size_change",
            MovementRow::StandardChange => "standard_change",
        }
    }

    /// Whether the row is subtracted on the way from opening to closing.
    pub fn is_decrease(self) -> bool {
        match self {
            MovementRow::ToOtherClass | MovementRow::RoseAbove | MovementRow::OtherDecrease => true,
            MovementRow::Registered
            | MovementRow::FromOtherClass
            | MovementRow::Relapsed
            | MovementRow::NewlyArisen
            | MovementRow::OtherIncrease
            | MovementRow::SizeChange
            | MovementRow::StandardChange => false,
        }
    }
}

/// What a household is counted in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Head {
    Households,
    Persons,
}

/// The column of a movement; `class` is poor or near-poor.
pub fn movement_column(row: MovementRow, class: Standing, head: Head) -> Column {
    Column(((row as u16) * 2 + u16::from(class == Standing::NearPoor)) * 2 + head as u16)
}

/// How many columns the movements take, from 0.
pub const MOVEMENT_COLUMNS: u16 = 40;
