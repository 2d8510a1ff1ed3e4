//! The command line of milestones.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::place::{DataArgs, NatsArgs};

/// `milestones`
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct MilestonesArgs {
    /// What to do; without it, the feed is read.
    #[command(subcommand)]
    pub command: Option<MilestonesCommand>,
    /// What is read of the feed.
    #[command(flatten)]
    pub read: FeedArgs,
}

/// What to do about milestones.
#[derive(Subcommand, Debug)]
pub enum MilestonesCommand {
    /// The rules in force.
    Rules {
        #[command(flatten)]
        #[allow(missing_docs)]
        data: DataArgs,
    },
    /// Checks the rules of a file, and changes nothing.
    Check {
        /// The file, as proto/catalog/milestones.toml.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Keeps a damaged feed in the data folder aside: the next start tells all milestones anew, under
    /// the same ids.
    Repair {
        #[command(flatten)]
        #[allow(missing_docs)]
        data: DataArgs,
    },
    /// Puts the rules of a file in force, if all are good. They count from the next start, and tell
    /// of the past, too: the rollups are made again for it.
    Set {
        /// The file, as proto/catalog/milestones.toml.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        #[allow(missing_docs)]
        data: DataArgs,
    },
}

/// What is read of the feed.
#[derive(Args, Debug)]
pub struct FeedArgs {
    /// After this position of the feed; 0: from the beginning. Without it, the latest.
    #[arg(long, value_name = "POSITION")]
    pub since: Option<u64>,
    /// Of a unit and those below it: its key, or its name.
    #[arg(long)]
    pub unit: Option<String>,
    /// Of this rule; may be given several times.
    #[arg(long, value_name = "RULE")]
    pub rule: Vec<String>,
    /// Most events shown.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub limit: u64,
    /// Goes on with what comes, until it is stopped.
    #[arg(long, conflicts_with = "limit")]
    pub follow: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// The journal that the feed is beside; without it, the data folder's own.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}
