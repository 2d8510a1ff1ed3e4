//! A real district, as facts: Krông Pa in the first half of 2021, so that the fold's figures can be
//! held against the 113 that the district published (report 209/BC-UBND of 15 June 2021).
//!
//! Published are the district's totals. Which household, which commune and which day is modelled,
//! always the same; `scenario/communes.toml` says what is published, inferred and modelled there.

mod agreement;
mod ask;
pub mod beside;
mod communes;
mod credit;
mod deliveries;
mod households;
mod pen;
mod published;
mod says;
mod statements;

use std::io::{self, Write};

pub use agreement::agrees;
pub use ask::{Ask, Version};
pub use pen::Told;
pub use published::{Contradiction, Published, Report, Span};
pub use says::Says;

use communes::Communes;
use households::Register;
use pen::Pen;

/// Every fact in the order of time, the same each time.
pub fn told() -> Vec<Told> {
    let communes = Communes::read();
    let mut pen = Pen::new();
    let register = Register::open(&mut pen, &communes);
    register.support(&mut pen);
    credit::lend(&mut pen, &communes, &register);
    deliveries::deliver(&mut pen, &communes);
    statements::state(&mut pen, &communes);
    pen.finish()
}

/// The documents alone.
pub fn facts() -> impl Iterator<Item = Vec<u8>> {
    told().into_iter().map(|told| told.line)
}

/// Writes the documents, one a line.
pub fn write(out: &mut impl Write) -> io::Result<()> {
    for line in facts() {
        out.write_all(&line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
