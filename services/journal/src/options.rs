//! How a journal is opened.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Clock, Identity, Position};

/// How a journal is opened. `Options::default()` opens what is there and creates nothing.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Create the journal if the directory is empty or absent, or the stream is absent.
    pub create: bool,
    /// The identity it must have; a new one is created with it (restore), otherwise at random.
    pub identity: Option<Identity>,
    /// Gives receive times, or measures those of a server. It knows the last one of the journal that a
    /// writer was opened of: another journal has another clock.
    pub clock: Clock,
    /// For `dir:` journals.
    pub dir: DirOptions,
    /// For `nats://` journals.
    pub nats: NatsOptions,
}

impl Options {
    /// Opens, or creates what is not there yet.
    #[must_use]
    pub fn create() -> Self {
        Self { create: true, ..Self::default() }
    }
}

/// What only directories need.
#[derive(Clone, Debug)]
pub struct DirOptions {
    /// How long to wait for another writer's lock.
    pub lock_wait: Duration,
    /// A segment is sealed when its frames have about this many bytes.
    pub segment_bytes_max: u64,
    /// What others know of the journal: a writer that finds less of it stops, and touches nothing.
    pub known: Vec<Known>,
}

/// A position that was in a journal, as somebody else knows: rows, an archive, a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Of which journal; none where that cannot be told any more: then it counts for any.
    pub journal: Option<Identity>,
    /// The last position that is known.
    pub position: Position,
    /// Who knows it: a file or a folder, for people.
    pub by: String,
}

impl Known {
    /// The one of them that knows most of a journal.
    pub fn most(known: &[Known], journal: Identity) -> Option<&Known> {
        let of = |one: &&Known| one.journal.is_none_or(|of| of == journal);
        known.iter().filter(of).max_by_key(|one| one.position)
    }
}

impl Default for DirOptions {
    fn default() -> Self {
        Self { lock_wait: Duration::from_secs(5), segment_bytes_max: 64 << 20, known: Vec::new() }
    }
}

/// What only JetStream needs.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    /// Who we are. Never part of the address.
    pub credentials: Credentials,
    /// Who we are to the feed of milestones, where that is somebody else.
    pub feed_credentials: Option<Credentials>,
    /// What the stream is for.
    pub stream: Stream,
    /// Copies of a stream that is created: 1 or 3.
    pub replicas: usize,
    /// Within this time, equal bytes are stored once. Only for a stream that is created.
    pub duplicate_window: Duration,
    /// Connecting and opening give up after this.
    pub connect_wait: Duration,
    /// An append that is not confirmed after this is `Busy`. Keep it far below the window.
    pub busy_after: Duration,
    /// The address of a monitoring port, `http://host:port`: the only way to learn whether the
    /// server syncs always.
    pub monitoring: Option<String>,
    /// Whether nothing may be appended that a power cut may take back: while the server is not known to
    /// sync always, appending is `Busy`.
    pub needs_sync: bool,
}

impl Default for NatsOptions {
    fn default() -> Self {
        Self {
            credentials: Credentials::None,
            feed_credentials: None,
            stream: Stream::Facts,
            replicas: 1,
            duplicate_window: Duration::from_secs(120),
            connect_wait: Duration::from_secs(10),
            busy_after: Duration::from_secs(30),
            monitoring: None,
            needs_sync: false,
        }
    }
}

/// What a stream is for: its name, its subjects, and what may be published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stream {
    /// The journal of facts: `TONGHOP_FACTS`, on `tonghop.facts.<route>`.
    #[default]
    Facts,
    /// The feed of milestones: `TONGHOP_MILESTONES`, on `tonghop.milestones.<route>`. Each route
    /// is published once for ever, whoever publishes.
    Milestones,
}

impl Stream {
    /// The stream's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Facts => "TONGHOP_FACTS",
            Self::Milestones => "TONGHOP_MILESTONES",
        }
    }

    /// What its subjects begin with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Facts => "tonghop.facts",
            Self::Milestones => "tonghop.milestones",
        }
    }

    /// Every subject of it.
    pub(crate) fn subjects(self) -> String {
        format!("{}.>", self.prefix())
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Facts => "Tổng Hợp: the journal of facts",
            Self::Milestones => "Tổng Hợp: the feed of milestones",
        }
    }

    /// Whether a subject takes one message and no more.
    pub(crate) fn is_once(self) -> bool {
        match self {
            Self::Facts => false,
            Self::Milestones => true,
        }
    }
}

/// How to prove who we are to a NATS server.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// The server asks nobody.
    #[default]
    None,
    /// User and password.
    User {
        /// The user's name.
        user: String,
        /// The password.
        password: String,
    },
    /// A file that only its owner may read, with one line: `user:password`.
    LoginFile(PathBuf),
    /// A file whose first line is an nkey seed.
    SeedFile(PathBuf),
    /// A `.creds` file: JWT and seed.
    CredentialsFile(PathBuf),
}

impl std::fmt::Debug for Credentials {
    /// Says which kind, never the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::User { user, .. } => write!(f, "User({user:?})"),
            Self::LoginFile(path) => write!(f, "LoginFile({})", path.display()),
            Self::SeedFile(path) => write!(f, "SeedFile({})", path.display()),
            Self::CredentialsFile(path) => write!(f, "CredentialsFile({})", path.display()),
        }
    }
}
