//! From the data of a document to what the domain knows as having happened.

use domain::atlas::Unit;
use domain::closing::{Act, Closing};
use domain::codes::{Authority, Code, Confirmation, Qualifier};
use domain::fact::{ATTRIBUTES_MAX, Decimal, Entry, Event, EventKind, Stated, StatedKind, What};
use domain::time::{Day, Period};

use super::{key, known_unit, subject};
use crate::document::Data;
use crate::gazetteer::Gazetteer;
use crate::reject::Rejection;
use crate::scalars::{Coded, Heads, Text, UnitField};
use crate::types::CensusReported;

impl Data<'_> {
    /// What happened; `single` when the fact is about one household.
    pub(super) fn what(&self, single: bool, gazetteer: &Gazetteer) -> Result<What, Rejection> {
        Ok(match self {
            Data::HouseholdRegistered(d) => What::Registered(Entry {
                standing: d.standing.0,
                persons: d.persons.0,
                traits: d.traits.0,
                left_poverty: d.left_poverty.map(|date| date.0),
            }),
            Data::HouseholdMovedIn(d) => What::MovedIn(Entry {
                standing: d.standing.0,
                persons: d.persons.0,
                traits: d.traits.0,
                left_poverty: d.left_poverty.map(|date| date.0),
            }),
            Data::HouseholdClassified(d) => What::Classified {
                from: d.from.0,
                to: d.to.0,
                cause: d.cause.0,
                persons: d.persons.0,
                traits: d.traits.map(|set| set.0),
            },
            Data::HouseholdMovedOut(_) => What::MovedOut,
            Data::HouseholdMovedWithin(d) => {
                What::MovedWithin { from: known_unit(gazetteer, &d.from, "data.from")? }
            }
            Data::HouseholdSizeChanged(d) => What::Resized { persons: d.persons.0 },
            Data::HouseholdDissolved(_) => What::Dissolved,
            Data::HouseholdRegisteredToExit(d) => {
                event(EventKind::ExitRegistered, single, [code(d.sponsor), 0, 0, 0, 0, 0])
            }
            Data::HouseStarted(d) => house(
                EventKind::HouseStarted,
                &d.house.0,
                d.amount.0,
                [code(d.construction), code(d.fund), code(d.class), optional(d.organiser), 0, 0],
            ),
            Data::HouseCompleted(d) => {
                let amount = d.amount.map_or(0, |amount| amount.0);
                house(
                    EventKind::HouseCompleted,
                    &d.house.0,
                    amount,
                    [
                        code(d.construction),
                        code(d.fund),
                        code(d.class),
                        optional(d.organiser),
                        0,
                        0,
                    ],
                )
            }
            Data::LoanDisbursed(d) => {
                let attributes = [code(d.class), code(d.programme), code(d.purpose), 0, 0, 0];
                with(event(EventKind::LoanDisbursed, single, attributes), |e| e.amount = d.amount.0)
            }
            Data::SupportDelivered(d) => {
                let attributes = [
                    code(d.kind),
                    optional(d.group),
                    optional(d.organiser),
                    optional(d.fund),
                    optional(d.occasion),
                    code(d.counted_in),
                ];
                with(event(EventKind::SupportDelivered, single, attributes), |e| {
                    e.quantity = d.quantity.0;
                    e.households = d.households.map_or(u32::from(single), |count| count.0);
                    e.persons = d.persons.map_or(0, |count| count.0);
                    e.amount = d.amount.map_or(0, |amount| amount.0);
                })
            }
            Data::ActivityHeld(d) => {
                let attributes = [code(d.kind), optional(d.topic), optional(d.organiser), 0, 0, 0];
                with(event(EventKind::ActivityHeld, single, attributes), |e| {
                    e.quantity = d.count.0;
                    e.persons = d.participants.map_or(0, |count| count.0);
                })
            }
            Data::ListOpened(_) => What::ListOpened,
            Data::FundsAllocated(d) => {
                let attributes = [code(d.project), code(d.fund), optional(d.nature), 0, 0, 0];
                let giver = giver(gazetteer, d.from.as_ref(), "data.from")?;
                with(event(EventKind::FundsAllocated, single, attributes), |e| {
                    (e.amount, e.giver) = (d.amount.0, giver);
                })
            }
            Data::FundsWithdrawn(d) => {
                let attributes = [code(d.project), code(d.fund), optional(d.nature), 0, 0, 0];
                let giver = giver(gazetteer, d.to.as_ref(), "data.to")?;
                with(event(EventKind::FundsWithdrawn, single, attributes), |e| {
                    (e.amount, e.giver) = (d.amount.0, giver);
                })
            }
            Data::FundsDisbursed(d) => {
                let attributes = [code(d.project), code(d.fund), optional(d.nature), 0, 0, 0];
                with(event(EventKind::FundsDisbursed, single, attributes), |e| {
                    e.amount = d.amount.0
                })
            }
            Data::CensusReported(d) => {
                let households = d.households.map(|heads| census("households", heads, d));
                let population = d.population.map(|heads| census("population", heads, d));
                What::Stated(households.into_iter().chain(population).collect())
            }
            Data::TargetAssigned(d) => target(
                &d.indicator,
                d.period.0,
                d.value.0,
                d.qualifier,
                d.set_by,
                d.reference.as_ref(),
            ),
            Data::TargetAdjusted(d) => target(
                &d.indicator,
                d.period.0,
                d.value.0,
                d.qualifier,
                d.set_by,
                d.reference.as_ref(),
            ),
            Data::ExternalReported(d) => What::Stated(Box::new([Stated {
                indicator: (*d.indicator).into(),
                kind: StatedKind::External,
                period: Some(d.period.0),
                counted_on: None,
                value: d.value.0,
                qualifier: d.qualifier.map_or(Qualifier::Exact, |one| one.0),
                level: d.level.0,
                set_by: None,
                reference: (*d.reference.0).into(),
            }])),
            Data::PeriodClosed(d) => {
                closing(Act::Closed, d.period.0, d.level, d.set_by, d.reference.as_ref())
            }
            Data::PeriodReopened(d) => {
                closing(Act::Reopened, d.period.0, d.level, d.set_by, d.reference.as_ref())
            }
            Data::FiguresPublished(d) => {
                closing(Act::Published, d.period.0, d.level, d.set_by, Some(&d.reference))
            }
            Data::FactVoided(d) => What::Voided { of: key(&d.of.source, &d.of.id) },
        })
    }
}

