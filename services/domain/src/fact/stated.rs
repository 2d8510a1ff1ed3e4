//! What a unit states of itself: a census, a target, a value from outside.

use serde::{Deserialize, Serialize};

use super::Decimal;
use crate::codes::{Authority, Confirmation, Qualifier};
use crate::time::{Day, Period};

/// A figure that a unit states of itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Stated {
    /// The indicator of the catalogue.
    pub indicator: Box<str>,
    /// Which kind of statement.
    pub kind: StatedKind,
    /// The period it is about; none for a census, which holds from its day on.
    pub period: Option<Period>,
    /// The day that a census is of, where that is told: it may be published much later. Else it is of
    /// the fact's day.
    pub counted_on: Option<Day>,
    /// The value, exact in decimals.
    pub value: Decimal,
    /// What the words around the number say of it.
    pub qualifier: Qualifier,
    /// How far it has been confirmed.
    pub level: Confirmation,
    /// Who decided it, for a target.
    pub set_by: Option<Authority>,
    /// The number of the decision or the name of the source; may be empty.
    pub reference: Box<str>,
}

/// The kinds of statement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum StatedKind {
    Census,
    Target,
    External,
}

impl StatedKind {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            StatedKind::Census => "census",
            StatedKind::Target => "target",
            StatedKind::External => "external",
        }
    }
}
