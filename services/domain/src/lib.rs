//! The rules: what facts mean and how they add up.
//!
//! Pure: no I/O, no clock, no async, no JSON, no NATS, no sled. The same facts give the same
//! figures, in any order, in any batches, after any restart.
//!
//! The whole idea is [`contribution`]: what one subject's facts come to is a pure function of them,
//! [`contribution::contributions`], and a new fact changes the sums by the
//! [`contribution::difference`] of that before and after. [`fold`] does so record by record,
//! [`batch`] all at once, and both come to the same [`books`].
//!
//! Not here: how a fact is written (`proto`), how a figure is asked for and labelled (`query`), where
//! anything is kept (`journal`, `store`).
//!
//! ```
//! use domain::number::rounded;
//! use domain::time::{Day, Period};
//!
//! let day = |text: &str| text.parse::<Day>().expect("a day");
//! // The half-year of the administration ends on the 14th.
//! let half: Period = "2021-H1@administrative".parse().expect("a period");
//! assert_eq!(half.days(), day("2020-12-15")..=day("2021-06-14"));
//! // Shares stay two whole numbers, and are rounded once, when they are shown: 12.28 %.
//! assert_eq!(rounded(2_342 * 100, 19_076, 2), 1_228);
//! ```

mod alone;
pub mod atlas;
pub mod batch;
pub mod books;
pub mod bounds;
pub mod catalogue;
pub mod closing;
pub mod codes;
mod compile;
pub mod contribution;
pub mod disclosure;
pub mod exact;
pub mod fact;
pub mod facts;
pub mod figures;
pub mod finding;
pub mod fold;
mod gathering;
pub mod growth;
pub mod household;
mod kept;
mod keys;
mod long;
pub mod movements;
pub mod number;
pub mod plan;
pub mod posting;
mod rivals;
pub mod rollup;
mod tangles;
pub mod time;
pub mod timeline;
mod whereabouts;
