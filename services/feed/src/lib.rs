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
//!
//! Not here: which figure crossed which line (`milestones`), and sending to others (`herald`).
//!
//! ```
//! use std::path::Path;
//!
//! // Beside a journal of files it lies in the data folder, under NATS on the same server.
//! assert_eq!(feed::url("dir:data/journal", Path::new("data")), "dir:data/milestones");
//! assert_eq!(feed::url("nats://127.0.0.1:4222", Path::new("data")), "nats://127.0.0.1:4222");
//!
//! # async fn follow(data: &Path) -> Result<(), Box<dyn std::error::Error>> {
//! // The first fifty milestones of a feed that is there.
//! let options = feed::options(&journal::Options::default());
//! let journal = journal::Journal::open(&feed::url("dir:", data), &options).await?;
//! let page = feed::page(&journal, 0, &feed::Filter::default(), 50).await?;
//! for told in &page.events {
//!     let milestone = &told.event.data;
//!     assert!(told.position <= page.next && !milestone.rule.is_empty());
//! }
//! # Ok(())
//! # }
//! ```

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
