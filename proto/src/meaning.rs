//! From a document to the facts of the domain: keys, subjects, days, places.

mod what;

use domain::atlas::{Place, Unit};
use domain::fact::{Fact, Key, Subject, What};
use domain::time::Day;
use sha2::{Digest, Sha256};

pub use proof::{Hash, leaf};

use crate::document::{Attributes, Data, Document};
use crate::gazetteer::Gazetteer;
use crate::instant;
use crate::reject::{Reason, Rejection};
use crate::scalars::UnitField;

/// What a stored fact means.
#[derive(Clone, PartialEq, Debug)]
pub struct Meaning {
    /// Whom it is about.
    pub subject: Subject,
    /// The unit it happened in.
    pub unit: Unit,
    /// One fact, or two: a correction is a void and what stands in its place.
    pub facts: Vec<Fact>,
}

/// The identity of a fact: the first 128 bits of SHA-256 over source, a zero byte and id.
pub fn key(source: &str, id: &str) -> Key {
    let mut hash = Sha256::new();
    hash.update(source);
    hash.update([0]);
    hash.update(id);
    halves(&hash.finalize())
}

/// The subject of a household: the first 128 bits of SHA-256 over the subject as written.
pub fn subject(written: &str) -> Subject {
    Subject(halves(&Sha256::digest(written)))
}

fn halves(hash: &[u8]) -> Key {
    let half = |at: usize| {
        let bytes: [u8; 8] = hash[at..at + 8].try_into().expect("eight bytes");
        u64::from_be_bytes(bytes)
    };
    Key([half(0), half(8)])
}

/// What chooses among records of one key: the first 64 bits of the record's leaf in the tree over
/// its journal, so that no record is hashed twice. Of what is in canonical form it also tells a
/// duplicate from a rival.
pub fn content(leaf: &Hash) -> u64 {
    halves(&leaf.0).0[0]
}

impl Document<'_> {
    /// What the document means. `leaf` is the [`leaf`] of the bytes it was read from, or written
    /// to: whoever reads a journal has it of every record then, also of those that mean nothing.
    /// Units must be keys.
    ///
    /// # Errors
    /// A document that was never taken in: a unit that is no key, a part that there is not, a time
    /// that cannot be read.
    pub fn meaning(
        &self,
        leaf: &Hash,
        position: u64,
        gazetteer: &Gazetteer,
    ) -> Result<Meaning, Rejection> {
        let attributes = &self.attributes;
        let key = key(&attributes.source, &attributes.id);
        let on = day(&attributes.time)?;
        let fields = self.data.fields();
        let unit = known_unit(gazetteer, fields.unit(), "data.unit")?;
        let at = match fields.part() {
            None => Place::from(unit),
            Some(part) => {
                let part = known_unit(gazetteer, part, "data.part")?;
                gazetteer.atlas.part(unit, part).ok_or_else(|| {
                    let message = "the unit was not divided, or this part went elsewhere; leave \
                                   the part out or give one of the unit's successors";
                    Rejection::new(Reason::PartUnknown, "data.part", message)
                })?
            }
        };
        let corrects = self.corrects();
        let sequence = attributes.sequence.as_deref().and_then(|text| text.parse().ok());
        let (sequence, content) = (sequence.unwrap_or(0), content(leaf));
        let meaning = self.respelt().map_or(content, |bytes| self::content(&self::leaf(&bytes)));
        let respelt = content ^ meaning;
        let fact = |key, what| Fact { key, content, respelt, position, sequence, on, at, what };
        let what = self.data.what(self.household().is_some(), gazetteer)?;
        let mut facts = Vec::with_capacity(1 + usize::from(corrects.is_some()));
        facts.push(fact(key, what));
        if let Some(of) = corrects {
            facts.push(fact(key.correcting_void(), What::Voided { of }));
        }
        Ok(Meaning { subject: self.subject(key, corrects), unit, facts })
    }

    /// The key of the fact that this one corrects.
    fn corrects(&self) -> Option<Key> {
        let id = self.attributes.correctsid.as_deref()?;
        Some(key(self.source_of_first(), id))
    }

    /// The source of the fact that this one corrects or voids.
    fn source_of_first(&self) -> &str {
        let Attributes { source, correctssource, .. } = &self.attributes;
        match (&self.data, correctssource) {
            (Data::FactVoided(void), None) => &void.of.source,
            (_, Some(corrected)) => corrected,
            (_, None) => source,
        }
    }

    /// Whom the fact is about. A collective fact is its own subject; what corrects or voids it has
    /// to be read together with it, so it has the same one.
    fn subject(&self, key: Key, corrects: Option<Key>) -> Subject {
        match (self.attributes.subject.as_deref(), &self.data) {
            (Some(written), _) => match written.strip_prefix("fact/") {
                Some(first) => Subject(self::key(self.source_of_first(), first)),
                None => subject(written),
            },
            (None, Data::FactVoided(void)) => Subject(self::key(&void.of.source, &void.of.id)),
            (None, _) => Subject(corrects.unwrap_or(key)),
        }
    }
}

/// The unit of a stored key.
fn known_unit(gazetteer: &Gazetteer, field: &UnitField<'_>, name: &str) -> Result<Unit, Rejection> {
    field.key().and_then(|key| gazetteer.unit(key)).ok_or_else(|| {
        Rejection::new(Reason::UnitUnknown, name, "a stored fact names units by their keys")
    })
}

/// The civil day in Viet Nam of an RFC 3339 time.
pub fn day(time: &str) -> Result<Day, Rejection> {
    instant::civil_day(time).ok_or_else(|| {
        Rejection::new(
            Reason::BadDate,
            "time",
            "the time must be RFC 3339 with an offset, for example 2021-03-05T09:30:00+07:00, or a date, 2021-03-05",
        )
    })
}
