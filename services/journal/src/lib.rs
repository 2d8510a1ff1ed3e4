//! The append-only list of facts: a directory of segments, or a JetStream stream.
//!
//! Opaque bytes in, the same bytes out, each at a position that never changes. Two engines stand
//! behind one interface: [`Writer`] appends, [`Journal`] reads and tails.
//!
//! What [`Writer::append`] promises: when it returns, all of the batch is durable. When it fails, some
//! of it may be: append the same batch again. A publish that NATS does not acknowledge is published
//! again, identical, until it is, or until [`NatsOptions::busy_after`] has passed; then it is
//! [`Error::Busy`].
//!
//! Not here: what a fact is, who may write one, or what facts come to. Bytes that NATS had within its
//! window are told as duplicates; keys and rivals are the fold's.
//!
//! ```
//! use journal::{Entry, Options, Position, Writer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let url = format!("dir:{}", folder.path().join("journal").display());
//! let mut writer = Writer::open(&url, &Options::create()).await?;
//! let receipts = writer.append(&[Entry::new("52.L-24097", "{}")]).await?; // durable when it returns
//! assert_eq!(receipts[0].position, Position(1));
//! let mut tail = writer.journal().tail(Position(0)).await?;
//! for record in tail.next(1000).await?.records() {
//!     assert_eq!(record.bytes, b"{}");
//! }
//! # Ok(())
//! # }
//! ```

pub mod archive;
mod block;
mod clock;
mod dir;
mod error;
mod frame;
mod journal;
mod nats;
mod offload;
mod options;
pub mod server;
mod types;

pub use block::{Block, Record, SealedBlock};
pub use clock::{BACK_MAX_MS, Clock, MOVED_MAX_MS, REST_MAX_MS};
pub use dir::{DirBlocks, DirJournal, DirWriter};
pub use error::{Error, Result};
pub use journal::{Blocks, Journal, Tail, Writer};
pub use nats::{NatsJournal, NatsWriter};
pub use options::{Credentials, DirOptions, Known, NatsOptions, Options, Stream};
pub use types::{Entry, Identity, Position, RECORD_BYTES_MAX, Receipt, ReceiveTime};
