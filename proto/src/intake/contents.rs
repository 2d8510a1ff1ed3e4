//! What one field of a fact says of another.

use domain::atlas::Level;
use domain::codes::{CountedIn, Standing};
use domain::time::Day;

use super::envelope::{ID_CHARS_MAX, SOURCE_CHARS_MAX};
use super::{Intake, name};
use crate::document::{Data, Document};
use crate::gazetteer::Lang;
use crate::plausible::{Passed, Plausible};
use crate::reject::{Reason, Rejection};
use crate::scalars::{Date, Number, UnitField};
use crate::text::quoted;
use crate::types::{CensusReported, FactVoided, SupportDelivered};

impl Intake<'_> {
    pub(super) fn contents(&self, document: &Document<'_>, on: Day) -> Result<(), Rejection> {
        match &document.data {
            Data::HouseholdRegistered(d) => left_poverty(d.standing.0, d.left_poverty, on),
            Data::HouseholdMovedIn(d) => left_poverty(d.standing.0, d.left_poverty, on),
            Data::HouseholdMovedWithin(d) => self.same_province(&d.unit, &d.from),
            Data::SupportDelivered(d) => reached(d, document.household().is_some()),
            Data::CensusReported(d) => something_counted(d, on),
            Data::TargetAssigned(d) => self.stated(&d.indicator, d.value),
            Data::TargetAdjusted(d) => self.stated(&d.indicator, d.value),
            Data::ExternalReported(d) => self.stated(&d.indicator, d.value),
            Data::FundsAllocated(d) => self.giver(&d.unit, d.from.as_ref(), ("data.from", on)),
            Data::FundsWithdrawn(d) => self.giver(&d.unit, d.to.as_ref(), ("data.to", on)),
            Data::FactVoided(d) => another_fact(d, document),
            Data::ListOpened(d) => self.a_commune(&d.unit),
            Data::HouseholdClassified(_)
            | Data::HouseholdMovedOut(_)
            | Data::HouseholdSizeChanged(_)
            | Data::HouseholdDissolved(_)
            | Data::HouseholdRegisteredToExit(_)
            | Data::HouseStarted(_)
            | Data::HouseCompleted(_)
            | Data::LoanDisbursed(_)
            | Data::ActivityHeld(_)
            | Data::FundsDisbursed(_)
            | Data::PeriodClosed(_)
            | Data::PeriodReopened(_)
            | Data::FiguresPublished(_) => Ok(()),
        }
    }

    /// What is stated of an indicator that there is, and that it can be.
    fn stated(&self, id: &str, Number(value): Number) -> Result<(), Rejection> {
        self.indicator(id)?;
        let Some(Passed { rule, bound }) = Plausible::embedded().stated(id, value) else {
            return Ok(());
        };
        // The value is not repeated: it may be somebody's number in the wrong field.
        let message = format!(
            "it passes {bound}, the bound of what can be stated of \"{id}\": {} ({})",
            rule.name(Lang::En),
            rule.id
        );
        Err(Rejection::new(Reason::OutOfRange, "data.value", message))
    }

    fn indicator(&self, id: &str) -> Result<(), Rejection> {
        if self.plan.indicator(id).is_some() {
            return Ok(());
        }
        let message = format!(
            "the catalogue has no indicator \"{}\"; `tonghop indicators` lists them",
            quoted(id)
        );
        Err(Rejection::new(Reason::UnknownIndicator, "data.indicator", message))
    }

    /// It is a key by now.
    fn a_commune(&self, unit: &UnitField<'_>) -> Result<(), Rejection> {
        let unit = unit.key().and_then(|key| self.gazetteer.unit(key));
        let level = unit.map(|unit| self.gazetteer.atlas.record(unit).level);
        if level == Some(Level::Commune) {
            return Ok(());
        }
        let message = "households are on the list of a commune; one fact for each commune";
        Err(Rejection::new(Reason::Contradiction, "data.unit", message))
    }

    /// Both are keys by now.
    fn same_province(&self, unit: &UnitField<'_>, from: &UnitField<'_>) -> Result<(), Rejection> {
        let province = |field: &UnitField<'_>| {
            let unit = self.gazetteer.unit(field.key()?)?;
            self.gazetteer.atlas.today_province(unit.into())
        };
        if province(unit) == province(from) {
            return Ok(());
        }
        let message = "a move from one of today's provinces to another is two facts: \
                       household.moved_out there and household.moved_in here, with a new subject";
        Err(Rejection::new(Reason::OtherProvince, "data.from", message))
    }

    /// Money comes from another unit or goes to one, that is in force with the first: a unit that
    /// has ended has nothing to hand on. Both are keys by now.
    fn giver(
        &self,
        unit: &UnitField<'_>,
        other: Option<&UnitField<'_>>,
        (field, on): (&str, Day),
    ) -> Result<(), Rejection> {
        let Some(other) = other else { return Ok(()) };
        if other.key() == unit.key() {
            let message = "money goes from one unit to another; leave this out where it comes \
                           from outside of the units, or leaves them";
            return contradiction(field, message);
        }
        let found = other.key().and_then(|key| self.gazetteer.unit(key));
        if found.is_none_or(|unit| self.gazetteer.atlas.in_force(unit, on)) {
            return Ok(());
        }
        let message = "this unit is not in force on the day of the fact; name the one that is";
        Err(Rejection::new(Reason::UnitNotInForce, field, message))
    }
}

