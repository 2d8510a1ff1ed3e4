//! The command line of users.

use std::path::PathBuf;

use access::Post;
use clap::{Args, Subcommand, ValueEnum};

/// `user`
#[derive(Args, Debug)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
    /// The data folder: the users are in users.toml there.
    #[arg(
        long,
        global = true,
        env = "TONGHOP_DATA",
        default_value = "tonghop-data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
}

/// What to do about users.
#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Adds a user. The password is asked for twice; where there is no terminal, it is the first
    /// line of the standard input.
    Add {
        /// What they sign in with: a-z, 0-9, '.', '_', '-' and '@'.
        name: String,
        /// What they may do.
        #[arg(long, value_enum)]
        role: RoleChoice,
        /// An officer's unit, key or name: they write its facts and those of units below it.
        #[arg(long, value_name = "UNIT", required_if_eq("role", "officer"))]
        unit: Option<String>,
    },
    /// Makes a token for a user's programs and prints it, once: it is kept nowhere.
    Token {
        /// Whose.
        name: String,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// How many days it is good for.
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
    /// Lists the users and their tokens.
    List,
    /// Shuts a user out: sessions and tokens end at once.
    Disable {
        /// Whom.
        name: String,
    },
    /// Gives a user a second factor for signing in: a secret for the app on their telephone (TOTP), as
    /// an address, a QR code and letters. It is on when a code of it was given: at the prompt, or by
    /// --code. Then their recovery codes are printed, once, and their sessions end.
    Totp {
        /// Whose.
        name: String,
        /// A code that the app shows now: confirms the secret that was printed before.
        #[arg(long, value_name = "CODE")]
        code: Option<String>,
        /// Takes the second factor away: the password alone lets them in again.
        #[arg(long, conflicts_with = "code")]
        remove: bool,
    },
    /// Gives a user a new password, and lets them in again; their sessions end at once.
    Password {
        /// Whose.
        name: String,
    },
}

/// What a user can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum RoleChoice {
    /// Writes facts of a unit and those below it, and sees its households.
    Officer,
    /// Sees everything, writes nothing.
    Auditor,
    /// Runs the machine: sees operations, no households.
    Operator,
}

impl RoleChoice {
    /// As users are kept.
    pub fn post(self) -> Post {
        match self {
            RoleChoice::Officer => Post::Officer,
            RoleChoice::Auditor => Post::Auditor,
            RoleChoice::Operator => Post::Operator,
        }
    }
}
