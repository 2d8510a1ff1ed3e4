//! The rollups for people: pages, JSON, live events, Excel.

// A problem is made once for a request that is refused: there is nothing to gain from boxing it.
#![allow(clippy::result_large_err)]

pub mod api;
mod app;
mod clock;
mod export;
pub mod live;
pub mod recent;

use std::sync::Arc;

use axum::Router;

pub use app::App;

/// All routes of the portal. To be called within a runtime: recent facts are followed from now on.
pub fn router(app: Arc<App>) -> Router {
    app.recent.follow(&app.journal);
    api::router().with_state(app)
}
