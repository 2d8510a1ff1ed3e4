//! The clock by which receive times are given, and whether it can be right.
//!
//! The order of a journal is its positions; a receive time says when a record was known. A clock that
//! jumped once must not spoil that for ever, so a time that is far from the last one is not written
//! until somebody says that the clock is right.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Error, ReceiveTime, Result};

/// The longest time between two records that nobody has to confirm: 366 days. A journal may rest for
/// a year.
pub const REST_MAX_MS: i64 = 366 * 86_400_000;
/// How far a clock may go back that nobody has to confirm: 10 minutes. Clocks are set right by less,
/// and servers that lead in turn differ by less; the last time is given again meanwhile.
pub const BACK_MAX_MS: i64 = 10 * 60_000;

const NONE: i64 = i64::MIN;

/// A clock, and the last receive time of the journal that it is used for. Its clones know the same.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// When it is by what somebody says.
    stated: Option<Range<i64>>,
    /// Whether it is believed whatever it shows.
    trusted: bool,
    last: Arc<AtomicI64>,
}

impl Clock {
    /// The system's.
    pub fn system() -> Clock {
        Clock::of(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    }

    /// Another one: milliseconds since the Unix epoch.
    pub fn of(now: impl Fn() -> i64 + Send + Sync + 'static) -> Clock {
        let last = Arc::new(AtomicI64::new(NONE));
        Clock { now: Arc::new(now), stated: None, trusted: false, last }
    }

    /// The same where somebody says that it is between these moments: while it shows such a one it is
    /// right, however far from the last receive time.
    #[must_use]
    pub fn stating(self, stated: Range<i64>) -> Clock {
        Clock { stated: Some(stated), ..self }
    }

    /// The system's, believed whatever it shows: for what is only told on, and for copies.
    pub fn trusted() -> Clock {
        Clock { trusted: true, ..Clock::system() }
    }

    /// The receive time that a record would be given now.
    ///
    /// # Errors
    /// `Clock`: the clock cannot be right, or the last receive time was not.
    pub fn check(&self) -> Result<ReceiveTime> {
        let (last, now) = (self.last.load(Ordering::Acquire), (self.now)());
        let is_stated = self.stated.as_ref().is_some_and(|stated| stated.contains(&now));
        let ahead = now.saturating_sub(last);
        match () {
            () if last == NONE => Ok(ReceiveTime(now)),
            () if (-BACK_MAX_MS..0).contains(&ahead) => Ok(ReceiveTime(last)),
            () if (0..=REST_MAX_MS).contains(&ahead) || is_stated || self.trusted => {
                Ok(ReceiveTime(now))
            }
            () => Err(Error::Clock { last: ReceiveTime(last), now: ReceiveTime(now) }),
        }
    }

    /// Whether there is a last receive time to measure by.
    pub(crate) fn knows(&self) -> bool {
        self.last.load(Ordering::Acquire) != NONE
    }

    /// Learns the last receive time of the journal; none where it has no record.
    pub(crate) fn learn(&self, last: Option<ReceiveTime>) {
        self.last.store(last.map_or(NONE, |last| last.0), Ordering::Release);
    }

    /// Learns the time that a server gave its last record. One that went back is not believed: then
    /// what we knew stays known, and nothing is written until somebody has looked.
    pub(crate) fn learn_of_server(&self, last: Option<ReceiveTime>) {
        let known = self.last.load(Ordering::Acquire);
        let is_stated = self.stated.is_some() || self.trusted;
        match last {
            Some(last) if known == NONE || is_stated || last.0 >= known - BACK_MAX_MS => {
                self.learn(Some(last));
            }
            Some(last) => tracing::error!(
                "the clock of the nats server went back, from {} to {last}",
                ReceiveTime(known)
            ),
            None => {}
        }
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("last", &self.last).field("stated", &self.stated).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;
    /// 29 November 2026, noon in Viet Nam.
    const NOON: i64 = 1_795_928_400_000;

    /// The last time, what the clock shows, what somebody states, and the time that is given.
    type Case<'a> = (Option<i64>, i64, &'a Option<Range<i64>>, Option<i64>);

    #[test]
    fn a_clock_is_believed_that_is_near_the_last_time_or_on_the_day_that_somebody_states() {
        let today = Some(NOON - DAY / 2..NOON + DAY / 2);
        let table: [Case<'_>; 16] = [
            (None, NOON, &None, Some(NOON)),
            // Nothing is known to measure the first one by.
            (None, NOON + 4000 * DAY, &None, Some(NOON + 4000 * DAY)),
            (Some(NOON), NOON, &None, Some(NOON)),
            (Some(NOON), NOON + 1, &None, Some(NOON + 1)),
            (Some(NOON), NOON + 366 * DAY, &None, Some(NOON + 366 * DAY)),
            (Some(NOON), NOON + 366 * DAY + 1, &None, None),
            (Some(NOON), NOON + 4000 * DAY, &None, None),
            (Some(NOON), NOON + 4000 * DAY, &today, None),
            // A leap second, and a clock that is set right.
            (Some(NOON), NOON - 1000, &None, Some(NOON)),
            (Some(NOON), NOON - BACK_MAX_MS, &None, Some(NOON)),
            (Some(NOON), NOON - BACK_MAX_MS - 1, &None, None),
            // The last one lied, or the battery of this machine is empty: a person tells which.
            (Some(NOON + 4000 * DAY), NOON, &None, None),
            (Some(NOON + 4000 * DAY), NOON, &today, Some(NOON)),
            (Some(NOON), 0, &None, None),
            (Some(NOON), 0, &today, None),
            (Some(NOON), NOON - 1000, &today, Some(NOON)),
        ];
        for (number, (last, now, stated, expected)) in table.into_iter().enumerate() {
            let clock = Clock { stated: stated.clone(), ..Clock::of(move || now) };
            clock.learn(last.map(ReceiveTime));
            assert_eq!(clock.check().ok().map(|time| time.0), expected, "line {number}");
            let trusted = Clock { trusted: true, ..clock };
            assert!(trusted.check().is_ok(), "line {number}");
        }
    }

    #[test]
    fn a_server_whose_clock_goes_back_is_not_believed_unless_somebody_states_the_day() {
        for (stated, last, expected) in [
            (None, NOON - BACK_MAX_MS, NOON - BACK_MAX_MS),
            (None, NOON - DAY, NOON),
            (None, NOON + DAY, NOON + DAY),
            (Some(NOON..NOON + 1), NOON - DAY, NOON - DAY),
        ] {
            let clock = Clock { stated, ..Clock::of(|| NOON) };
            clock.learn_of_server(Some(ReceiveTime(NOON)));
            clock.learn_of_server(Some(ReceiveTime(last)));
            assert_eq!(clock.last.load(Ordering::Acquire), expected);
        }
    }
}
