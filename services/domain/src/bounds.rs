//! What one fact can tell at the most: beyond it somebody has mistyped, and the fact is held.
//!
//! The importers refuse such facts. A journal may have them all the same: from before a bound was
//! there, or from whoever publishes past the importers.

use crate::fact::{Event, EventKind, Fact, Stated, StatedKind, What};

/// The bounds of all fields of facts; without any, everything counts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bounds {
    /// By kind of event.
    events: [Vec<Bound>; EventKind::ALL.len()],
    /// Of a census: the field is the indicator.
    census: Vec<Bound>,
}

/// The most that a field can tell.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Bound {
    field: Box<str>,
    number: Number,
    /// For any fact.
    most: i64,
    /// For a fact about one household.
    most_of_one: i64,
}

/// A bound that a fact passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passed<'b> {
    /// The field of the fact's data.
    pub field: &'b str,
    /// The most that it can tell there.
    pub most: i64,
}

/// Which number of a fact a field is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Number {
    Amount,
    Quantity,
    Households,
    Persons,
}

/// The fact type that states how many households and persons a unit has.
const CENSUS: &str = "census.reported";

impl Bounds {
    /// Takes in the bound of a field of a fact type (`loan.disbursed`, `amount`), for any fact and
    /// for one about one household.
    ///
    /// # Errors
    /// There is no such type, or it has no number of that name.
    pub fn add(
        &mut self,
        kind: &str,
        field: &str,
        most: i64,
        most_of_one: i64,
    ) -> Result<(), String> {
        let (list, number) = match EventKind::ALL.iter().find(|one| one.name() == kind) {
            Some(one) => (&mut self.events[*one as usize], number(field)),
            None if kind == CENSUS => {
                let number = match field {
                    "households" => Some(Number::Households),
                    "population" => Some(Number::Persons),
                    _ => None,
                };
                (&mut self.census, number)
            }
            None => return Err(format!("there is no fact type \"{kind}\" whose numbers count")),
        };
        let number = number.ok_or_else(|| format!("{kind} has no number \"{field}\""))?;
        list.push(Bound { field: field.into(), number, most, most_of_one });
        Ok(())
    }

    /// The first bound that a fact passes, if it passes one.
    pub fn passed_by(&self, fact: &Fact) -> Option<Passed<'_>> {
        match &fact.what {
            What::Event(event) => {
                let mut all = self.events[event.kind as usize].iter();
                all.find_map(|bound| bound.passed_by(bound.number.of(event), event.single))
            }
            What::Stated(all) => {
                let mut census = all.iter().filter(|one| one.kind == StatedKind::Census);
                let passed = |one: &Stated| {
                    let bound = self.census.iter().find(|bound| bound.field == one.indicator)?;
                    bound.passed_by(one.value.digits, false)
                };
                census.find_map(passed)
            }
            What::Registered(_)
            | What::MovedIn(_)
            | What::Classified { .. }
            | What::Resized { .. }
            | What::MovedWithin { .. }
            | What::MovedOut
            | What::Dissolved
            | What::Closing(_)
            | What::Voided { .. }
            | What::ListOpened => None,
        }
    }
}

impl Bound {
    /// Whether it is passed by what a fact tells that is about a single household or not.
    fn passed_by(&self, told: i64, single: bool) -> Option<Passed<'_>> {
        let most = if single { self.most_of_one } else { self.most };
        (told > most).then_some(Passed { field: &self.field, most })
    }
}

impl Number {
    fn of(self, event: &Event) -> i64 {
        match self {
            Number::Amount => event.amount,
            Number::Quantity => event.quantity.into(),
            Number::Households => event.households.into(),
            Number::Persons => event.persons.into(),
        }
    }
}

/// Which number of an event a field of its data is.
fn number(field: &str) -> Option<Number> {
    match field {
        "amount" => Some(Number::Amount),
        "quantity" | "count" => Some(Number::Quantity),
        "households" => Some(Number::Households),
        "persons" | "participants" => Some(Number::Persons),
        _ => None,
    }
}
