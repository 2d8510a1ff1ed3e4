//! What is counted: houses, loans, support, activities, money.

use domain::codes::{
    ActivityKind, Class, Construction, CountedIn, Fund, Group, Nature, Occasion, Organiser,
    Programme, Project, Purpose, SupportKind, Topic,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Field, Fields, Value, Visit};
use crate::reject::Rejection;
use crate::scalars::{Coded, Count, Dong, Text, UnitField};

data! {
    /// Work on a household's house began with support.
    HouseStarted {
        /// The household's own name for the house, to tell two houses apart: `h1`.
        #[serde(borrow)]
        house: Text<'a>,
        /// New or repaired.
        construction: Coded<Construction>,
        /// Whose money.
        fund: Coded<Fund>,
        /// The class of the household at the time.
        class: Coded<Class>,
        /// Who carries it out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organiser: Option<Coded<Organiser>>,
        /// Support granted, in đồng.
        amount: Dong,
    }

    /// A household's house is finished.
    HouseCompleted {
        /// The household's own name for the house, as when it was started.
        #[serde(borrow)]
        house: Text<'a>,
        /// New or repaired.
        construction: Coded<Construction>,
        /// Whose money.
        fund: Coded<Fund>,
        /// The class of the household at the time.
        class: Coded<Class>,
        /// Who carried it out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organiser: Option<Coded<Organiser>>,
        /// What it cost in all, in đồng; more than the support.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Dong>,
    }

    /// A loan was paid out to a household.
    LoanDisbursed {
        /// The class of the household at the time.
        class: Coded<Class>,
        /// The lending programme.
        programme: Coded<Programme>,
        /// What it is for.
        purpose: Coded<Purpose>,
        /// The amount in đồng.
        amount: Dong,
    }

    /// Support was delivered: to the household that is the subject, or, without a subject, to as
    /// many as the fact says.
    SupportDelivered {
        /// Which policy.
        kind: Coded<SupportKind>,
        /// To whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<Coded<Group>>,
        /// By whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organiser: Option<Coded<Organiser>>,
        /// With whose money.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fund: Option<Coded<Fund>>,
        /// On what occasion or through which channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        occasion: Option<Coded<Occasion>>,
        /// How much.
        quantity: Count,
        /// What the quantity is counted in.
        counted_in: Coded<CountedIn>,
        /// Households reached; not with a household as subject, which is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        households: Option<Count>,
        /// Persons reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        persons: Option<Count>,
        /// Money in đồng.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Dong>,
    }

    /// Something was held, made or handed out.
    ActivityHeld {
        /// What.
        kind: Coded<ActivityKind>,
        /// About what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<Coded<Topic>>,
        /// By whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organiser: Option<Coded<Organiser>>,
        /// How many.
        count: Count,
        /// Persons who took part.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participants: Option<Count>,
    }

    /// A commune opened its list of households, on which nobody need be: from that day on the
    /// commune's number of poor households is known, also when it is 0. A household on the list
    /// says the same.
    ListOpened {
    }

    /// Money was allocated to a unit.
    FundsAllocated {
        /// For what.
        project: Coded<Project>,
        /// Whose money.
        fund: Coded<Fund>,
        /// Investment or recurrent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nature: Option<Coded<Nature>>,
        /// The amount in đồng.
        amount: Dong,
        /// The number of the decision.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
        /// The unit that hands it on out of its own; left out where it comes from outside.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        from: Option<UnitField<'a>>,
    }

    /// Allocated money was paid out.
    FundsDisbursed {
        /// For what.
        project: Coded<Project>,
        /// Whose money.
        fund: Coded<Fund>,
        /// Investment or recurrent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nature: Option<Coded<Nature>>,
        /// The amount in đồng.
        amount: Dong,
    }

    /// Allocated money was taken back, or an allocation reduced.
    FundsWithdrawn {
        /// For what.
        project: Coded<Project>,
        /// Whose money.
        fund: Coded<Fund>,
        /// Investment or recurrent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nature: Option<Coded<Nature>>,
        /// The amount in đồng.
        amount: Dong,
        /// The number of the decision.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        reference: Option<Text<'a>>,
        /// The unit that had handed it on and has it again; left out where it goes outside.
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        to: Option<UnitField<'a>>,
    }
}
