//! Which period each day lies in, looked up.

use super::{Day, Grain, Period};

/// The periods of every day, looked up: the fold asks for each loan and each grain.
#[derive(Clone, Debug)]
pub struct Calendars {
    by_day: Vec<[Option<Period>; Grain::ALL.len()]>,
}

/// Days from 2000 to the end of 2059 are in the table; later ones are computed.
const TABLE_DAYS: u16 = 21_915;

impl Default for Calendars {
    fn default() -> Calendars {
        let of_day = |day| Grain::ALL.map(|grain| Period::containing(grain, Day(day)));
        Calendars { by_day: (0..TABLE_DAYS).map(of_day).collect() }
    }
}

impl Calendars {
    /// The same as [`Period::containing`].
    pub fn containing(&self, grain: Grain, day: Day) -> Option<Period> {
        match self.by_day.get(usize::from(day.0)) {
            Some(periods) => periods[grain as usize],
            None => Period::containing(grain, day),
        }
    }
}
