//! Milestones: rules that figures cross. Which were reached, by which fact, and which were taken
//! back because a figure turned out to be wrong.
//!
//! Pure: a [`Watch`] sees each change of a fold and says what it tips. No I/O, no clock: the day is
//! the one on which the journal received the record.
//!
//! Not here: what a figure is (`domain`, `query`), keeping what was said (`store`, `feed`), and sending
//! it (`herald`).
//!
//! Rules are data, and what cannot be is refused with its line and the way out:
//!
//! ```
//! use domain::contribution;
//! use milestones::Rules;
//! use proto::{catalogue::Catalogue, gazetteer::Gazetteer};
//!
//! let (atlas, plan) = (Gazetteer::embedded().atlas.clone(), Catalogue::embedded().plan.clone());
//! let figures = contribution::Rules { atlas, plan };
//! let text = r#"
//! [[milestone]]
//! id = "fifty_loans"
//! vi = "Lượt vay thứ 50"
//! en = "Fiftieth loan"
//! indicator = "loan_instances"
//! counted_in = "household_time"
//! is = "at_least"
//! number = "50"
//! grain = "civil.year"
//! levels = ["commune"]
//! on = "running"
//! "#;
//! let rules = Rules::read("mine.toml", text, &figures).expect("all is good");
//! assert!(rules.rule("fifty_loans").is_some());
//! let defects = Rules::read("mine.toml", &text.replace("loan_instances", "loanz"), &figures);
//! assert_eq!(defects.expect_err("there is no such indicator")[0].line, 6);
//! ```

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
