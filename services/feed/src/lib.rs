//! The feed of milestones: what the outbox holds is told once, for ever, and can be read from any
//! point.
//!
//! ```text
//! commit ─► outbox ─► announce ─► feed (a journal of its own) ─► followed: pages, API, events
//!                                                             └► subscribers, webhooks
//! ```
//!
//! The feed is never derived again: an outbox that is made anew, by a rebuild or under other rules,
//! is compared with it event by event, and only what it does not have is told.

mod announce;
mod error;
mod followed;
mod foreign;
mod page;
mod place;

pub use announce::announce;
pub use error::{Error, Result};
pub use followed::Followed;
pub use foreign::Foreign;
pub use page::{Filter, Page, Told, page};
pub use place::{options, repair, url};