fn census(indicator: &str, heads: Heads, reported: &CensusReported<'_>) -> Stated {
    Stated {
        indicator: indicator.into(),
        kind: StatedKind::Census,
        period: None,
        counted_on: reported.counted_on.map(|date| date.0),
        value: Decimal::whole(heads.0),
        qualifier: Qualifier::Exact,
        level: Confirmation::Official,
        set_by: None,
        reference: reported.reference.as_ref().map_or("", |text| &text.0).into(),
    }
}

fn target(
    indicator: &str,
    period: Period,
    value: Decimal,
    qualifier: Option<Coded<Qualifier>>,
    set_by: Coded<Authority>,
    reference: Option<&Text<'_>>,
) -> What {
    What::Stated(Box::new([Stated {
        indicator: indicator.into(),
        kind: StatedKind::Target,
        period: Some(period),
        counted_on: None,
        value,
        qualifier: qualifier.map_or(Qualifier::Exact, |one| one.0),
        level: Confirmation::Official,
        set_by: Some(set_by.0),
        reference: reference.map_or("", |text| &text.0).into(),
    }]))
}

fn closing(
    act: Act,
    period: Period,
    level: Coded<Confirmation>,
    set_by: Option<Coded<Authority>>,
    reference: Option<&Text<'_>>,
) -> What {
    What::Closing(Box::new(Closing {
        act,
        period,
        level: level.0,
        authority: set_by.map(|one| one.0),
        reference: reference.map_or("", |text| &text.0).into(),
        // Only the journal knows: whoever reads from it says it.
        received: Day::MIN,
    }))
}

fn code<C: Code>(coded: Coded<C>) -> u8 {
    coded.0.index()
}

/// The first code of an optional attribute's list says that it is not told.
fn optional<C: Code>(coded: Option<Coded<C>>) -> u8 {
    coded.map_or(0, code)
}

fn event(kind: EventKind, single: bool, attributes: [u8; ATTRIBUTES_MAX]) -> What {
    let households = u32::from(single);
    What::Event(Event {
        kind,
        attributes,
        single,
        households,
        persons: 0,
        quantity: 1,
        work: 0,
        amount: 0,
        giver: None,
    })
}

/// The unit on the other side of money.
fn giver(
    gazetteer: &Gazetteer,
    unit: Option<&UnitField<'_>>,
    field: &str,
) -> Result<Option<Unit>, Rejection> {
    unit.map(|unit| known_unit(gazetteer, unit, field)).transpose()
}

fn with(what: What, change: impl FnOnce(&mut Event)) -> What {
    match what {
        What::Event(mut event) => {
            change(&mut event);
            What::Event(event)
        }
        other => other,
    }
}

fn house(kind: EventKind, name: &str, amount: i64, attributes: [u8; ATTRIBUTES_MAX]) -> What {
    with(event(kind, true, attributes), |event| {
        event.work = subject(name).0.0[0] as u32;
        event.amount = amount;
    })
}
