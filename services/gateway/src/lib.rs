//! Facts in over HTTP: checked, authorised, appended, acknowledged when durable.
//!
//! ```text
//! POST /v1/facts ─► read (limits, lines) ─► check (all cores, in order) ─► appender ─► answer
//!                                                                          one task, many requests
//!                                                                          in one durable append
//! ```
//!
//! [`Gateway::open`] gives what handlers share and the task that owns the journal's writer;
//! [`router`] is the address. After any failure the same facts may be sent again: what the journal
//! already has is answered as a duplicate, with its position.

mod answer;
mod appender;
mod binary;
mod body;
mod care;
mod check;
mod counts;
mod facts;
mod gateway;
mod job;
mod ledger;
mod lines;
mod openapi;
mod outcome;
mod plan;
mod queues;
mod recent;
mod shares;

pub use appender::Appending;
pub use body::FACTS_MAX;
pub use counts::Counted;
pub use facts::router;
pub use gateway::Gateway;
pub use job::Failed;
pub use ledger::{Asked, Known, Ledger, NoLedger, Waiting};
pub use openapi::openapi;
pub use outcome::{Became, Outcome};
