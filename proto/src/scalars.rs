//! The values that fields of facts may have, each checked as it is read.
//!
//! What is checked here holds for every fact ever stored. What may become stricter one day (texts,
//! names of units, dates) is checked by [`crate::intake`] only.

mod coded;
mod text;
mod unit;
mod whole;
mod written;

pub use coded::{Coded, TraitSet};
pub use text::{TEXT_CHARS_MAX, Text};
pub use unit::{UnitField, UnitParts};
pub use whole::{Count, Dong, Heads, Persons, Year};
pub use written::{Date, Named, Number};

pub(crate) use text::optional;
