//! The subject of a fact at intake: a household of the unit's province, or none.

use domain::atlas::Unit;

use super::envelope::ID_CHARS_MAX;
use super::{Intake, name};
use crate::document::{About, Data, Document};
use crate::reject::{Reason, Rejection};

impl Intake<'_> {
    pub(super) fn subject(&self, document: &Document<'_>, unit: Unit) -> Result<(), Rejection> {
        let about = document.data.about();
        let Some(subject) = document.attributes.subject.as_deref() else {
            return match about {
                About::Household => refuse(
                    "facts of this type are about a household; give its subject, \
                     household/<code of today's province>.<pseudonym>",
                ),
                About::Collective | About::Either => Ok(()),
            };
        };
        match (subject.split_once('/'), about) {
            (Some(("household", rest)), About::Household | About::Either) => {
                self.household(rest, unit)
            }
            (Some(("household", _)), About::Collective) => {
                refuse("facts of this type are their own subject; leave the subject out")
            }
            (Some(("fact", first)), About::Collective | About::Either) => {
                let voids = matches!(document.data, Data::FactVoided(_));
                if !voids && document.attributes.correctsid.is_none() {
                    return refuse("only what corrects or voids a correction names a fact");
                }
                name(first, "subject", ID_CHARS_MAX)
            }
            (Some(("fact", _)), About::Household) | (Some(_) | None, _) => {
                refuse("a subject is household/<code of today's province>.<pseudonym>")
            }
        }
    }

    fn household(&self, written: &str, unit: Unit) -> Result<(), Rejection> {
        let is_code = |code: &str| code.len() == 2 && code.bytes().all(|c| c.is_ascii_digit());
        let (province, pseudonym) = match written.split_once('.') {
            Some((province, pseudonym)) if is_code(province) => (province, pseudonym),
            Some(_) | None => {
                return refuse("a subject is household/<code of today's province>.<pseudonym>");
            }
        };
        if is_number_of_a_person(pseudonym) {
            let message = "the pseudonym looks like an identity card or telephone number; it must \
                           be an HMAC made where the list is kept";
            return Err(Rejection::new(Reason::PersonalData, "subject", message));
        }
        if is_of_nothing(pseudonym) {
            return refuse(
                "the household's number is empty: leave out rows without one, else all of them \
                 become one household",
            );
        }
        let hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if !(16..=64).contains(&pseudonym.len()) || !pseudonym.bytes().all(hex) {
            return refuse(
                "a pseudonym is 16 to 64 of 0-9 and a-f: an HMAC made where the list is kept, \
                 never a name or number of a person",
            );
        }
        let Some(home) = self.gazetteer.atlas.today_province(unit.into()) else {
            return refuse("a household lives in a commune, not in the nation");
        };
        let home = self.gazetteer.entry(home);
        if home.code == province {
            return Ok(());
        }
        let message = format!(
            "the unit lies in today's province {} ({}), the subject in {province}; a household \
             that moved there has a new subject",
            home.code, home.name_vi,
        );
        Err(Rejection::new(Reason::OtherProvince, "subject", message))
    }
}

fn refuse(message: &str) -> Result<(), Rejection> {
    Err(Rejection::new(Reason::BadSubject, "subject", message))
}

/// How what common programs make of an empty number begins: MD5, SHA-1, SHA-256, SHA-512, SHA3-256,
/// and HMAC-SHA256 with an empty key. What a kept key makes of it nobody can tell here: see
/// `domain::timeline::COUNTED_MAX`.
const OF_NOTHING: [&str; 6] = [
    "d41d8cd98f00b204",
    "da39a3ee5e6b4b0d",
    "e3b0c44298fc1c14",
    "cf83e1357eefb8bd",
    "a7ffc6f8bf1ed766",
    "b613679a0814d9ec",
];

/// Whether a pseudonym is that of no number at all.
fn is_of_nothing(pseudonym: &str) -> bool {
    pseudonym.bytes().all(|digit| digit == b'0')
        || OF_NOTHING.iter().any(|nothing| pseudonym.starts_with(nothing))
}

/// An identity card or telephone number, also when filled up with zeros. Of a million pseudonyms
/// of 16 digits, less than one looks like this.
fn is_number_of_a_person(pseudonym: &str) -> bool {
    let digits = pseudonym.trim_start_matches('0');
    (9..=12).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit())
}
