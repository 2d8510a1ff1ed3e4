//! The fact types: what each one's `data` holds. Closed: a field that is not here is refused.

use std::borrow::Cow;

use domain::codes::Code;

use crate::reject::Rejection;
use crate::scalars::{
    Coded, Count, Date, Dong, Heads, Named, Number, Persons, Text, TraitSet, UnitField, Year,
};

/// Defines the `data` of fact types: each has a `unit`, and may tell the part of a divided commune
/// (the key of the successor that took it in) and the village.
macro_rules! data {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => { $(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name<'a> {
            /// The administrative unit in which it happened.
            #[serde(borrow)]
            pub unit: UnitField<'a>,
            /// The part of a divided commune: the unit that took it in on 1 July 2025.
            #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
            pub part: Option<UnitField<'a>>,
            /// The village (thôn, buôn, bản, tổ dân phố).
            #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
            pub village: Option<Text<'a>>,
            $(
                $(#[$field_doc])*
                pub $field: $type,
            )*
        }

        impl<'a> Fields<'a> for $name<'a> {
            fn unit(&self) -> &UnitField<'a> {
                &self.unit
            }

            fn part(&self) -> Option<&UnitField<'a>> {
                self.part.as_ref()
            }

            fn each(&mut self, visit: &mut Visit<'_, 'a>) -> Result<(), Rejection> {
                visit("unit", Value::Unit(&mut self.unit))?;
                if let Some(part) = &mut self.part {
                    visit("part", Value::Part(part))?;
                }
                visit("village", self.village.value())?;
                $(visit(stringify!($field), self.$field.value())?;)*
                Ok(())
            }
        }
    )+ };
}

mod closing;
mod event;
mod household;
mod stated;
mod voided;

pub use closing::{FiguresPublished, PeriodClosed, PeriodReopened};
pub use event::{
    ActivityHeld, FundsAllocated, FundsDisbursed, FundsWithdrawn, HouseCompleted, HouseStarted,
    ListOpened, LoanDisbursed, SupportDelivered,
};
pub use household::{
    HouseholdClassified, HouseholdDissolved, HouseholdMovedIn, HouseholdMovedOut,
    HouseholdMovedWithin, HouseholdRegistered, HouseholdRegisteredToExit, HouseholdSizeChanged,
};
pub use stated::{CensusReported, ExternalReported, TargetAdjusted, TargetAssigned};
pub use voided::{FactName, FactVoided};

/// What intake does with the value of one field.
pub enum Value<'v, 'a> {
    /// The unit in which it happened.
    Unit(&'v mut UnitField<'a>),
    /// The successor that took in a part of it.
    Part(&'v mut UnitField<'a>),
    /// Another unit.
    Elsewhere(&'v mut UnitField<'a>),
    /// Free text.
    Text(&'v mut Text<'a>),
    /// How many or how much: has a bound in `catalog/bounds.toml`.
    Amount(i64),
    /// Left out, or checked as it was read, or a name that intake looks up.
    Settled,
}

/// Is called with the name and value of each field.
pub type Visit<'v, 'a> = dyn FnMut(&'static str, Value<'_, 'a>) -> Result<(), Rejection> + 'v;

/// The `data` of a fact, field by field.
pub trait Fields<'a> {
    /// The unit in which it happened.
    fn unit(&self) -> &UnitField<'a>;

    /// The part of it, where told.
    fn part(&self) -> Option<&UnitField<'a>>;

    /// Visits every field, to check it and put it into canonical form, until one is refused.
    ///
    /// # Errors
    /// Those of `visit`.
    fn each(&mut self, visit: &mut Visit<'_, 'a>) -> Result<(), Rejection>;
}

/// A type that fields may have: each says what intake does with it, so that no free text and no
/// unit goes unchecked.
trait Field<'a> {
    fn value(&mut self) -> Value<'_, 'a>;
}

impl<'a, F: Field<'a>> Field<'a> for Option<F> {
    fn value(&mut self) -> Value<'_, 'a> {
        self.as_mut().map_or(Value::Settled, F::value)
    }
}

impl<'a> Field<'a> for UnitField<'a> {
    fn value(&mut self) -> Value<'_, 'a> {
        Value::Elsewhere(self)
    }
}

impl<'a> Field<'a> for Text<'a> {
    fn value(&mut self) -> Value<'_, 'a> {
        Value::Text(self)
    }
}

impl<'a, C: Code> Field<'a> for Coded<C> {
    fn value(&mut self) -> Value<'_, 'a> {
        Value::Settled
    }
}

macro_rules! settled {
    ($($type:ty,)+) => { $(
        impl<'a> Field<'a> for $type {
            fn value(&mut self) -> Value<'_, 'a> {
                Value::Settled
            }
        }
    )+ };
}

macro_rules! amounts {
    ($($type:ty,)+) => { $(
        impl<'a> Field<'a> for $type {
            fn value(&mut self) -> Value<'_, 'a> {
                Value::Amount(self.0.into())
            }
        }
    )+ };
}

amounts! { Count, Dong, Heads, }

settled! {
    Date, Named, Number, Persons, TraitSet, Year,
    // An indicator's name, and the name of a fact.
    Cow<'_, str>, FactName<'_>,
}
