//! What the one binary is made of.

pub mod cli;
pub mod commands;
pub mod import;
pub mod render;
pub mod scenario;
pub mod screen;
pub mod simulate;
pub mod socket;
