//! The command line of audit packs.

use std::path::PathBuf;

use clap::Args;

use super::proof::JournalArgs;

/// `pack`
#[derive(Args, Debug)]
pub struct PackArgs {
    /// The vintage: the id of a closing, such as L-637.2021-H1@administrative.official.1.
    #[arg(long, value_name = "ID")]
    pub vintage: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub journal: JournalArgs,
    /// The private key to sign with; without it, the checkpoint that was signed at the closing is
    /// packed.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The file to write: a zip file. It must not exist.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
