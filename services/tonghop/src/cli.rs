//! The command line.

mod archive;
mod ask;
mod audit;
mod milestones;
mod pack;
mod place;
mod proof;
mod source;
mod user;
mod webhook;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::disclosure::HOUSEHOLDS_MIN;
use domain::time::Day;

pub use archive::{ArchiveArgs, RestoreArgs};
pub use ask::{
    AsOfArgs, BoundariesChoice, FiguresArgs, FindingsArgs, MovementsArgs, UnitArgs, WhenArgs,
};
pub use audit::{AuditArgs, ClosingsArgs, ExplainArgs, RevisionsArgs};
pub use milestones::{FeedArgs, MilestonesArgs, MilestonesCommand};
pub use pack::PackArgs;
pub use place::{DataArgs, NatsArgs};
pub use proof::{CheckpointArgs, JournalArgs, KeygenArgs, ProveArgs, SignedArgs, VerifyArgs};
pub use source::{SourceArgs, SourceCommand};
pub use user::{RoleChoice, UserArgs, UserCommand};
pub use webhook::{WebhookArgs, WebhookCommand};

/// Facts in, figures out: rollups of the poverty-reduction programme, from the commune to the
/// nation, that anyone can recompute from the journal.
#[derive(Parser, Debug)]
#[command(name = "tonghop", version, max_term_width = 100, after_help = EXITS)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Language of what is shown; without it, the locale's (LC_ALL, LC_MESSAGES, LANG).
    #[arg(long, global = true, value_enum)]
    pub lang: Option<LangChoice>,

    /// How answers are written.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub format: Format,
}

const EXITS: &str = "Exit codes: 0 done; 1 failed, and the message says what to do; 2 the command \
line was not understood; 3 done, but some lines of an import were rejected.";

/// A language.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum LangChoice {
    /// Tiếng Việt
    Vi,
    /// English
    En,
}

/// How answers are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document, as described in docs/cli-json.md.
    Json,
    /// Comma-separated values (RFC 4180, UTF-8).
    Csv,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Shows the whole: a real district's half-year and a simulated province, from facts to
    /// figures; then serves it on this machine while further facts come in.
    Demo(DemoArgs),
    /// Keeps the rollups of a journal up to date until it is stopped; with --listen it also serves
    /// pages and API, and takes facts over HTTP.
    Up(UpArgs),
    /// Who may do what: users, their passwords and the tokens of their programs.
    User(UserArgs),
    /// Whose which source is: under it nobody else writes facts over HTTP.
    Source(SourceArgs),
    /// Where milestones are sent: webhooks, their secrets, what became of messages.
    Webhook(WebhookArgs),
    /// Checks facts and appends them to a journal.
    Import(ImportArgs),
    /// Figures of a unit.
    Figures(FiguresArgs),
    /// The movement tables of poor and near-poor households of a unit: opening, movements,
    /// closing.
    Movements(MovementsArgs),
    /// What was noticed about facts of a unit: counted as declared (noted), or not counted until
    /// resolved (held).
    Findings(FindingsArgs),
    /// The indicators of the catalogue.
    Indicators,
    /// Units by name, in any spelling, of all generations.
    Units {
        /// Part of a name, or a key.
        text: String,
        /// Most units shown.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Writes simulated facts: plausible, deterministic, over the real units.
    Simulate(SimulateArgs),
    /// The digest of everything the facts come to.
    Digest(DataArgs),
    /// Computes the books again from the journal alone and compares their digest with the
    /// store's.
    Rebuild(RebuildArgs),
    /// What was closed, reopened and published, and the vintages that closings made.
    Closings(ClosingsArgs),
    /// Replays the journal apart from the running system and compares it, row by row, with what
    /// was closed and with the live store.
    Audit(AuditArgs),
    /// Opens a figure: to the figures it is computed from, and to the facts behind them.
    Explain(ExplainArgs),
    /// What changed since a closing, row by row: by which facts, and why.
    Revisions(RevisionsArgs),
    /// The milestones that figures reached, and those that were withdrawn; and their rules.
    Milestones(MilestonesArgs),
    /// Keeps a directory as the second copy of a journal, until it is stopped: the same records at
    /// the same positions, with their receive times.
    Archive(ArchiveArgs),
    /// Publishes an archive into an empty journal under the same identity, and compares the two.
    /// Nothing else may write to it meanwhile.
    Restore(RestoreArgs),
    /// Makes a key to sign checkpoints with: FILE for its owner alone, FILE.pub for everybody.
    Keygen(KeygenArgs),
    /// Signs what a journal holds: its size and the root of the tree over its records. Whoever
    /// keeps it notices if a record up to there is changed later.
    Checkpoint(CheckpointArgs),
    /// Proves that one record is in a journal, to people who have neither journal nor network.
    Prove(ProveArgs),
    /// Packs the figures of a closing with every fact they were made of and a signature, to be
    /// checked by people who have nothing else of ours.
    Pack(PackArgs),
    /// Checks a proof, a checkpoint or an audit pack with public keys.
    Verify(VerifyArgs),
}

/// `demo`
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// The folder to put the demo into; it may be deleted afterwards.
    #[arg(long, default_value = "tonghop-demo", value_name = "DIR")]
    pub data: PathBuf,
    /// How many facts to simulate for the province beside the real district.
    #[arg(long, default_value_t = 100_000)]
    pub facts: u64,
    /// The seed of the simulation.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Shows all 113 published figures of the district, not one of each kind.
    #[arg(long)]
    pub all: bool,
    /// Where pages and API are served afterwards: an address of this machine only. Without it,
    /// 127.0.0.1:8080 or the next free port.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Ends when everything has been shown.
    #[arg(long, conflicts_with = "listen")]
    pub no_serve: bool,
}

