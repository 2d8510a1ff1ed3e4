//! What time it is: sessions and tokens end, and readings are dated.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Day;

/// 2000-01-01 in Viet Nam, seven hours ahead of UTC.
const FIRST_S: u64 = 946_684_800 - 7 * 3600;

/// Seconds since the Unix epoch; a value of its own, so that tests can tell the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    /// The system's.
    pub fn system() -> Clock {
        Clock(Arc::new(|| {
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
        }))
    }

    /// One that says what it is told.
    pub fn of(tell: impl Fn() -> u64 + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(tell))
    }

    /// Seconds since the Unix epoch, now.
    pub fn now_s(&self) -> u64 {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now_s())
    }
}

/// Today in Viet Nam.
pub fn today() -> Day {
    day(Clock::system().now_s())
}

/// The day in Viet Nam of a moment.
pub(crate) fn day(now_s: u64) -> Day {
    Day(u16::try_from(now_s.saturating_sub(FIRST_S) / 86_400).unwrap_or(u16::MAX))
}

/// A moment as RFC 3339 writes it, in Viet Nam.
pub fn written(now_s: u64) -> String {
    let of_day = now_s.saturating_sub(FIRST_S) % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}+07:00", day(now_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_it_is_in_viet_nam() {
        for (seconds, expected) in [
            (1_783_000_799, "2026-07-02T20:59:59+07:00"),
            (1_767_199_999, "2025-12-31T23:53:19+07:00"),
            (1_767_200_400, "2026-01-01T00:00:00+07:00"),
        ] {
            assert_eq!(written(seconds), expected);
        }
    }
}
