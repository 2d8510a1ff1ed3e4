//! Simulated facts: a plausible record of any unit, as a stream of canonical lines.
//!
//! Deterministic (the same [`Simulation`] gives the same bytes) and streaming: what is kept in
//! memory is some 24 bytes for each household and the lines that are written late.

mod desk;
mod homes;
mod land;
mod line;
mod lives;
mod memory;
mod plans;
mod random;
mod review;
mod slips;
mod summary;
mod support;
#[cfg(test)]
mod tests;
mod world;

use std::io::{self, Write};

use proto::gazetteer::Gazetteer;

pub use summary::{Simulation, Summary};

/// Writes the facts, one canonical document a line, in the order in which offices write them
/// down: by day of happening, some later. `progress` is called now and then with the lines so
/// far. Fails when `out` does, or when the unit has no commune to report.
pub fn run(
    simulation: &Simulation,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> io::Result<Summary> {
    let gazetteer = Gazetteer::embedded();
    let mut world = world::World::new(simulation, gazetteer, out, progress)?;
    let mut day = simulation.first;
    while day <= simulation.last && !world.desk.is_full() {
        world.live(day)?;
        day = day.next();
    }
    world.close()
}
