//! The clock by which receive times are given, and whether it can be right.
//!
//! The order of a journal is its positions; a receive time says when a record was known. A clock that
//! jumped once must not spoil that for ever, so a time that is far from the last one is not written
//! until somebody says that the clock is right. While the program runs, the clock is held against one
//! that nobody can set: there no jump is believed.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Error, ReceiveTime, Result};

/// The longest time between two records that nobody has to confirm: 366 days. A journal may rest for
/// a year.
pub const REST_MAX_MS: i64 = 366 * 86_400_000;
/// How far a clock may move, while the program runs, away from one that only counts: 10 minutes.
pub const MOVED_MAX_MS: i64 = 10 * 60_000;
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
    /// What nobody sets, and by how much it was behind the clock when the program started.
    running: Option<Running>,
}

/// A clock that only counts milliseconds, from whenever, also while the machine sleeps.
#[derive(Clone)]
struct Running {
    count: Arc<dyn Fn() -> i64 + Send + Sync>,
    behind: Arc<Mutex<i64>>,
}

impl Clock {
    /// The system's.
    pub fn system() -> Clock {
        let shown = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        };
        Clock::of(shown).beside(counted_ms)
    }

    /// Another one: milliseconds since the Unix epoch. It is held against nothing while it runs.
    pub fn of(now: impl Fn() -> i64 + Send + Sync + 'static) -> Clock {
        let last = Arc::new(AtomicI64::new(NONE));
        Clock { now: Arc::new(now), stated: None, trusted: false, last, running: None }
    }

    /// The same held against a clock that nobody can set, from now on: milliseconds from whenever.
    #[must_use]
    pub fn beside(self, count: impl Fn() -> i64 + Send + Sync + 'static) -> Clock {
        let behind = Arc::new(Mutex::new((self.now)().saturating_sub(count())));
        Clock { running: Some(Running { count: Arc::new(count), behind }), ..self }
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
    /// `Clock`: the clock cannot be right, or the last receive time was not. `ClockMoved`: it was set to
    /// another time while the program runs.
    pub fn check(&self) -> Result<ReceiveTime> {
        let (last, now) = (self.last.load(Ordering::Acquire), (self.now)());
        let is_stated = self.stated.as_ref().is_some_and(|stated| stated.contains(&now));
        if let Some(running) = &self.running {
            running.check(now, is_stated || self.trusted)?;
        }
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

impl Running {
    /// Whether the clock shows what it showed at the start and what was counted since. One that is
    /// believed all the same is measured by what it shows now.
    fn check(&self, now: i64, is_believed: bool) -> Result<()> {
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = (self.count)();
        let due = counted.saturating_add(*behind);
        if (-MOVED_MAX_MS..=MOVED_MAX_MS).contains(&now.saturating_sub(due)) {
            return Ok(());
        }
        if is_believed {
            *behind = now.saturating_sub(counted);
            return Ok(());
        }
        Err(Error::ClockMoved { due: ReceiveTime(due), now: ReceiveTime(now) })
    }
}

/// Milliseconds since the machine started, with those that it slept: a wall clock that is right again
/// after sleep has moved by no more.
#[cfg(target_os = "linux")]
fn counted_ms() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
}

/// Milliseconds since this was first asked for.
#[cfg(not(target_os = "linux"))]
fn counted_ms() -> i64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(std::time::Instant::now);
    i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX)
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
    fn a_clock_that_is_set_while_the_program_runs_is_not_believed() {
        let minute = 60_000;
        let today = Some(NOON - DAY / 2..NOON + DAY / 2);
        // What was counted since the start, what the clock shows then, what somebody states, and the
        // time that is given.
        let table: [(i64, i64, &Option<Range<i64>>, bool); 12] = [
            (0, NOON, &None, true),
            (DAY, NOON + DAY, &None, true),
            (400 * DAY, NOON + 400 * DAY, &None, true),
            // Steps by which clocks are set right.
            (DAY, NOON + DAY + MOVED_MAX_MS, &None, true),
            (DAY, NOON + DAY - MOVED_MAX_MS, &None, true),
            (DAY, NOON + DAY + MOVED_MAX_MS + 1, &None, false),
            (DAY, NOON + DAY - MOVED_MAX_MS - 1, &None, false),
            // Less than a journal may rest.
            (minute, NOON + 300 * DAY, &None, false),
            (minute, NOON + 60 * minute, &None, false),
            // It is later than the last receive time, and wrong all the same.
            (3 * DAY, NOON + DAY, &None, false),
            (minute, NOON + 60 * minute, &today, true),
            (minute, NOON + 300 * DAY, &today, false),
        ];
        for (number, (counted, shown, stated, expected)) in table.into_iter().enumerate() {
            for last in [None, Some(ReceiveTime(NOON))] {
                let (now, count) = (Arc::new(AtomicI64::new(NOON)), Arc::new(AtomicI64::new(7)));
                let read = |of: &Arc<AtomicI64>| {
                    let of = Arc::clone(of);
                    move || of.load(Ordering::Acquire)
                };
                let clock = Clock::of(read(&now)).beside(read(&count));
                let clock = Clock { stated: stated.clone(), ..clock };
                clock.learn(last);
                assert_eq!(clock.check().ok(), Some(ReceiveTime(NOON)), "line {number}");
                now.store(shown, Ordering::Release);
                count.store(7 + counted, Ordering::Release);
                let given = clock.check();
                // After more than a rest the last receive time is too old, whatever was counted.
                let rested = last.is_some() && shown - NOON > REST_MAX_MS;
                assert_eq!(given.is_ok(), expected && !rested, "line {number}: {given:?}");
                if let (Err(error), false) = (&given, rested) {
                    assert!(matches!(error, Error::ClockMoved { .. }), "line {number}: {error}");
                }
                let trusted = Clock { trusted: true, ..clock.clone() };
                assert!(trusted.check().is_ok(), "line {number}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_right_again_is_believed_again_and_one_that_was_stated_stays_believed() {
        let (now, count) = (Arc::new(AtomicI64::new(NOON)), Arc::new(AtomicI64::new(0)));
        let (shown, counted) = (Arc::clone(&now), Arc::clone(&count));
        let clock = Clock::of(move || shown.load(Ordering::Acquire))
            .beside(move || counted.load(Ordering::Acquire));
        let at = |minutes: i64, ahead: i64| {
            now.store(NOON + minutes * 60_000 + ahead, Ordering::Release);
            count.store(minutes * 60_000, Ordering::Release);
        };
        let clones = [clock.clone(), clock.clone().stating(NOON + DAY..NOON + 2 * DAY)];
        for (minutes, ahead, expected) in [(1, 0, true), (2, 30 * DAY, false), (3, 0, true)] {
            at(minutes, ahead);
            assert_eq!(clones[0].check().is_ok(), expected, "{minutes}");
        }
        // Somebody says that it is tomorrow, and set the clock; the day after it is tomorrow's clock.
        at(4, DAY);
        assert!(clones[0].check().is_err());
        assert!(clones[1].check().is_ok());
        at(5 + 2 * 1_440, DAY);
        assert!(clones.iter().all(|clock| clock.check().is_ok()));
    }

    #[test]
    fn the_systems_clock_runs_beside_one_that_only_counts() {
        let clock = Clock::system();
        let running = clock.running.as_ref().expect("it is held against one");
        let (first, second) = ((running.count)(), (running.count)());
        assert!(first <= second);
        assert!(clock.check().is_ok());
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
