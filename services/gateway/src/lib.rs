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
//!
//! Not here: what a fact must look like (`proto::intake`), who somebody is (`web`, `access`), and what
//! the facts come to (`projector`).
//!
//! ```
//! use std::sync::Arc;
//!
//! use access::{Access, Who};
//! use gateway::{Became, Gateway, NoLedger};
//! use journal::Options;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let url = format!("dir:{}", folder.path().join("journal").display());
//! let (gateway, appending) =
//!     Gateway::open(&url, &Options::create(), Arc::new(NoLedger), Access::open_to_all()).await?;
//! tokio::spawn(appending.run(std::future::pending()));
//!
//! let fact = r#"{"specversion":"1.0","type":"vn.tonghop.census.reported.v1","source":"urn:example",
//!     "id":"1","time":"2021-03-05","data":{"unit":"L-24097","households":1426}}"#;
//! let fact = fact.replace('\n', "");
//! let outcomes = gateway.take(&Who::open(), format!("{fact}\n{fact}\nrubbish").into()).await?;
//! assert!(matches!(outcomes[0].became, Became::Accepted { position: 1, .. }));
//! assert!(matches!(outcomes[1].became, Became::Duplicate { position: 1 }));
//! assert!(matches!(outcomes[2].became, Became::Rejected(_)));
//! # Ok(())
//! # }
//! ```

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
