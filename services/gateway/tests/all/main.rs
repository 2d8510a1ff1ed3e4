//! Facts over HTTP into both journals, as senders meet them.

mod binary;
mod facts;
mod failures;
mod fair;
mod limits;
mod rights;
mod world;
