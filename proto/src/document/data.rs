//! The list of fact types, and the `data` of a fact by its type.

use serde::{Deserialize, Serialize};

use super::failure;
use super::plain::Plain;
use crate::types::*;

/// Whom a type of fact is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// Always a household.
    Household,
    /// Never one.
    Collective,
    /// A household when the fact has a subject.
    Either,
}

macro_rules! types {
    ($($name:literal => $variant:ident, $about:ident;)+) => {
        /// The `data` of a fact, by type.
        #[derive(Clone, PartialEq, Debug, Serialize)]
        #[serde(untagged)]
        #[allow(missing_docs)]
        pub enum Data<'a> { $($variant($variant<'a>),)+ }

        impl<'a> Data<'a> {
            pub(super) fn read(
                kind: &str,
                data: &'a str,
            ) -> Option<Result<Data<'a>, serde_json::Error>> {
                match kind {
                    $($name => Some(serde_json::from_str(data).map(Data::$variant)),)+
                    _ => None,
                }
            }

            /// The same of what stands in its canonical form; none for what does not.
            pub(super) fn read_plain(kind: &str, from: &mut Plain<'a>) -> Option<Data<'a>> {
                match kind {
                    $($name => $variant::deserialize(from).ok().map(Data::$variant),)+
                    _ => None,
                }
            }

            /// Where it failed, as a path into `data`; only for data that failed to be read.
            pub(super) fn failure(kind: &str, data: &str) -> String {
                match kind {
                    $($name => failure::path::<$variant<'_>>(data),)+
                    _ => String::new(),
                }
            }

            /// The fields that all types have, and a visit to each one.
            pub fn fields(&self) -> &dyn Fields<'a> {
                match self { $(Data::$variant(data) => data,)+ }
            }

            /// The same, to change them.
            pub fn fields_mut(&mut self) -> &mut dyn Fields<'a> {
                match self { $(Data::$variant(data) => data,)+ }
            }

            /// Whom facts of this type are about.
            pub fn about(&self) -> About {
                match self { $(Data::$variant(_) => About::$about,)+ }
            }

            /// The type's name with its version.
            pub fn kind(&self) -> &'static str {
                match self { $(Data::$variant(_) => $name,)+ }
            }
        }

        /// Every fact type: its name with version, whom it is about, and the schema of its `data`.
        pub(super) fn data_schemas() -> Vec<(&'static str, About, schemars::Schema)> {
            let generator = || schemars::generate::SchemaSettings::draft2020_12().into_generator();
            vec![$((
                $name,
                About::$about,
                generator().into_root_schema_for::<$variant<'static>>(),
            ),)+]
        }

        /// The names of all fact types.
        pub const TYPES: &[&str] = &[$($name,)+];
    };
}

types! {
    "vn.tonghop.household.registered.v1" => HouseholdRegistered, Household;
    "vn.tonghop.household.moved_in.v1" => HouseholdMovedIn, Household;
    "vn.tonghop.household.classified.v1" => HouseholdClassified, Household;
    "vn.tonghop.household.moved_out.v1" => HouseholdMovedOut, Household;
    "vn.tonghop.household.moved_within.v1" => HouseholdMovedWithin, Household;
    "vn.tonghop.household.size_changed.v1" => HouseholdSizeChanged, Household;
    "vn.tonghop.household.dissolved.v1" => HouseholdDissolved, Household;
    "vn.tonghop.household.registered_to_exit.v1" => HouseholdRegisteredToExit, Household;
    "vn.tonghop.house.started.v1" => HouseStarted, Household;
    "vn.tonghop.house.completed.v1" => HouseCompleted, Household;
    "vn.tonghop.loan.disbursed.v1" => LoanDisbursed, Household;
    "vn.tonghop.support.delivered.v1" => SupportDelivered, Either;
    "vn.tonghop.activity.held.v1" => ActivityHeld, Collective;
    "vn.tonghop.census.reported.v1" => CensusReported, Collective;
    "vn.tonghop.target.assigned.v1" => TargetAssigned, Collective;
    "vn.tonghop.target.adjusted.v1" => TargetAdjusted, Collective;
    "vn.tonghop.funds.allocated.v1" => FundsAllocated, Collective;
    "vn.tonghop.funds.disbursed.v1" => FundsDisbursed, Collective;
    "vn.tonghop.funds.withdrawn.v1" => FundsWithdrawn, Collective;
    "vn.tonghop.external.reported.v1" => ExternalReported, Collective;
    "vn.tonghop.list.opened.v1" => ListOpened, Collective;
    "vn.tonghop.period.closed.v1" => PeriodClosed, Collective;
    "vn.tonghop.period.reopened.v1" => PeriodReopened, Collective;
    "vn.tonghop.figures.published.v1" => FiguresPublished, Collective;
    "vn.tonghop.fact.voided.v1" => FactVoided, Either;
}
