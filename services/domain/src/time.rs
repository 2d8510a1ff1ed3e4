//! Civil days in Viet Nam, and the three calendars of named periods over them.

mod day;
mod table;
mod text;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use day::{Day, Unreadable};
pub use table::Calendars;

/// A calendar: one way to cut time into named periods.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Calendar {
    /// Calendar months, quarters, halves and years (statistics).
    Civil,
    /// Months from the 15th to the 14th, as administrative reports are cut off (Decree 09/2019
    /// and the provinces' decisions): the first half of 2021 is 15 December 2020 to 14 June 2021.
    Administrative,
    /// The five-year terms of the national target programmes (2021-2025).
    Programme,
}

impl Calendar {
    /// All calendars.
    pub const ALL: [Calendar; 3] = [Calendar::Civil, Calendar::Administrative, Calendar::Programme];

    /// The calendar's name as written in period names and in the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Calendar::Civil => "civil",
            Calendar::Administrative => "administrative",
            Calendar::Programme => "programme",
        }
    }
}

/// One length of period of one calendar: `civil.month`, `administrative.half`, `programme.term`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Grain {
    CivilMonth,
    CivilQuarter,
    CivilHalf,
    CivilYear,
    AdministrativeMonth,
    AdministrativeQuarter,
    AdministrativeHalf,
    AdministrativeNineMonths,
    AdministrativeYear,
    ProgrammeTerm,
}

impl Grain {
    /// All grains.
    pub const ALL: [Grain; 10] = [
        Grain::CivilMonth,
        Grain::CivilQuarter,
        Grain::CivilHalf,
        Grain::CivilYear,
        Grain::AdministrativeMonth,
        Grain::AdministrativeQuarter,
        Grain::AdministrativeHalf,
        Grain::AdministrativeNineMonths,
        Grain::AdministrativeYear,
        Grain::ProgrammeTerm,
    ];

    /// The calendar it belongs to.
    pub fn calendar(self) -> Calendar {
        match self {
            Grain::CivilMonth | Grain::CivilQuarter | Grain::CivilHalf | Grain::CivilYear => {
                Calendar::Civil
            }
            Grain::AdministrativeMonth
            | Grain::AdministrativeQuarter
            | Grain::AdministrativeHalf
            | Grain::AdministrativeNineMonths
            | Grain::AdministrativeYear => Calendar::Administrative,
            Grain::ProgrammeTerm => Calendar::Programme,
        }
    }

    /// The grain's name as written in the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Grain::CivilMonth => "civil.month",
            Grain::CivilQuarter => "civil.quarter",
            Grain::CivilHalf => "civil.half",
            Grain::CivilYear => "civil.year",
            Grain::AdministrativeMonth => "administrative.month",
            Grain::AdministrativeQuarter => "administrative.quarter",
            Grain::AdministrativeHalf => "administrative.half",
            Grain::AdministrativeNineMonths => "administrative.nine_months",
            Grain::AdministrativeYear => "administrative.year",
            Grain::ProgrammeTerm => "programme.term",
        }
    }

    /// The grain of that name.
    pub fn named(name: &str) -> Option<Grain> {
        Grain::ALL.into_iter().find(|grain| grain.name() == name)
    }

    /// Months in one period, and months from the start of one to the start of the next.
    fn months(self) -> (u32, u32) {
        match self {
            Grain::CivilMonth | Grain::AdministrativeMonth => (1, 1),
            Grain::CivilQuarter | Grain::AdministrativeQuarter => (3, 3),
            Grain::CivilHalf | Grain::AdministrativeHalf => (6, 6),
            Grain::AdministrativeNineMonths => (9, 12),
            Grain::CivilYear | Grain::AdministrativeYear => (12, 12),
            Grain::ProgrammeTerm => (60, 60),
        }
    }
}

/// A named period: a grain and how many such periods lie between it and the one of the year 2000
/// (the programme's terms: of 1996-2000).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period(u16);

/// The programme's term that holds the year 2000 began in 1996.
const FIRST_TERM: i32 = 1996;
const FIRST_YEAR: i32 = 2000;
const ORDINAL_BITS: u32 = 12;

impl Period {
    fn new(grain: Grain, ordinal: u32) -> Option<Period> {
        (ordinal < 1 << ORDINAL_BITS)
            .then_some(Period((grain as u16) << ORDINAL_BITS | ordinal as u16))
    }

    /// The grain of this period.
    pub fn grain(self) -> Grain {
        Grain::ALL[usize::from(self.0 >> ORDINAL_BITS)]
    }

    fn ordinal(self) -> u32 {
        u32::from(self.0 & ((1 << ORDINAL_BITS) - 1))
    }