/// What is to stay free on the disk unless somebody says otherwise, in MB.
pub const DISK_RESERVE_MB: u64 = 256;

/// `up`
#[derive(Args, Debug)]
pub struct UpArgs {
    /// The journal: dir:PATH or nats://HOST:PORT; without it, the data folder's own.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// Starts a nats-server of its own on this machine, with the project's configuration, and
    /// uses its stream as the journal.
    #[arg(long, conflicts_with = "journal")]
    pub nats: bool,
    /// Serves pages and API on this address, for example 127.0.0.1:8080, and takes facts at
    /// /v1/facts. On an address that others can reach there must be users (tonghop user add).
    #[arg(long, env = "TONGHOP_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Shows public figures only: nobody can send facts.
    #[arg(long, requires = "listen")]
    pub public_read_only: bool,
    /// A proxy of ours stands in front: it speaks https with browsers, and says who asks in
    /// X-Forwarded-For.
    #[arg(long, requires = "listen")]
    pub behind_proxy: bool,
    /// Tells browsers to come by https only, for a year from now (HSTS).
    #[arg(long, requires = "listen")]
    pub hsts: bool,
    /// Users of these roles have to have two-step sign-in: those who have none are led to the page that
    /// turns it on and see nothing else before. Several with commas. Tokens of programs go on as they
    /// are.
    #[arg(long, env = "TONGHOP_REQUIRE_TOTP", value_enum, value_delimiter = ',')]
    #[arg(requires = "listen", value_name = "ROLE")]
    pub require_totp: Vec<RoleChoice>,
    /// Signs the journal with this key (tonghop keygen) at every closing, and in between.
    #[arg(long, env = "TONGHOP_KEY", value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// How often the journal is signed between closings, in minutes; 0: never.
    #[arg(long, default_value_t = 10, requires = "key", value_name = "MINUTES")]
    pub checkpoint_minutes: u64,
    /// A network that webhooks may go to although it is private, also by http: 127.0.0.0/8.
    /// Several with commas.
    #[arg(long, env = "TONGHOP_WEBHOOK_ALLOW", value_name = "CIDR", value_delimiter = ',')]
    pub webhook_allow: Vec<herald::Cidr>,
    /// The public is told no breakdown and no amount of fewer households than this, nor what one
    /// could be computed from; officers see all of their unit.
    #[arg(long, env = "TONGHOP_PUBLIC_HOUSEHOLDS_MIN", default_value_t = HOUSEHOLDS_MIN, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub public_households_min: u32,
    /// Puts the milestones of this file in force, if all are good; without it, those that were set
    /// before (tonghop milestones set), or the program's own.
    #[arg(long, env = "TONGHOP_MILESTONES", value_name = "FILE")]
    pub milestones: Option<PathBuf>,
    /// An archive of the journal (tonghop archive): where it has more records than the journal, nothing is
    /// written. Those in the data folder are asked without this. Several with commas.
    #[arg(long, env = "TONGHOP_ARCHIVE", value_name = "DIR", value_delimiter = ',')]
    pub archive: Vec<PathBuf>,
    /// Takes facts although the nats-server does not write them through to the disk, or nobody can
    /// verify that it does: a power cut may take back what was acknowledged.
    #[arg(long, env = "TONGHOP_ALLOW_UNSYNCED")]
    pub allow_unsynced: bool,
    /// So many MB are to stay free on the disk: with less, facts are turned away until there is
    /// room again, and figures are shown.
    #[arg(long, env = "TONGHOP_DISK_RESERVE_MB", default_value_t = DISK_RESERVE_MB, value_name = "MB")]
    pub disk_reserve_mb: u64,
    /// Says that today is this day (in Viet Nam), so that this machine's clock is right: facts are
    /// taken although it is far from the last receive time of the journal. Counts on that day only.
    #[arg(long, value_name = "DAY")]
    pub today: Option<Day>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}

/// `import`
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// Files of facts, one JSON document a line (NDJSON); plain, gzip or zstd; - is the standard
    /// input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The data folder: facts go into its own journal, and figures are brought up to date.
    #[arg(long, env = "TONGHOP_DATA", value_name = "DIR", conflicts_with = "journal")]
    pub data: Option<PathBuf>,
    /// The journal to append to: dir:PATH or nats://HOST:PORT.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: Option<String>,
    /// An archive of the journal (tonghop archive): where it has more records than the journal, nothing is
    /// written. Those in the data folder are asked without this. Several with commas.
    #[arg(long, env = "TONGHOP_ARCHIVE", value_name = "DIR", value_delimiter = ',')]
    pub archive: Vec<PathBuf>,
    /// Only checks; nothing is appended.
    #[arg(long)]
    pub dry_run: bool,
    /// Appends although the nats-server does not write facts through to the disk, or nobody can
    /// verify that it does: a power cut may take back what was acknowledged.
    #[arg(long, env = "TONGHOP_ALLOW_UNSYNCED")]
    pub allow_unsynced: bool,
    /// Says that today is this day (in Viet Nam), so that this machine's clock is right: facts are
    /// taken although it is far from the last receive time of the journal. Counts on that day only.
    #[arg(long, value_name = "DAY")]
    pub today: Option<Day>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}

/// `simulate`
#[derive(Args, Debug)]
pub struct SimulateArgs {
    /// How many facts.
    #[arg(long)]
    pub facts: u64,
    /// The seed: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Only in this unit: key or name; the whole nation without it.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// The file to write; - is the standard output.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `rebuild`
#[derive(Args, Debug)]
pub struct RebuildArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// The journal: dir:PATH or nats://HOST:PORT; without it, the data folder's own.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: Option<String>,
    /// Threads to compute on.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}
