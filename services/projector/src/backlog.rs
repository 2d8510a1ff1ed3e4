//! How long the oldest record has waited that is not folded, by this process's own clock: no jump
//! of anybody's time makes it younger.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Most ends that are remembered. Beyond that what came last counts as older than it is.
const ENDS_MAX: usize = 4_096;

/// Ends of the journal, each with the moment when it was seen first; only those not folded yet.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    ends: VecDeque<(Instant, u64)>,
}

impl Backlog {
    /// The journal was seen to end there.
    pub(crate) fn see(&mut self, end: u64, now: Instant) {
        let is_full = self.ends.len() >= ENDS_MAX;
        match self.ends.back_mut() {
            Some((_, last)) if *last >= end => {}
            Some((_, last)) if is_full => *last = end,
            Some(_) | None => self.ends.push_back((now, end)),
        }
    }

    /// How long the oldest record has waited since it was seen; nothing, if all are folded.
    pub(crate) fn age(&mut self, folded: u64, now: Instant) -> Duration {
        while self.ends.front().is_some_and(|(_, end)| *end <= folded) {
            self.ends.pop_front();
        }
        self.ends.front().map_or(Duration::ZERO, |(since, _)| now.duration_since(*since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_record_that_is_not_folded_ages_and_not_the_number_of_them() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut backlog = Backlog::default();
        // When, what end is seen, how far the fold is, how old the oldest is.
        let table = [
            (0, 10, 10, 0),
            (1, 11, 10, 0),
            (2, 500, 10, 1),
            (60, 500, 10, 59),
            (60, 500, 11, 58),
            (61, 501, 499, 59),
            (62, 501, 500, 1),
            (63, 501, 501, 0),
            (99, 501, 501, 0),
            (100, 502, 501, 0),
            (130, 502, 501, 30),
        ];
        for (seconds, end, folded, age) in table {
            backlog.see(end, at(seconds));
            assert_eq!(backlog.age(folded, at(seconds)), Duration::from_secs(age), "{seconds}");
        }
    }

    #[test]
    fn of_very_many_ends_none_is_younger_than_it_is_and_few_are_kept() {
        let start = Instant::now();
        let mut backlog = Backlog::default();
        let many = ENDS_MAX as u64 * 3;
        for end in 1..=many {
            backlog.see(end, start + Duration::from_secs(end));
        }
        assert_eq!(backlog.ends.len(), ENDS_MAX);
        let now = start + Duration::from_secs(many);
        assert!(backlog.age(many - 1, now) >= Duration::from_secs(1));
        assert_eq!(backlog.age(many, now), Duration::ZERO);
    }
}
