//! The rollups for people: pages, JSON, live events, Excel.

// A problem is made once for a request that is refused: there is nothing to gain from boxing it.
#![allow(clippy::result_large_err)]

pub mod api;
mod app;
mod assets;
mod audit;
mod below;
mod chart;
mod clock;
mod export;
pub mod live;
mod packs;
pub mod pages;
pub mod recent;
pub mod submit;
mod tiles;

use std::sync::Arc;

use axum::Router;

pub use app::App;
use pages::Pages;

/// All routes of the portal; what nothing serves is a page that says so. To be called within a
/// runtime: recent facts are followed from now on.
pub fn router(app: Arc<App>, pages: &Pages) -> Router {
    app.recent.follow(&app.journal);
    api::router()
        .merge(pages.router())
        .fallback_service(pages.not_found().with_state(Arc::clone(&app)))
        .with_state(app)
}