    /// The number that stands for this period in a cell's slot.
    pub fn slot(self) -> u16 {
        self.0
    }

    /// The period that a slot stands for.
    pub fn from_slot(slot: u16) -> Option<Period> {
        (usize::from(slot >> ORDINAL_BITS) < Grain::ALL.len()).then_some(Period(slot))
    }

    /// The period of this grain that contains a day; none for a day between two "nine months".
    pub fn containing(grain: Grain, day: Day) -> Option<Period> {
        let (year, month, day_of_month) = day.ymd();
        let first = if grain == Grain::ProgrammeTerm { FIRST_TERM } else { FIRST_YEAR };
        let mut index = u32::try_from(year - first).ok()? * 12 + month - 1;
        if grain.calendar() == Calendar::Administrative && day_of_month >= 15 {
            index += 1;
        }
        let (length, stride) = grain.months();
        (index % stride < length).then(|| Period::new(grain, index / stride)).flatten()
    }

    /// First and last day.
    pub fn days(self) -> RangeInclusive<Day> {
        let (length, stride) = self.grain().months();
        let start = self.ordinal() * stride;
        let first_of = |index: u32| match self.grain().calendar() {
            Calendar::Civil => nth_month(FIRST_YEAR, index, 1),
            Calendar::Programme => nth_month(FIRST_TERM, index, 1),
            // The 15th of the month before; the first one would begin in 1999.
            Calendar::Administrative if index == 0 => Day::MIN,
            Calendar::Administrative => nth_month(FIRST_YEAR, index - 1, 15),
        };
        first_of(start)..=first_of(start + length).previous()
    }

    /// Whether the day lies in this period.
    pub fn contains(self, day: Day) -> bool {
        Period::containing(self.grain(), day) == Some(self)
    }

    /// The period of the same grain just before.
    pub fn before(self) -> Option<Period> {
        self.ordinal().checked_sub(1).and_then(|ordinal| Period::new(self.grain(), ordinal))
    }
}

fn nth_month(first_year: i32, index: u32, day: u32) -> Day {
    let year = first_year + i32::try_from(index / 12).expect("few years");
    Day::from_ymd(year, index % 12 + 1, day).unwrap_or(if year < FIRST_YEAR {
        Day::MIN
    } else {
        Day::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn periods_have_the_days_the_rules_give_them() {
        let table = [
            ("2021", "2021-01-01", "2021-12-31"),
            ("2021-06", "2021-06-01", "2021-06-30"),
            ("2021-Q1", "2021-01-01", "2021-03-31"),
            ("2021-H2@civil", "2021-07-01", "2021-12-31"),
            // Decree 09/2019 and the provinces' decisions: 15 December to 14 June.
            ("2021-H1@administrative", "2020-12-15", "2021-06-14"),
            ("2021-01@administrative", "2020-12-15", "2021-01-14"),
            ("2021-Q2@administrative", "2021-03-15", "2021-06-14"),
            ("2021-9M@administrative", "2020-12-15", "2021-09-14"),
            ("2021@administrative", "2020-12-15", "2021-12-14"),
            ("2021-2025@programme", "2021-01-01", "2025-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
        ];
        for (name, first, last) in table {
            let period: Period = name.parse().unwrap();
            assert_eq!(period.days(), day(first)..=day(last), "{name}");
            assert_eq!(period.to_string().parse(), Ok(period), "{name}");
            assert_eq!(Period::from_slot(period.slot()), Some(period));
            assert!(period.contains(day(first)) && period.contains(day(last)), "{name}");
            assert!(!period.contains(day(first).previous()), "{name}");
            assert!(!period.contains(day(last).next()), "{name}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "21",
            "2021-13",
            "2021-Q5",
            "2021-H3",
            "2021-9M",
            "2021-00",
            "1999",
            "2021@lunar",
            "2022-2026@programme",
            "+021",
            "2021-+1",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_month_later_is_clamped_to_the_end_of_a_shorter_month() {
        let table = [
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 36, "2027-02-28"),
            ("2021-01-31", 1, "2021-02-28"),
            ("2021-06-15", 36, "2024-06-15"),
        ];
        for (from, months, to) in table {
            assert_eq!(day(from).plus_months(months), day(to), "{from} + {months}");
        }
    }

    #[test]
    fn every_day_lies_in_one_period_of_each_grain_but_the_nine_months() {
        for n in 0..20_000 {
            for grain in Grain::ALL {
                let period = Period::containing(grain, Day(n));
                assert!(
                    period.is_some_and(|p| p.days().contains(&Day(n)))
                        || (period.is_none() && grain == Grain::AdministrativeNineMonths)
                );
            }
        }
    }
}
