//! The gazetteer against its own checks, the reports, and the ways people write names.

mod any;
mod atlas;
mod codes;
mod files;
mod names;
mod refusals;
mod shown;
mod written;

use domain::atlas::{Generation, Unit};
use domain::time::Day;
use proto::gazetteer::{Gazetteer, UnitRef, Unresolved};

pub(crate) fn gazetteer() -> &'static Gazetteer {
    Gazetteer::embedded()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a date")
}

pub(crate) fn unit(key: &str) -> Unit {
    gazetteer().unit(key).unwrap_or_else(|| panic!("no unit {key}"))
}

/// The key of the unit that the text means, or the reason why it means none.
pub(crate) fn meant(text: &str, on: &str) -> String {
    let on = (!on.is_empty()).then(|| day(on));
    outcome(gazetteer().resolve(&UnitRef::parse(text), on))
}

pub(crate) fn outcome(resolved: Result<Unit, Unresolved>) -> String {
    match resolved {
        Ok(unit) => gazetteer().key(unit).to_owned(),
        Err(unresolved) => unresolved.reason().to_owned(),
    }
}

pub(crate) fn refusal(reference: &UnitRef, on: &str) -> Unresolved {
    let on = (!on.is_empty()).then(|| day(on));
    gazetteer().resolve(reference, on).expect_err("a refusal")
}

pub(crate) fn code(code: &str, edition: Option<Generation>, name: Option<&str>) -> UnitRef {
    UnitRef::Code { code: code.into(), edition, name: name.map(str::to_owned) }
}
