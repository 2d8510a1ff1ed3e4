//! The rollups for people: pages, JSON, live events, Excel.

mod app;
mod assets;
mod chart;
pub mod pages;
mod tiles;

pub use app::App;
