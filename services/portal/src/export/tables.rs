//! The movement tables of units, as answers and files have them.

use query::Table;
use serde::Serialize;
use utoipa::ToSchema;

/// The movement tables of one unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitTables {
    /// The unit's key.
    pub(crate) unit: String,
    /// Whether this unit of today also holds places that the unit asked for never had.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) wider: bool,
    /// Of poor and of near-poor households.
    pub(crate) tables: Vec<Table>,
}
