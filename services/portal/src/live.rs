//! Live events: whoever has a page open sees figures move.
//!
//! ```text
//! projector ─► progress ─► topic: recompute, at most four times a second, once for all who watch
//!                             └─► latest state ─► each client: what changed since what it was sent
//! ```
//!
//! A topic is a question for figures, or a page. It lives as long as somebody watches. A client has
//! no queue: it holds the latest state, so that a slow reader skips states and harms nobody.
//!
//! Topics wait for each other, not the API for them: they have a share of threads of their own, in
//! which whoever costs least comes first, and rest the longer the more they cost.

mod compute;
mod hub;
mod limits;
mod page;
pub(crate) mod serve;
mod share;
mod state;
mod topic;

pub use hub::Hub;
pub(crate) use hub::Seat;
pub use limits::Limits;
pub use page::Page;
