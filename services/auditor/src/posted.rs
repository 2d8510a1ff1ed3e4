//! A fact as the source of a figure: what it posts, and who wrote it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What one fact posts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Posted {
    /// Where the fact stands in the journal.
    pub position: u64,
    /// Its key, in hexadecimal.
    pub fact: String,
    /// The day it happened.
    pub on: String,
    /// The unit it happened in.
    pub unit: String,
    /// By how much it changes the figure; 0 where it states it.
    #[serde(with = "query::long")]
    pub by: i128,
    /// Whether it is of one household, or of few: then it is not for everybody.
    #[serde(skip)]
    pub of_household: bool,
    /// What the journal says of it, when that was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Record>,
}

/// Who wrote a fact and when, as the journal has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// Who wrote it.
    pub source: String,
    /// The source's own name for it.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// When it happened, as the source says.
    pub time: String,
    /// When the journal took it, in milliseconds since the Unix epoch.
    pub received_ms: i64,
    /// Whom it is about: a household's pseudonym, for those only who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}
