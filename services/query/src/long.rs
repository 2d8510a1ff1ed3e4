//! Sums in JSON: a number, or a text of digits where 64 bits cannot hold it. For serde's `with`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A whole number as JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Whole {
    Short(i64),
    Long(String),
}

impl From<i128> for Whole {
    fn from(value: i128) -> Whole {
        i64::try_from(value).map_or_else(|_| Whole::Long(value.to_string()), Whole::Short)
    }
}

impl Whole {
    pub(crate) fn value(&self) -> Option<i128> {
        match self {
            Whole::Short(value) => Some(i128::from(*value)),
            Whole::Long(digits) => digits.parse().ok(),
        }
    }

    fn read<E: serde::de::Error>(&self) -> Result<i128, E> {
        self.value().ok_or_else(|| E::custom("not a whole number"))
    }
}

/// Writes a sum.
///
/// # Errors
/// The serializer's.
pub fn serialize<S: Serializer>(value: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    Whole::from(*value).serialize(serializer)
}

/// Reads a sum.
///
/// # Errors
/// The deserializer's, and for a text that is no whole number.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    Whole::deserialize(deserializer)?.read()
}

/// A sum that there may be none of.
pub mod option {
    use super::*;

    /// Writes it.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(value: &Option<i128>, to: S) -> Result<S::Ok, S::Error> {
        value.map(Whole::from).serialize(to)
    }

    /// Reads it.
    ///
    /// # Errors
    /// The deserializer's, and for a text that is no whole number.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i128>, D::Error> {
        Option::<Whole>::deserialize(from)?.map(|whole| whole.read()).transpose()
    }
}

/// Sums by name.
pub mod map {
    use std::collections::BTreeMap;

    use super::*;

    /// Writes them.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<K: Serialize, S: Serializer>(
        sums: &BTreeMap<K, i128>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_map(sums.iter().map(|(name, sum)| (name, Whole::from(*sum))))
    }

    /// Reads them.
    ///
    /// # Errors
    /// The deserializer's, and for a text that is no whole number.
    pub fn deserialize<'de, K: Deserialize<'de> + Ord, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<K, i128>, D::Error> {
        let sums = BTreeMap::<K, Whole>::deserialize(from)?;
        sums.into_iter().map(|(name, sum)| Ok((name, sum.read()?))).collect()
    }
}
