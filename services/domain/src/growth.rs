//! A timeline as it grows, fact by fact: what each changes, at the cost of what it changes.

use crate::contribution::{Change, Rules};
use crate::fact::Fact;
use crate::long::{Delta, Long};
use crate::timeline::Timeline;

/// A timeline whose keys no other subject has, and what it has come to so far.
#[derive(Debug)]
pub struct Growth<'r> {
    timeline: Timeline,
    long: Long,
    rules: &'r Rules,
}

impl<'r> Growth<'r> {
    /// Begins with a timeline as it is.
    pub fn of(timeline: Timeline, rules: &'r Rules) -> Growth<'r> {
        let long = Long::of(&timeline, rules);
        Growth { timeline, long, rules }
    }

    /// Puts the facts of one record into it; what that changes, which is the
    /// [`difference`](crate::contribution::difference) of the timelines before and after.
    pub fn add<'f>(&mut self, facts: impl IntoIterator<Item = &'f Fact>) -> Change {
        let mut delta = Delta::default();
        for fact in facts {
            if self.timeline.fact_at(&fact.order()).is_none() {
                let has_rival = self.long.named(fact.key).next().is_some();
                self.timeline.insert_beside(fact.clone(), has_rival);
                self.long.add(&self.timeline, fact, self.rules, &mut delta);
            }
        }
        delta.into_change()
    }
}
