//! What the one binary is made of: commands, screens, the simulator and the scenario.
//!
//! ```text
//! main ─► cli (what was asked) ─► commands ─┬► a folder, or its socket ─► query ─► render ─► screen
//!                                           └► up: commands/service.rs puts projector, gateway,
//!                                              portal, feed and herald into one process
//! ```
//!
//! A command is its arguments in [`cli`], a module of [`commands`] and an arm there. What is computed is
//! in the library crates; here it is asked for, shown and wired. [`scenario`] is the published half-year
//! of Krông Pa, household by household; [`simulate`] invents a plausible country.
//!
//! Not here: rules, rows, HTTP.
//!
//! The same simulation gives the same bytes, and each of its lines may enter a journal:
//!
//! ```
//! use proto::{catalogue::Catalogue, gazetteer::Gazetteer, intake::Intake};
//! use tonghop::simulate::{Simulation, run};
//!
//! let gazetteer = Gazetteer::embedded();
//! let simulation = Simulation::new(50, 1, gazetteer.unit("L-62"));
//! let mut lines = Vec::new();
//! let summary = run(&simulation, &mut lines, &mut |_| ())?;
//! assert_eq!(summary.lines, 50);
//! let plan = &Catalogue::embedded().plan;
//! let intake = Intake { gazetteer, plan, today: simulation.last };
//! for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
//!     assert!(intake.take(line).is_ok());
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod cli;
pub mod commands;
pub mod import;
pub mod render;
pub mod scenario;
pub mod screen;
pub mod simulate;
pub mod socket;
