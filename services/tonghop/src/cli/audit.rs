//! The command line of audits.

use std::path::PathBuf;

use clap::Args;

use super::ask::{UnitArgs, WhenArgs};
use super::place::{DataArgs, NatsArgs};

/// `closings`
#[derive(Args, Debug)]
pub struct ClosingsArgs {
    /// Only of this unit: key or name.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
}

/// `explain`
#[derive(Args, Debug)]
pub struct ExplainArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub unit: UnitArgs,
    /// The indicator's id, see `tonghop indicators`.
    #[arg(long, value_name = "ID")]
    pub indicator: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub when: WhenArgs,
    /// Only one part of a breakdown: class=poor. Several with commas.
    #[arg(long, value_name = "ATTRIBUTE=CODE", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Most facts listed of each sum; all of them are summed.
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// The journal to look the facts up in: dir:PATH or nats://HOST:PORT; without it, the data
    /// folder's own, if it has one.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: Option<String>,
    /// Also tells whom facts are about: the pseudonyms of households, for auditors only.
    #[arg(long)]
    pub households: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}

/// `revisions`
#[derive(Args, Debug)]
pub struct RevisionsArgs {
    /// The vintage's id, see `tonghop closings`.
    #[arg(long, value_name = "ID")]
    pub vintage: String,
    /// Most facts named of each row.
    #[arg(long, default_value_t = 3)]
    pub limit: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
}

/// `audit`
#[derive(Args, Debug)]
pub struct AuditArgs {
    /// The vintage's id, see `tonghop closings`; a pack says itself of which it is.
    #[arg(long, value_name = "ID", required_unless_present_any = ["unit", "pack"])]
    pub vintage: Option<String>,
    /// Or its unit: the latest closing of its highest level is audited.
    #[arg(long, value_name = "UNIT", conflicts_with = "vintage", requires = "period")]
    pub unit: Option<String>,
    /// The closed period.
    #[arg(long, value_name = "PERIOD", requires = "unit")]
    pub period: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// The journal to replay: dir:PATH or nats://HOST:PORT; without it, the data folder's own.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL", conflicts_with = "archive")]
    pub journal: Option<String>,
    /// An archive to replay instead: the folder that `tonghop archive` keeps.
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
    /// An audit pack to replay instead (tonghop pack): its records are compared with the vintage
    /// that the data folder has or, without one, with the pack's own.
    #[arg(long, value_name = "FILE.zip", conflicts_with_all = ["journal", "archive"])]
    pub pack: Option<PathBuf>,
    /// A public key of somebody who may have signed the pack (FILE.pub); may be given several
    /// times. Without it, the signature is not checked.
    #[arg(long, value_name = "FILE", requires = "pack")]
    pub key: Vec<PathBuf>,
    /// Another catalogue: a folder with indicators.toml, movements.toml, calendars.toml,
    /// codes.toml and, unless no fact shall be held for what it tells, bounds.toml. Shows what its
    /// definitions would have given.
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Threads to compute on.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    /// Most differences shown; all are counted.
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    /// Writes a report to print, in both languages.
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}
