//! Codes of closed vocabularies: one, or a set of traits.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use domain::codes::{Code, Trait};
use domain::fact::Traits;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::reject::{Reason, custom};

/// One code of a closed vocabulary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coded<C>(pub C);

impl<'de, C: Code> Deserialize<'de> for Coded<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<C>(PhantomData<C>);
        impl<C: Code> Visitor<'_> for Reader<C> {
            type Value = Coded<C>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a code of \"{}\"", C::ATTRIBUTE)
            }

            fn visit_str<E: de::Error>(self, code: &str) -> Result<Coded<C>, E> {
                C::of(code).map(Coded).ok_or_else(|| {
                    let known: Vec<_> = C::ALL.iter().map(|one| one.code()).collect();
                    let message = format!("there is no such code; known are {}", known.join(", "));
                    custom(Reason::UnknownCode, message)
                })
            }
        }
        deserializer.deserialize_str(Reader(PhantomData))
    }
}

impl<C: Code> Serialize for Coded<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl<C: Code> JsonSchema for Coded<C> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        C::ATTRIBUTE.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<_> = C::ALL.iter().map(|one| one.code()).collect();
        json_schema!({ "type": "string", "enum": known })
    }
}

/// A set of traits: written in the order of the vocabulary, each once.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TraitSet(pub Traits);

impl TraitSet {
    /// Whether no trait is in it.
    pub fn is_empty(&self) -> bool {
        self.0 == Traits::default()
    }
}

impl<'de> Deserialize<'de> for TraitSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = TraitSet;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of traits")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<TraitSet, A::Error> {
                let next = || list.next_element::<Coded<Trait>>().transpose();
                let traits = std::iter::from_fn(next).map(|one| one.map(|coded| coded.0));
                traits.collect::<Result<Traits, A::Error>>().map(TraitSet)
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

impl Serialize for TraitSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Coded))
    }
}

impl JsonSchema for TraitSet {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Traits".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = Coded::<Trait>::json_schema(generator);
        json_schema!({ "type": "array", "items": one, "uniqueItems": true })
    }
}
