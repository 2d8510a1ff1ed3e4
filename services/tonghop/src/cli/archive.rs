//! The command line of the second copy.

use std::path::PathBuf;

use clap::Args;

use super::place::NatsArgs;
use super::proof::JournalArgs;

/// `archive`
#[derive(Args, Debug)]
pub struct ArchiveArgs {
    /// The archive's directory, on another disk or machine than the journal; made if it is absent.
    #[arg(value_name = "DIR")]
    pub archive: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub journal: JournalArgs,
    /// Ends when the archive holds what the journal held at the start.
    #[arg(long)]
    pub once: bool,
}

/// `restore`
#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// The archive's directory.
    #[arg(value_name = "DIR")]
    pub archive: PathBuf,
    /// The empty journal to restore into, nats://HOST:PORT or dir:PATH; made if it is absent.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: String,
    /// Restores although the nats-server does not write records through to the disk, or nobody can verify
    /// that it does: a power cut may take back what was restored. The archive stays as it is.
    #[arg(long, env = "TONGHOP_ALLOW_UNSYNCED")]
    pub allow_unsynced: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}
