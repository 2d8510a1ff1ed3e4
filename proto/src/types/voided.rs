//! The withdrawal of a fact.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Field, Fields, Value, Visit};
use crate::reject::Rejection;
use crate::scalars::{Text, UnitField};

data! {
    /// A fact of the same subject is withdrawn, as if it had never been.
    FactVoided {
        /// Which fact.
        #[serde(borrow, deserialize_with = "from_object")]
        of: FactName<'a>,
        /// Why.
        #[serde(borrow)]
        reason: Text<'a>,
    }
}

/// The name of a fact: its key is made of these two.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactName<'a> {
    /// The `source` of the fact.
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    /// The `id` of the fact.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
}

/// Reads a fact's name from an object only: a derived reader would also take a list.
fn from_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FactName<'de>, D::Error> {
    struct Reader;
    impl<'de> Visitor<'de> for Reader {
        type Value = FactName<'de>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with source and id")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FactName<'de>, A::Error> {
            FactName::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(Reader)
}
