//! Milestones: rules that figures cross. Which were reached, by which fact, and which were taken
//! back because a figure turned out to be wrong.
//!
//! Pure: a [`Watch`] sees each change of a fold and says what it tips. No I/O, no clock: the day is
//! the one on which the journal received the record.

mod compile;
mod denominators;
mod depends;
mod document;
mod gauge;
mod hash;
mod known;
mod lines;
mod look;
mod meter;
mod notice;
mod openings;
mod periods;
mod rack;
mod read;
mod rows;
mod rule;
mod scope;
mod span;
mod standing;
mod units;
mod watch;
mod written;

pub use document::{Event, Milestone, TYPE_REACHED, TYPE_WITHDRAWN, Title, event, event_id, route};
pub use notice::{Act, By, Instance, Notice};
pub use read::{Defect, RULES_MAX};
pub use rule::{Against, Definition, Measured, On, Rule, Rules, Scope, Side};
pub use watch::{Seen, Watch};
