//! `tonghop`: facts in, figures out.

use std::process::ExitCode;

use clap::Parser;
use tonghop::cli::Cli;

// The fold lives on many small allocations: with the system's allocator it takes several times as
// long.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tonghop::commands::run(cli)
}
