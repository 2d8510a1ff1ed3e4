//! Live events: whoever has a page open sees figures move.
//!
//! ```text
//! projector ─► progress ─► topic: recompute, at most four times a second, once for all who watch
//!                             └─► latest state ─► each client: what changed since what it was sent
//! ```
//!
//! A topic is a question for figures, or a page. It lives as long as somebody watches. A client has
//! no queue: it holds the latest state, so that a slow reader skips states and harms nobody.

mod hub;
pub(crate) mod serve;
mod state;
mod topic;

pub use hub::{Hub, Render};
pub use topic::Page;
