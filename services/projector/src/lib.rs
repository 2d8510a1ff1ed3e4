//! Tail, group, fold, commit: keeps the rollups of one journal.
//!
//! ```text
//! journal ─► feed ─► decode (2 workers, in order) ─► fold ─► commit (one at a time, beside the fold)
//!                                                    │
//!                                                    └─► Handle: readers in this process
//! ```
//!
//! A commit is an image of memory and may lag it; a restart takes the difference from the
//! journal. So a new, a restarted and a rebuilt projector are one code path, from another position.
//!
//! [`run`] follows a journal until told to stop, [`catch_up`] to its end, and
//! [`evaluate_journal`] makes the same books from the journal alone, without a store.
//!
//! Not here: what facts mean (`domain`), what rows look like (`store`). [`Shard`] lets a projector take
//! some provinces only; nothing yet adds up what several shards say.
//!
//! ```
//! use std::sync::Arc;
//!
//! use domain::contribution::Rules;
//! use journal::{Entry, Options, Writer};
//! use proto::{catalogue::Catalogue, gazetteer::Gazetteer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let url = format!("dir:{}", folder.path().join("journal").display());
//! let mut writer = Writer::open(&url, &Options::create()).await?;
//! let fact = r#"{"specversion":"1.0","type":"vn.tonghop.census.reported.v1","source":"urn:example","id":"1","time":"2021-03-05T00:00:00+07:00","data":{"unit":"L-24097","households":1426}}"#;
//! writer.append(&[Entry::new("52.L-24097", fact)]).await?;
//!
//! let (gazetteer, catalogue) = (Gazetteer::embedded(), Catalogue::embedded());
//! let rules = Rules { atlas: gazetteer.atlas.clone(), plan: catalogue.plan.clone() };
//! let rules = Arc::new(rules);
//! let journal = writer.journal();
//! let config = || {
//!     let data = folder.path().join("data");
//!     projector::Config::new(journal.clone(), data, rules.clone(), catalogue.hash())
//! };
//! let first = projector::catch_up(config(), |_| ()).await?;
//! assert_eq!((first.records, first.mark.position), (1, 1));
//! drop(first);
//! // A restart finds the rows as they were, and reads nothing again.
//! let again = projector::catch_up(config(), |_| ()).await?;
//! assert_eq!((again.records, again.mark.position), (0, 1));
//! # Ok(())
//! # }
//! ```

mod backlog;
mod begin;
mod catch_up;
mod closings;
mod config;
mod decode;
mod error;
mod evaluate;
mod feed;
mod group;
mod outbox;
mod projector;
mod shared;
mod writer;

pub use catch_up::{Report, catch_up};
pub use closings::Closings;
pub use config::{Config, Pace, Shard};
pub use error::{Error, Result};
pub use evaluate::{Evaluated, evaluate_blocks, evaluate_journal};
pub use outbox::Outbox;
pub use projector::{Projector, run};
pub use shared::{Handle, Progress, Sizes};
pub use store::{Counts as Accounting, Mark, Unreadable};
