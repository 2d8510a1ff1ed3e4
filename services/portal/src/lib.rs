//! The rollups for people: pages, JSON, live events, Excel.
//!
//! ```text
//! projector::Handle ─► App ─┬► pages     HTML that is whole without JavaScript (askama templates)
//!                           ├► api       /v1 as JSON, CSV and XLSX, with ETags of positions
//!                           ├► live      the parts of open pages that changed, as server-sent events
//!                           └► packs     audit packs, made on request
//! ```
//!
//! [`App`] is what all routes share, [`router`] is all routes. A page is a module of [`pages`] with its
//! template, and a route in `pages.rs`; an answer of the API is a module of [`api`].
//!
//! Not here: figures and their words (`query`), who is asking and how often (`web`), taking facts
//! (`gateway`; forms hand theirs to [`submit`]).
//!
//! ```
//! use std::sync::Arc;
//!
//! use portal::{App, pages::Pages};
//!
//! /// All that stands behind the door of `web::Doors`.
//! async fn routes(config: projector::Config) -> projector::Result<axum::Router> {
//!     let (journal, rules) = (config.journal.clone(), config.rules.clone());
//!     let projector = projector::Projector::open(config).await?;
//!     let app = App::new(projector.handle(), journal, rules).hiding(5);
//!     tokio::spawn(projector.run(std::future::pending()));
//!     Ok(portal::router(Arc::new(app), &Pages::new()))
//! }
//! ```

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
