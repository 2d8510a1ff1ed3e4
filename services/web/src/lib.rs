//! HTTP as every service of ours speaks it: who is asking, problem+json, limits, headers, health
//! and metrics.

mod asker;
mod language;
mod problem;

pub use asker::Asker;
pub use language::Language;
pub use problem::{Kind, Problem};
