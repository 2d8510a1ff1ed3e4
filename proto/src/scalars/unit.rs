//! Administrative units as facts name them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::gazetteer::{UnitRef, edition_named, level_named};
use crate::reject::{Reason, Rejection};

/// An administrative unit. In a stored fact it is always the key; an importer also takes a code
/// with its edition, or names as people write them.
#[derive(Clone, PartialEq, Debug)]
pub enum UnitField<'a> {
    /// A key, or a name with its parents behind commas.
    Text(Cow<'a, str>),
    /// Code, edition, name, parent, level.
    Parts(Box<UnitParts>),
}

/// A unit told by its parts.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UnitParts {
    /// The official code with its leading zeros: `24097`. With an edition, or a name that agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The edition of the list: `E`, `L` or `N`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The name, with or without its kind; after commas those of units above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The unit above: its name or key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// `nation`, `province`, `district` or `commune`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
}

impl<'de: 'a, 'a> Deserialize<'de> for UnitField<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = UnitField<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a unit: its key, its name, or an object with code and edition")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(UnitField::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(UnitField::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let parts = UnitParts::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(UnitField::Parts(Box::new(parts)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for UnitField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            UnitField::Text(text) => serializer.serialize_str(text),
            UnitField::Parts(parts) => parts.serialize(serializer),
        }
    }
}

impl JsonSchema for UnitField<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Unit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // What is stored; the wider forms are the importer's business.
        json_schema!({ "type": "string", "pattern": r"^(VN|[ELN]-[0-9]{2,5})$" })
    }
}

impl UnitField<'_> {
    /// The key; none for the wider forms of importers.
    pub fn key(&self) -> Option<&str> {
        match self {
            UnitField::Text(key) => Some(key),
            UnitField::Parts(_) => None,
        }
    }

    /// All that is written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (text, parts) = match self {
            UnitField::Text(text) => (Some(&**text), None),
            UnitField::Parts(parts) => (None, Some(parts)),
        };
        let parts = parts.into_iter().flat_map(|p| {
            [&p.code, &p.edition, &p.name, &p.parent, &p.level].into_iter().flatten()
        });
        text.into_iter().chain(parts.map(String::as_str))
    }

    /// The reference to resolve.
    ///
    /// # Errors
    /// `unknown_code` for an edition or level that there is not; the field is the name of the part.
    pub fn reference(&self) -> Result<UnitRef, Rejection> {
        match self {
            UnitField::Text(text) => Ok(UnitRef::parse(text)),
            UnitField::Parts(parts) => parts.reference(),
        }
    }
}

impl UnitParts {
    fn reference(&self) -> Result<UnitRef, Rejection> {
        let unknown = |part, message| Rejection::new(Reason::UnknownCode, part, message);
        let edition = match self.edition.as_deref() {
            None => None,
            Some(letter) => Some(edition_named(letter).ok_or_else(|| {
                unknown("edition", "there is no such edition; known are E, L, N")
            })?),
        };
        let level = match self.level.as_deref() {
            None => None,
            Some(name) => Some(level_named(name).ok_or_else(|| {
                let message =
                    "there is no such level; known are nation, province, district, commune";
                unknown("level", message)
            })?),
        };
        let parents = self.parent.iter().cloned();
        Ok(match (&self.code, &self.name) {
            // The code's width tells its level, and a name agrees with the units above it as well.
            (Some(code), name) => UnitRef::Code {
                code: code.clone(),
                edition,
                name: name
                    .iter()
                    .cloned()
                    .chain(parents)
                    .reduce(|name, above| name + ", " + &above),
            },
            (None, name) => UnitRef::Name {
                name: name.clone().unwrap_or_default(),
                parents: parents.collect(),
                edition,
                level,
            },
        })
    }
}
