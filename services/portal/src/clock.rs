//! The time of day in Viet Nam, for people: no figure depends on it.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use domain::time::Day;

/// Viet Nam is seven hours ahead of UTC, all year.
const AHEAD_S: i32 = 7 * 3600;
/// Days from 1970-01-01 to 2000-01-01, day 0.
const EPOCH_DAYS: i64 = 10_957;

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Today in Viet Nam.
pub(crate) fn today() -> Day {
    day(now_ms())
}

fn day(ms: i64) -> Day {
    let days = (ms.div_euclid(1000) + i64::from(AHEAD_S)).div_euclid(86_400) - EPOCH_DAYS;
    Day(u16::try_from(days.max(0)).unwrap_or(u16::MAX))
}

/// `2021-06-14T09:30:00.000+07:00`.
pub(crate) fn written(ms: i64) -> String {
    let zone = FixedOffset::east_opt(AHEAD_S).expect("seven hours are an offset");
    DateTime::from_timestamp_millis(ms)
        .map(|time| time.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, false))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_viet_nam() {
        for (ms, written_as, on) in [
            (1_609_433_999_999, "2020-12-31T23:59:59.999+07:00", "2020-12-31"),
            (1_609_434_000_000, "2021-01-01T00:00:00.000+07:00", "2021-01-01"),
        ] {
            assert_eq!(written(ms), written_as);
            assert_eq!(day(ms).to_string(), on);
        }
        assert_eq!(day(-1), Day::MIN);
    }
}
