//! The rules: what facts mean and how they add up.
//!
//! Pure: no I/O, no clock, no async, no JSON, no NATS, no sled. The same facts give the same
//! figures, in any order, in any batches, after any restart.

mod alone;
pub mod atlas;
pub mod batch;
pub mod books;
pub mod bounds;
pub mod catalogue;
pub mod closing;
pub mod codes;
mod compile;
pub mod contribution;
pub mod disclosure;
pub mod exact;
pub mod fact;
pub mod facts;
pub mod figures;
pub mod finding;
pub mod fold;
mod gathering;
pub mod growth;
pub mod household;
mod kept;
mod keys;
mod long;
pub mod movements;
pub mod number;
pub mod plan;
pub mod posting;
mod rivals;
pub mod rollup;
mod tangles;
pub mod time;
pub mod timeline;
mod whereabouts;
