//! The rollups for people: pages, JSON, live events, Excel.

mod app;

pub use app::App;
