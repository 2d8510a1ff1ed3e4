//! Where things are: a data folder, a nats-server.

use std::path::PathBuf;

use clap::Args;

/// Where a data folder is.
#[derive(Args, Debug, Clone)]
pub struct DataArgs {
    /// The data folder: the store, and the journal when that is a directory.
    #[arg(long, env = "TONGHOP_DATA", default_value = "tonghop-data", value_name = "DIR")]
    pub data: PathBuf,
}

/// How to reach NATS.
#[derive(Args, Debug, Clone, Default)]
pub struct NatsArgs {
    /// The address of the server's monitoring port: lets the program verify that the journal is
    /// written through to the disk.
    #[arg(long, env = "TONGHOP_NATS_MONITORING", value_name = "URL")]
    pub nats_monitoring: Option<String>,
    /// A file with the NATS credentials (.creds).
    #[arg(long, env = "TONGHOP_NATS_CREDS", value_name = "FILE")]
    pub nats_creds: Option<PathBuf>,
    /// A file with one line, user:password, that only its owner may read.
    #[arg(long, env = "TONGHOP_NATS_LOGIN", value_name = "FILE", conflicts_with = "nats_creds")]
    pub nats_login: Option<PathBuf>,
    /// The same for the feed of milestones, where another user writes there.
    #[arg(long, env = "TONGHOP_NATS_FEED_LOGIN", value_name = "FILE")]
    pub nats_feed_login: Option<PathBuf>,
}
