//! The time a page is about: asked for in the address, else the newest that has something.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::atlas::Unit;
use domain::codes::Standing;
use domain::figures::Time;
use domain::fold::Fold;
use domain::household::{Head, MovementRow, movement_column};
use domain::posting::{Column, Slot};
use domain::rollup::View as Cells;
use domain::time::{Calendar, Day, Grain, Period};
use proto::gazetteer::Lang;
use query::When;

use super::ask::Ask;
use super::outcome::Fault;
use super::text;
use crate::App;

/// Years that can be chosen: the programme's first to this one.
pub(crate) const FIRST_YEAR: i32 = 2021;

/// A time as questions have it.
pub(crate) fn when(time: Time) -> When {
    match time {
        Time::Period(period) => When::period(period),
        Time::Days(from, to) => When::days(from, to),
    }
}

/// What a time is called, with a capital: it stands alone.
pub(crate) fn title(lang: Lang, time: Time) -> String {
    text::capital(&query::written::title(lang, &when(time)))
}

/// The time that an address asks for; none when it says nothing of it.
pub(crate) fn asked(ask: &Ask) -> Result<Option<Time>, Fault> {
    let given = |name| ask.get(name).map(str::trim).filter(|text| !text.is_empty());
    if let Some(text) = given("period") {
        let unclear = |_| Fault::Unclear(text.to_owned());
        return Ok(Some(Time::Period(text.parse().map_err(unclear)?)));
    }
    match (given("from"), given("to")) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) => {
            let day = |text: &str| text.parse::<Day>().map_err(|_| Fault::Unclear(text.to_owned()));
            let (from, to) = (day(from)?, day(to)?);
            if from > to {
                return Err(Fault::Unclear(format!("{from} > {to}")));
            }
            Ok(Some(Time::Days(from, to)))
        }
        (Some(one), None) | (None, Some(one)) => Err(Fault::Unclear(one.to_owned())),
    }
}

/// Today in Viet Nam, seven hours ahead of UTC all year.
pub(crate) fn now() -> (Day, String) {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let local = (seconds + 7 * 3600).saturating_sub(946_684_800);
    let day = Day(u16::try_from(local / 86_400).unwrap_or(u16::MAX));
    let of_day = local % 86_400;
    (day, format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60))
}

/// The newest reporting half-year in which households moved or borrowed; this one when none did.
pub(crate) fn newest(app: &App, fold: &Fold, unit: Unit) -> Period {
    let cells = Cells { rollup: &fold.books.rollup, atlas: &app.rules.atlas };
    let columns: Vec<Column> = MovementRow::ALL
        .iter()
        .flat_map(|row| {
            [Standing::Poor, Standing::NearPoor]
                .map(|class| movement_column(*row, class, Head::Households))
        })
        .collect();
    let borrowers = app.rules.plan.indicator("loan_households").map(|one| one.kept[0].base);
    let grain = Grain::AdministrativeHalf;
    // Of a unit that is no more, its last whole half-year; what comes after is another's.
    let end = app.rules.atlas.record(unit).to;
    let current = Period::containing(grain, now().0.min(end));
    let whole = |period: &Period| *period.days().end() <= end;
    let current = current.filter(whole).or(current.and_then(Period::before));
    let mut at = current;
    while let Some(period) = at {
        let days = period.days();
        if days.end().ymd().0 < FIRST_YEAR {
            break;
        }
        let slots = Slot::from(*days.start())..=Slot::from(*days.end());
        let moved = cells.sum(unit, &columns, slots).0 != 0;
        let slot = Slot::from(period);
        if moved || borrowers.is_some_and(|one| cells.sum(unit, &[one], slot..=slot).0 != 0) {
            return period;
        }
        at = period.before();
    }
    current.or_else(|| Period::containing(grain, Day(8000))).unwrap_or_else(first_half)
}

fn first_half() -> Period {
    "2021-H1@administrative".parse().expect("a period as it writes itself")
}

/// The calendar whose periods are offered: that of the time shown.
pub(crate) fn calendar(time: Time) -> Calendar {
    match time {
        Time::Period(period) => period.grain().calendar(),
        Time::Days(..) => Calendar::Administrative,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::Who;

    #[test]
    fn a_time_is_read_from_the_address_or_refused() {
        for (query, expected) in [
            (&[][..], Ok(None)),
            (&[("period", "2021-H1@administrative")], Ok(Some("2021-H1@administrative"))),
            (
                &[("period", "2021-H1@administrative"), ("calendar", "civil")],
                Ok(Some("2021-H1@civil")),
            ),
            (
                &[("period", "2021-9M@administrative"), ("calendar", "civil")],
                Ok(Some("2021@civil")),
            ),
            (
                &[("period", "2021-2025@programme"), ("calendar", "civil")],
                Ok(Some("2021-2025@programme")),
            ),
            (&[("period", "2021"), ("calendar", "martian")], Ok(Some("2021@civil"))),
            (&[("period", "x")], Err(())),
            (&[("from", "2021-01-01")], Err(())),
            (&[("from", "2021-02-01"), ("to", "2021-01-01")], Err(())),
            (&[("from", "2021-02-30"), ("to", "2021-03-01")], Err(())),
        ] {
            let query: Vec<_> =
                query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let ask = Ask::new("/u/VN", query.clone(), Lang::Vi, Who::public());
            let time = asked(&ask).map_err(|_| ());
            let expected =
                expected.map(|period| period.map(|text| Time::Period(text.parse().unwrap())));
            assert_eq!(time, expected, "{query:?}");
        }
    }
}
