//! Whole numbers, each in its range: persons, counts, money, years.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::reject::{Reason, custom};

/// Reads a whole number in a range; a fraction or another range is its own reason.
struct Whole {
    least: i64,
    most: i64,
    money: bool,
}

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.money { "đồng as a whole number" } else { "a whole number" })
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        if self.money && value < 0 {
            return Err(custom(
                Reason::NegativeMoney,
                "money is never below zero; take money back by voiding or correcting its fact, an allocation by funds.withdrawn",
            ));
        }
        if (self.least..=self.most).contains(&value) {
            return Ok(value);
        }
        let message = format!("the number must be from {} to {}", self.least, self.most);
        Err(custom(Reason::OutOfRange, message))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        // A whole number that is too long for 64 bits arrives as a fraction without one.
        if value.abs() >= i64::MAX as f64 {
            return self.visit_i64(if value < 0.0 { i64::MIN } else { i64::MAX });
        }
        // `1.0` and `1e3` are whole: pandas writes numbers so. All ranges lie within 2^53, so a
        // whole number is exact here.
        if value.fract() == 0.0 {
            return self.visit_i64(value as i64);
        }
        let message = "the number must be whole";
        Err(custom(Reason::NotWhole, message))
    }
}

macro_rules! whole {
    ($($(#[$doc:meta])* $name:ident($inner:ty): $least:literal..=$most:literal, money: $money:literal;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $name(pub $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let range = Whole { least: $least, most: $most, money: $money };
                let value = deserializer.deserialize_i64(range)?;
                Ok($name(<$inner>::try_from(value).expect("the range fits the type")))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "integer", "minimum": $least as i64, "maximum": $most as i64 })
            }
        }
    )+ };
}

whole! {
    /// Persons in a household.
    Persons(u16): 1..=99, money: false;
    /// How many: households, persons, cards, kilograms, …
    Count(u32): 0..=2_000_000_000, money: false;
    /// Money in đồng, at most a million billion.
    Dong(i64): 0..=1_000_000_000_000_000, money: true;
    /// A civil year.
    Year(u16): 2015..=2100, money: false;
    /// Households or persons in a unit.
    Heads(i64): 0..=200_000_000, money: false;
}
