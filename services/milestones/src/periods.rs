//! Which periods a change reaches: those that have begun by the journal's own day. Slots of one
//! grain follow each other.

use domain::posting::Slot;
use domain::time::{Calendars, Day, Grain, Period};

use crate::depends::Reach;

/// The periods in which a cell's change is seen, first and last slot.
pub(crate) fn reached(
    calendars: &Calendars,
    (grain, reach): (Grain, Reach),
    slot: Slot,
    today: Day,
) -> Option<(u16, u16)> {
    let day = Day(slot.0);
    match reach {
        Reach::Itself => {
            let period = Period::from_slot(slot.0).filter(|period| period.grain() == grain)?;
            Some((period.slot(), period.slot()))
        }
        Reach::Within => {
            let slot = calendars.containing(grain, day)?.slot();
            Some((slot, slot))
        }
        Reach::Onwards => begun(calendars, grain, day, today),
    }
}

/// The periods that have begun: from that of a day to that of the day on which the journal received
/// the record, or the first alone where that is later.
pub(crate) fn begun(
    calendars: &Calendars,
    grain: Grain,
    first: Day,
    today: Day,
) -> Option<(u16, u16)> {
    let containing = |day| calendars.containing(grain, day);
    let from = containing(first).or_else(|| next(grain, first))?.slot();
    let last = today.max(first);
    // A day between two "nine months" is after the one before the next.
    let to = containing(last).map(Period::slot);
    let to = to.or_else(|| next(grain, last).map(|next| next.slot().saturating_sub(1)))?;
    (from <= to).then_some((from, to))
}

/// The period so many ahead, if it has begun.
pub(crate) fn ahead_of(
    to: u16,
    ahead: u16,
    calendars: &Calendars,
    grain: Grain,
    today: Day,
) -> Option<u16> {
    let later = Period::from_slot(to.checked_add(ahead).filter(|_| ahead > 0)?)?;
    let begun = begun(calendars, grain, today, today)?.1;
    (later.grain() == grain && later.slot() <= begun).then(|| later.slot())
}

/// The period that holds a day, or the first after it: some days lie between two "nine months".
fn next(grain: Grain, day: Day) -> Option<Period> {
    (0..=12).find_map(|months| Period::containing(grain, day.plus_months(months)))
}
