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
