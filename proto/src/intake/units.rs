//! Units at intake: from the way a sender names one to its key.

use std::borrow::Cow;

use domain::atlas::Unit;
use domain::time::Day;

use super::Intake;
use crate::gazetteer::Unresolved;
use crate::reject::{Reason, Rejection};
use crate::scalars::UnitField;
use crate::text::looks_personal;

impl Intake<'_> {
    /// Resolves a unit of the data and puts its key in. It must be in force on one of the days,
    /// which are tried in their order; none is any day.
    pub(super) fn unit(
        &self,
        field: &mut UnitField<'_>,
        name: &str,
        days: &[Option<Day>],
    ) -> Result<Unit, Rejection> {
        // What is a key already is found without taking the text apart.
        let in_force =
            |unit: Unit| days[0].is_none_or(|day| self.gazetteer.atlas.in_force(unit, day));
        let known = field.key().and_then(|key| self.gazetteer.unit(key));
        let unit = match known.filter(|unit| in_force(*unit)) {
            Some(unit) => unit,
            None => self.resolved(field, name, days)?,
        };
        let key = self.gazetteer.key(unit);
        if field.key() != Some(key) {
            *field = UnitField::Text(Cow::Owned(key.to_owned()));
        }
        Ok(unit)
    }

    fn resolved(
        &self,
        field: &UnitField<'_>,
        name: &str,
        days: &[Option<Day>],
    ) -> Result<Unit, Rejection> {
        // Before anything else: the messages below repeat what was written.
        if field.texts().any(looks_personal) {
            let message = "this is no unit; it looks like an identity card or telephone number";
            return Err(Rejection::new(Reason::PersonalData, format!("data.{name}"), message));
        }
        let reference = field.reference().map_err(|rejection| Rejection {
            field: format!("data.{name}.{}", rejection.field),
            ..rejection
        })?;
        let mut tries = days.iter().map(|day| self.gazetteer.resolve(&reference, *day));
        let first = tries.next().expect("a day is asked for");
        first.or_else(|unresolved| tries.find_map(Result::ok).ok_or(unresolved)).map_err(
            |unresolved| {
                Rejection::new(reason(&unresolved), format!("data.{name}"), unresolved.to_string())
            },
        )
    }
}

/// The gazetteer's reasons among those of facts.
fn reason(unresolved: &Unresolved) -> Reason {
    match unresolved {
        Unresolved::Missing => Reason::MissingField,
        Unresolved::TooLong { .. } | Unresolved::ControlCharacter { .. } => Reason::BadText,
        Unresolved::ForeignScript { .. } => Reason::ForeignScript,
        Unresolved::Unknown { .. } => Reason::UnitUnknown,
        Unresolved::Ambiguous { .. } | Unresolved::BareCode { .. } => Reason::UnitAmbiguous,
        Unresolved::NameDisagrees { .. } => Reason::UnitNameDisagrees,
        Unresolved::NotInForce { .. } => Reason::UnitNotInForce,
    }
}
