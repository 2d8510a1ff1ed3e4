//! Arguments of the commands that ask: which unit, when, and what of it.

use clap::{Args, ValueEnum};
use domain::time::Day;
use query::Boundaries;

use super::place::{DataArgs, NatsArgs};

/// Whose boundaries units have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum BoundariesChoice {
    /// The unit as it is or was.
    #[default]
    Own,
    /// The units of today that hold it.
    Current,
}

impl From<BoundariesChoice> for Boundaries {
    fn from(choice: BoundariesChoice) -> Boundaries {
        match choice {
            BoundariesChoice::Own => Boundaries::Own,
            BoundariesChoice::Current => Boundaries::Current,
        }
    }
}

/// When a question is about.
#[derive(Args, Debug, Clone)]
#[group(required = false)]
pub struct WhenArgs {
    /// A named period: 2021, 2021-06, 2021-Q2, 2021-H1, 2021-9M@administrative,
    /// 2021-H1@administrative (15 December to 14 June), 2021-2025@programme.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to"])]
    pub period: Option<String>,
    /// First day, YYYY-MM-DD.
    #[arg(long, value_name = "DAY", requires = "to")]
    pub from: Option<Day>,
    /// Last day, YYYY-MM-DD.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<Day>,
}

/// Which unit.
#[derive(Args, Debug, Clone)]
pub struct UnitArgs {
    /// The unit: its key (L-637), or its name with units above ("Phú Cần, Krông Pa, Gia Lai").
    #[arg(long, value_name = "UNIT")]
    pub unit: String,
}

/// `figures`
#[derive(Args, Debug)]
pub struct FiguresArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub unit: UnitArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub when: WhenArgs,
    /// Only these indicators (ids, see `tonghop indicators`).
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub indicator: Vec<String>,
    /// Break down by these attributes, for example class or programme,purpose.
    #[arg(long, value_name = "ATTRIBUTE", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Also every unit directly below.
    #[arg(long)]
    pub children: bool,
    /// The unit as it is or was, or the units of today that hold it.
    #[arg(long, value_enum, default_value_t)]
    pub boundaries: BoundariesChoice,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub as_of: AsOfArgs,
}

/// `movements`
#[derive(Args, Debug)]
pub struct MovementsArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub unit: UnitArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub when: WhenArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub as_of: AsOfArgs,
}

/// `findings`
#[derive(Args, Debug)]
pub struct FindingsArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub unit: UnitArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub when: WhenArgs,
    /// Most findings listed; all are counted.
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
}

/// As of when.
#[derive(Args, Debug)]
pub struct AsOfArgs {
    /// As it was known then: at a position of the journal, at a time (2021-06-15 at its end in Viet
    /// Nam, or 2021-06-15T17:05:00+07:00) by when the journal received facts, or when a vintage was
    /// closed (its id). Without it, now.
    #[arg(long, value_name = "POSITION|TIME|VINTAGE")]
    pub as_of: Option<String>,
    /// The journal to replay for that: dir:PATH or nats://HOST:PORT; without it, the data
    /// folder's own.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: Option<String>,
    /// Threads to replay on.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}
