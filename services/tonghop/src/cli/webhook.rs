//! The command line of webhooks.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use herald::{Cidr, Id};

/// `webhook`
#[derive(Args, Debug)]
pub struct WebhookArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: WebhookCommand,
    /// The data folder: the webhooks are in webhooks.toml there.
    #[arg(
        long,
        global = true,
        env = "TONGHOP_DATA",
        default_value = "tonghop-data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
    /// A network that messages may be sent to although it is private, also by http:
    /// 127.0.0.0/8. Several with commas. The service that sends needs it, too.
    #[arg(
        long,
        global = true,
        env = "TONGHOP_WEBHOOK_ALLOW",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub webhook_allow: Vec<Cidr>,
}

/// What to do about webhooks.
#[derive(Subcommand, Debug)]
pub enum WebhookCommand {
    /// Has milestones sent to an address; prints the webhook's id and its secret, once: receivers
    /// check signatures with it.
    Add {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// Where to: https.
        #[arg(long)]
        url: String,
        /// Only of these units and all below them: keys (tonghop units NAME), with commas; of all
        /// without it.
        #[arg(long, value_name = "UNIT", value_delimiter = ',')]
        units: Vec<String>,
        /// Only of these rules, ids with commas; of all without it.
        #[arg(long, value_name = "RULE", value_delimiter = ',')]
        rules: Vec<String>,
        /// After this position of the feed: 0 for all there is; without it, only what is new.
        #[arg(long, value_name = "POSITION")]
        since: Option<u64>,
        /// The user whose it is, and who may change it over HTTP; only operators without it.
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
    },
    /// Lists the webhooks and how they fare.
    List,
    /// Keeps damaged deliveries aside: the next start begins each webhook anew from what
    /// webhooks.toml says, and sends what was told since it was made, again under the same ids.
    Repair,
    /// Makes a new secret and prints it, once; the old one signs beside it for a while.
    Rotate {
        /// Which: wh_…
        id: Id,
        /// How long the old secret stays good, in hours.
        #[arg(long, default_value_t = 24, value_name = "HOURS")]
        keep_hours: u32,
    },
    /// Removes a webhook, and with it what was still to be sent.
    Remove {
        /// Which: wh_…
        id: Id,
    },
    /// Lets messages go again, also after the endpoint was given up; what waits goes at once.
    Enable {
        /// Which: wh_…
        id: Id,
    },
    /// Lets messages wait until the webhook is enabled again.
    Disable {
        /// Which: wh_…
        id: Id,
    },
    /// Sends one message to try the endpoint; exits with 1 when it was not taken.
    Test {
        /// Which: wh_…
        id: Id,
    },
    /// The last attempts, the newest first.
    Log {
        /// Which: wh_…
        id: Id,
        /// Most attempts shown.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// What was given up after ten attempts, the oldest first.
    Dead {
        /// Which: wh_…
        id: Id,
        /// Most that are shown.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Lets what was given up be tried anew.
    Replay {
        /// Which: wh_…
        id: Id,
        /// Only the message of this position in the feed.
        #[arg(long, conflicts_with = "all", required_unless_present = "all")]
        position: Option<u64>,
        /// Everything that was given up.
        #[arg(long)]
        all: bool,
    },
}