/// The day that what is told is of, where that is told.
pub(super) fn counted_on(data: &Data<'_>) -> Option<Day> {
    match data {
        Data::CensusReported(census) => census.counted_on.map(|Date(day)| day),
        _ => None,
    }
}

fn contradiction(field: &str, message: &str) -> Result<(), Rejection> {
    Err(Rejection::new(Reason::Contradiction, field, message))
}

fn left_poverty(standing: Standing, left: Option<Date>, on: Day) -> Result<(), Rejection> {
    let Some(Date(left)) = left else { return Ok(()) };
    if standing != Standing::Above {
        let message = "only a household that stands above has left poverty";
        contradiction("data.left_poverty", message)
    } else if left > on {
        let message = "the household cannot have left poverty after the fact's day";
        contradiction("data.left_poverty", message)
    } else {
        Ok(())
    }
}

fn reached(support: &SupportDelivered<'_>, single: bool) -> Result<(), Rejection> {
    match support.households {
        Some(_) if single => {
            let message = "the subject is the one household reached; leave out households";
            contradiction("data.households", message)
        }
        Some(count) if count.0 == 0 => {
            contradiction("data.households", "leave out households when none was reached")
        }
        None if !single && support.counted_in.0 == CountedIn::Household => {
            let message = "a support counted in households tells how many households it reached; \
                           without that number none would be counted";
            Err(Rejection::new(Reason::MissingField, "data.households", message))
        }
        Some(_) | None => Ok(()),
    }
}

fn something_counted(census: &CensusReported<'_>, on: Day) -> Result<(), Rejection> {
    if census.counted_on.is_some_and(|Date(counted)| counted > on) {
        let message = "the numbers cannot be of a day after the fact's; give the day they were \
                       told as time, or leave this out where it is the same";
        return contradiction("data.counted_on", message);
    }
    if census.households.is_some() || census.population.is_some() {
        return Ok(());
    }
    let message = "a census tells households or population or both";
    Err(Rejection::new(Reason::MissingField, "data.households", message))
}

fn another_fact(void: &FactVoided<'_>, document: &Document<'_>) -> Result<(), Rejection> {
    name(&void.of.source, "data.of.source", SOURCE_CHARS_MAX)?;
    name(&void.of.id, "data.of.id", ID_CHARS_MAX)?;
    let attributes = &document.attributes;
    if void.of.source == attributes.source && void.of.id == attributes.id {
        return contradiction("data.of.id", "a void cannot void itself; give it its own id");
    }
    Ok(())
}
