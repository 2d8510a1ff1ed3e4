//! The commands: each one's heart, in a file of its own.

mod archive;
mod as_of;
mod ask;
mod audit;
mod closed;
mod demo;
mod embedded;
mod feed;
mod folded;
mod import;
mod keygen;
mod known;
mod lists;
mod milestones;
mod pack;
mod place;
mod private;
mod prove;
mod rebuild;
mod restore;
mod rules;
mod service;
mod simulate;
mod source;
mod up;
mod user;
mod verify;
mod webhook;

use std::process::ExitCode;

use anyhow::Result;
use proto::gazetteer::Lang;
use query::lang;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command, LangChoice};
use crate::screen::Screen;

/// Some lines of an import were rejected.
const SOME_REJECTED: u8 = 3;

/// Runs a command and says how it ended.
pub fn run(cli: Cli) -> ExitCode {
    private::begin();
    let filter = EnvFilter::try_from_env("TONGHOP_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    logs.init();
    let lang = match cli.lang {
        Some(LangChoice::Vi) => Lang::Vi,
        Some(LangChoice::En) => Lang::En,
        None => lang::of_locale(),
    };
    let mut screen = Screen::new(lang, cli.format);
    match dispatch(cli.command, &mut screen) {
        Ok(code) => code,
        // Whoever reads our output has gone: there is nobody to tell.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            crate::screen::complain(lang, &error);
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

fn dispatch(command: Command, screen: &mut Screen) -> Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::demo(screen, &args)?,
        Command::Up(args) => up::up(screen, &args)?,
        Command::User(args) => user::user(screen, &args)?,
        Command::Source(args) => source::source(screen, &args)?,
        Command::Webhook(args) => return webhook::webhook(screen, &args),
        Command::Import(args) => {
            let summary = import::import(screen, &args)?;
            if summary.rejected > 0 {
                return Ok(ExitCode::from(SOME_REJECTED));
            }
        }
        Command::Figures(args) => ask::figures(screen, &args)?,
        Command::Movements(args) => ask::movements(screen, &args)?,
        Command::Findings(args) => ask::findings(screen, &args)?,
        Command::Indicators => lists::indicators(screen)?,
        Command::Units { text, limit } => lists::units(screen, &text, limit)?,
        Command::Simulate(args) => simulate::simulate(screen, &args)?,
        Command::Digest(args) => ask::digest(screen, &args)?,
        Command::Rebuild(args) => return rebuild::rebuild(screen, &args),
        Command::Closings(args) => closed::closings(screen, &args)?,
        Command::Audit(args) => return audit::audit(screen, &args),
        Command::Explain(args) => closed::explain(screen, &args)?,
        Command::Revisions(args) => closed::revisions(screen, &args)?,
        Command::Milestones(args) => milestones::milestones(screen, &args)?,
        Command::Archive(args) => archive::archive(screen, &args)?,
        Command::Restore(args) => restore::restore(screen, &args)?,
        Command::Keygen(args) => keygen::keygen(screen, &args)?,
        Command::Checkpoint(args) => prove::checkpoint(screen, &args)?,
        Command::Prove(args) => prove::prove(screen, &args)?,
        Command::Pack(args) => pack::pack(screen, &args)?,
        Command::Verify(args) => return verify::verify(screen, &args),
    }
    Ok(ExitCode::SUCCESS)
}
