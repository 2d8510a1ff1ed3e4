//! The time that a page is about.

use domain::figures::Time;
use domain::time::Day;
use query::When;

use super::time;
use super::view::View;

impl View<'_> {
    /// First and last day.
    pub(crate) fn days(&self) -> (Day, Day) {
        let days = self.time.days();
        (*days.start(), *days.end())
    }

    /// The time just before, equally long.
    pub(crate) fn before(&self) -> Option<Time> {
        match self.time {
            Time::Period(period) => period.before().map(Time::Period),
            Time::Days(first, last) => {
                let length = last.0 - first.0;
                let end = first.0.checked_sub(1)?;
                Some(Time::Days(Day(end.saturating_sub(length)), Day(end)))
            }
        }
    }

    /// The time as questions have it.
    pub(crate) fn when(&self) -> When {
        time::when(self.time)
    }

    /// What the time is called.
    pub(crate) fn title(&self) -> String {
        time::title(self.lang, self.time)
    }

    /// Whether the time is not over yet.
    pub(crate) fn goes_on(&self) -> bool {
        time::now().0 <= self.days().1
    }

    /// The period as it writes itself; none for days.
    pub(crate) fn period_name(&self) -> Option<String> {
        match self.time {
            Time::Period(period) => Some(period.to_string()),
            Time::Days(..) => None,
        }
    }
}
