//! What a unit declares about its figures of a period.

use domain::codes::{Authority, Confirmation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Field, Fields, Value, Visit};
use crate::reject::Rejection;
use crate::scalars::{Coded, Named, Text, UnitField};

data! {
    /// A unit closed its figures of a period: what they are at this place of the journal is kept
    /// and never changed.
    PeriodClosed {
        /// The period.
        period: Named,
        /// How far the figures are confirmed.
        level: Coded<Confirmation>,
        /// Who decided it; a closing without an authority is held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set_by: Option<Coded<Authority>>,
        /// The number of the decision or report.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
    }

    /// A closed period may be closed at that level once more; the figures that were closed stay.
    PeriodReopened {
        /// The period.
        period: Named,
        /// The level at which it is closed.
        level: Coded<Confirmation>,
        /// Who decided it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set_by: Option<Coded<Authority>>,
        /// The number of the decision.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
        /// Why.
        #[serde(borrow)]
        reason: Text<'a>,
    }

    /// The figures that were closed at a level were made public.
    FiguresPublished {
        /// The period.
        period: Named,
        /// The level at which they are closed.
        level: Coded<Confirmation>,
        /// Who published them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set_by: Option<Coded<Authority>>,
        /// Where: the number of the report, an address.
        #[serde(borrow)]
        reference: Text<'a>,
    }
}
