//! The rows: the durable image of a fold, on sled.
//!
//! The journal is the truth, the fold in memory is what it comes to, and the rows are an image
//! of that memory: after a crash they are whole as of some position, and the journal has the rest.
//! So whatever is wrong with them, the answer is the same: [`Opened::Stale`], and a rebuild.
//!
//! ```text
//! Store::open ─► Fresh | Stale ─► Vacant::begin ─► Store ─► commit, settle
//!             └► Loaded { fold, mark, … } ───────► Store ─► commit, settle
//! ```
//!
//! What a key begins with tells what the row is; all rows are in one tree, because a batch of sled
//! is atomic for one tree only:
//!
//! | key | value |
//! |---|---|
//! | `m` | format, journal, editions, position, digest of the fact there, checks, counts |
//! | `c` site column | the cells of a series: (slot, value) in slot order |
//! | `f` number | facts with their subjects, some 8 KiB of them; only the last chunk is rewritten |
//! | `n` number of the last | notices, some 64 of them |
//! | `u` unit column | the same as `c`, summed for a nation, province or district |
//! | `v` | the position that the `u` rows are as of |
//! | `x` position | why a record cannot be read |
//!
//! Statements and findings have no rows: they follow from the facts, and are made again at open.

mod batch;
mod check;
mod commit;
mod engine;
mod error;
mod facts;
pub mod folder;
mod key;
mod load;
mod meta;
mod notices;
mod read;
mod room;
mod series;
mod store;
mod upper;

pub use commit::{Commit, Draft, Unreadable};
pub use error::{Error, Result};
pub use meta::{Counts, Editions, Mark};
pub use read::{Reader, Series};
pub use store::{Expect, Loaded, Opened, Store, UNREADABLE_MAX, Vacant};
