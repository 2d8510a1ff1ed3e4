//! What units state of themselves: censuses, targets, figures from outside.

use std::borrow::Cow;

use domain::codes::{Authority, Confirmation, Qualifier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Field, Fields, Value, Visit};
use crate::reject::Rejection;
use crate::scalars::{Coded, Date, Heads, Named, Number, Text, UnitField};

data! {
    /// A unit counted its households and people: as of `counted_on`, or of the fact's day where that is
    /// left out.
    CensusReported {
        /// Resident households.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        households: Option<Heads>,
        /// Population.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        population: Option<Heads>,
        /// The source.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
        /// The day that the numbers are of, where they are told later: statistics of a year are
        /// published after it. They hold from that day on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counted_on: Option<Date>,
    }

    /// A target was set for a unit.
    TargetAssigned {
        /// The indicator of the catalogue.
        #[serde(borrow)]
        indicator: Cow<'a, str>,
        /// The period it is to be reached in.
        period: Named,
        /// The value.
        value: Number,
        /// Whether at least this much, or exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        qualifier: Option<Coded<Qualifier>>,
        /// Who decided it.
        set_by: Coded<Authority>,
        /// The number of the decision.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
    }

    /// A unit's target was changed; what it was stays known.
    TargetAdjusted {
        /// The indicator of the catalogue.
        #[serde(borrow)]
        indicator: Cow<'a, str>,
        /// The period it is to be reached in.
        period: Named,
        /// The value from now on.
        value: Number,
        /// Whether at least this much, or exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        qualifier: Option<Coded<Qualifier>>,
        /// Who decided it.
        set_by: Coded<Authority>,
        /// The number of the decision.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
        /// Why.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reason: Option<Text<'a>>,
    }

    /// A figure that does not follow from facts was reported from outside.
    ExternalReported {
        /// The indicator of the catalogue.
        #[serde(borrow)]
        indicator: Cow<'a, str>,
        /// The period it is about.
        period: Named,
        /// The value.
        value: Number,
        /// What the words around the number say of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        qualifier: Option<Coded<Qualifier>>,
        /// How far it has been confirmed.
        level: Coded<Confirmation>,
        /// The source.
        #[serde(borrow)]
        reference: Text<'a>,
    }
}
