//! A civil day, and what cannot be read as one.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A civil day in Asia/Ho_Chi_Minh, counted from 2000-01-01 (day 0) to 2179-06-06.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Day(pub u16);

const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a valid date");

impl Day {
    /// The first day that can be told.
    pub const MIN: Day = Day(0);
    /// The last day that can be told.
    pub const MAX: Day = Day(u16::MAX);

    /// The day of a civil date, when it exists and lies within the range of [`Day`].
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        u16::try_from((date - EPOCH).num_days()).ok().map(Day)
    }

    fn date(self) -> NaiveDate {
        EPOCH + chrono::Days::new(u64::from(self.0))
    }

    /// Year, month (1 to 12) and day of the month (1 to 31).
    pub fn ymd(self) -> (i32, u32, u32) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    /// The same day of the month `months` later, or that month's last day where it is shorter
    /// (29 February and 12 months give 28 February).
    pub fn plus_months(self, months: u32) -> Day {
        let later = self.date().checked_add_months(Months::new(months));
        let days = later.map_or(i64::MAX, |date| (date - EPOCH).num_days());
        Day(u16::try_from(days).unwrap_or(u16::MAX))
    }

    /// The next day; the last day that can be told is its own next.
    pub fn next(self) -> Day {
        Day(self.0.saturating_add(1))
    }

    /// The day before; the first day that can be told is its own day before.
    pub fn previous(self) -> Day {
        Day(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// A text that is no date (`YYYY-MM-DD`) in the range of [`Day`], or no period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl FromStr for Day {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Day, Unreadable> {
        parse_date(text.as_bytes())
            .ok_or_else(|| Unreadable(format!("\"{text}\" is not a date; write YYYY-MM-DD")))
    }
}

fn parse_date(text: &[u8]) -> Option<Day> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0u32, |sum, c| c.is_ascii_digit().then(|| sum * 10 + u32::from(c - b'0')))
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    Day::from_ymd(year, number(&[m1, m2])?, number(&[d1, d2])?)
}
