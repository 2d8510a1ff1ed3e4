//! `tonghop simulate`: plausible facts, to a file or the standard output.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use proto::gazetteer::Lang;
use query::lang;

use super::place;
use crate::cli::SimulateArgs;
use crate::screen::{self, Screen};
use crate::simulate::{Simulation, Summary, run};

pub(super) fn simulate(screen: &mut Screen, args: &SimulateArgs) -> Result<()> {
    let unit = args.unit.as_deref().map(|text| place::unit(text, None)).transpose()?;
    let simulation = Simulation::new(args.facts, args.seed, unit);
    let summary = write(screen.lang, &simulation, &args.out)?;
    if args.out == Path::new("-") {
        return Ok(());
    }
    let lang = screen.lang;
    let number = |value: u64| lang::whole(lang, i128::from(value));
    let said = match lang {
        Lang::Vi => format!(
            "Đã ghi {} dòng của {} hộ tại {} xã vào {}: {} dòng trùng, {} dòng ghi muộn, {} dòng đính chính, {} dòng cố ý sai.",
            number(summary.lines),
            number(summary.households),
            number(summary.communes),
            args.out.display(),
            number(summary.duplicates),
            number(summary.late),
            number(summary.corrections),
            number(summary.slips),
        ),
        Lang::En => format!(
            "Wrote {} lines of {} households in {} communes to {}: {} duplicates, {} late, {} corrections, {} meant to be found.",
            number(summary.lines),
            number(summary.households),
            number(summary.communes),
            args.out.display(),
            number(summary.duplicates),
            number(summary.late),
            number(summary.corrections),
            number(summary.slips),
        ),
    };
    screen.line(said)
}

/// Writes simulated facts to a file, or to the standard output for `-`.
pub(super) fn write(lang: Lang, simulation: &Simulation, out: &Path) -> Result<Summary> {
    let what = ("Đang mô phỏng", "Simulating");
    let bar = screen::progress(lang, what, Some(simulation.facts), false);
    let mut progress = |lines| bar.set_position(lines);
    let cannot = || format!("cannot write {}", out.display());
    let summary = if out == Path::new("-") {
        let mut stdout = BufWriter::new(std::io::stdout().lock());
        let summary = run(simulation, &mut stdout, &mut progress)?;
        stdout.flush()?;
        summary
    } else {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(out).with_context(cannot)?);
        let summary = run(simulation, &mut file, &mut progress).with_context(cannot)?;
        file.flush().with_context(cannot)?;
        summary
    };
    bar.finish_and_clear();
    Ok(summary)
}
