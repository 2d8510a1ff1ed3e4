//! Values that JSON writes as text: dates, periods, exact decimals.

use std::borrow::Cow;
use std::fmt;

use domain::fact::Decimal;
use domain::time::{Day, Period};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::reject::{Reason, custom};

macro_rules! written {
    ($($(#[$doc:meta])* $name:ident($inner:ty), $reason:ident, $what:literal, $pattern:literal;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $name(pub $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl Visitor<'_> for Reader {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        // What stands there is not repeated: it may be anything.
                        let refused = |_| custom(Reason::$reason, concat!("write ", $what));
                        text.parse().map($name).map_err(refused)
                    }
                }
                deserializer.deserialize_str(Reader)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
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
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    )+ };
}

written! {
    /// A civil date.
    Date(Day), BadDate, "a date as \"YYYY-MM-DD\"", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    /// A named period.
    Named(Period), BadDate, "a period such as \"2021\" or \"2021-H1@administrative\"",
        r"^[0-9]{4}(-([0-9]{2}|Q[1-4]|H[12]|9M|[0-9]{4}))?@(civil|administrative|programme)$";
    /// A decimal number as text: exact, with the digits it was written with.
    Number(Decimal), BadNumber, "a decimal number as text, for example \"3.68\"",
        r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$";
}
