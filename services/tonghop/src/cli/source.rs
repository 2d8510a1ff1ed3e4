//! The command line of sources.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

/// `source`
#[derive(Args, Debug)]
pub struct SourceArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SourceCommand,
    /// The data folder: whose which source is stands in users.toml there.
    #[arg(
        long,
        global = true,
        env = "TONGHOP_DATA",
        default_value = "tonghop-data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
}

/// What to do about sources.
#[derive(Subcommand, Debug)]
pub enum SourceCommand {
    /// Registers a source for one user or one unit: nobody else writes facts under it, or under what
    /// is below it, over HTTP. Every officer has urn:tonghop:user:NAME without that.
    #[command(group(ArgGroup::new("owner").required(true).args(["user", "unit"])))]
    Add {
        /// As facts name it in their field source.
        source: String,
        /// The officer whose it is.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// The unit whose it is, key or name: all officers of that very unit write under it.
        #[arg(long, value_name = "UNIT")]
        unit: Option<String>,
    },
    /// Takes a source out: then it is nobody's, and nobody writes under it. Facts that were written
    /// stay and count.
    Remove {
        /// As it was registered.
        source: String,
    },
    /// Lists whose which source is: those that were registered, and officers' own.
    List,
}
