//! The append-only list of facts: a directory of segments, or a JetStream stream.
//!
//! Opaque bytes in, the same bytes out, each at a position that never changes. Two engines stand
//! behind one interface: [`Writer`] appends, [`Journal`] reads and tails.
//!
//! ```no_run
//! # async fn example() -> journal::Result<()> {
//! use journal::{Entry, Options, Position, Writer};
//!
//! let mut writer = Writer::open("dir:/var/lib/tonghop/journal", &Options::create()).await?;
//! writer.append(&[Entry::new("52.L-24097", "{}")]).await?; // durable when it returns
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
