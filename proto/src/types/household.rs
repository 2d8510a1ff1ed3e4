//! What happens to households: where they stand, their size, their home.

use domain::codes::{Cause, EndCause, SizeCause, Sponsor, Standing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Field, Fields, Value, Visit};
use crate::reject::Rejection;
use crate::scalars::{Coded, Date, Persons, Text, TraitSet, UnitField, Year};

data! {
    /// A household was there when the record began: opening stock.
    HouseholdRegistered {
        /// Where it stands.
        standing: Coded<Standing>,
        /// Persons in it.
        persons: Persons,
        /// What else is known of it.
        #[serde(default, skip_serializing_if = "TraitSet::is_empty")]
        traits: TraitSet,
        /// The day it rose out of poverty or near-poverty; only for one that stands above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_poverty: Option<Date>,
    }

    /// A household came from another province. Its subject is the one of the new province.
    HouseholdMovedIn {
        /// Where it lived.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        from: Option<UnitField<'a>>,
        /// Where it stands.
        standing: Coded<Standing>,
        /// Persons in it.
        persons: Persons,
        /// What else is known of it.
        #[serde(default, skip_serializing_if = "TraitSet::is_empty")]
        traits: TraitSet,
        /// The day it rose out of poverty or near-poverty; only for one that stands above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_poverty: Option<Date>,
    }

    /// A review, or a new poverty standard, decided where a household stands.
    HouseholdClassified {
        /// Where it stood.
        from: Coded<Standing>,
        /// Where it stands now.
        to: Coded<Standing>,
        /// Persons in it now.
        persons: Persons,
        /// A review of the household, or a new standard for all.
        cause: Coded<Cause>,
        /// What else is known of it now; left out, that stays as it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        traits: Option<TraitSet>,
        /// The number of the decision.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
    }

    /// A household left for another province.
    HouseholdMovedOut {
        /// Where it went.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        to: Option<UnitField<'a>>,
    }

    /// A household moved inside its province; `unit` is where it lives now.
    HouseholdMovedWithin {
        /// Where it lived.
        #[serde(borrow)]
        from: UnitField<'a>,
    }

    /// The number of persons in a household changed.
    HouseholdSizeChanged {
        /// Persons in it now.
        persons: Persons,
        /// Why.
        cause: Coded<SizeCause>,
    }

    /// A household is no more.
    HouseholdDissolved {
        /// Why.
        cause: Coded<EndCause>,
    }

    /// A household registered to leave poverty in a year.
    HouseholdRegisteredToExit {
        /// The year.
        year: Year,
        /// Whether an official or party member is assigned to help it.
        sponsor: Coded<Sponsor>,
    }
}
