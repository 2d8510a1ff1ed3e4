//! What became of one attempt.

use serde::{Deserialize, Serialize};

/// What an endpoint answered, or why it did not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It answered 2xx.
    Delivered {
        /// The status code.
        status: u16,
    },
    /// It answered 410: it wants no more.
    Gone,
    /// It answered 429 or 503, and when to come again.
    Throttled {
        /// The status code.
        status: u16,
        /// In so many seconds, a day at most.
        retry_after_s: u32,
    },
    /// It answered anything else; also 3xx, which is never followed.
    Refused {
        /// The status code.
        status: u16,
    },
    /// It did not answer.
    Failed {
        /// Why.
        why: Failure,
    },
}

/// Why there was no answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It took longer than an attempt may.
    Timeout,
    /// No connection came about.
    Connect,
    /// The name is not known, or names could not be asked for.
    Dns,
    /// The certificate is not good for the name, or TLS failed otherwise.
    Tls,
    /// The connection ended before the answer.
    Reset,
    /// What came back is no HTTP.
    NotHttp,
    /// The address is private, or of another kind that nothing is sent to.
    PrivateAddress,
    /// The URL cannot be one of a webhook.
    BadUrl,
    /// The feed does not have the record any more, or it cannot be read.
    NoRecord,
}

impl Outcome {
    /// Whether it is with the receiver.
    pub fn is_delivered(self) -> bool {
        match self {
            Outcome::Delivered { .. } => true,
            Outcome::Gone
            | Outcome::Throttled { .. }
            | Outcome::Refused { .. }
            | Outcome::Failed { .. } => false,
        }
    }

    pub(crate) fn failed(why: Failure) -> Outcome {
        Outcome::Failed { why }
    }
}

impl Failure {
    /// Its name in JSON and logs.
    pub fn name(self) -> &'static str {
        match self {
            Failure::Timeout => "timeout",
            Failure::Connect => "connect",
            Failure::Dns => "dns",
            Failure::Tls => "tls",
            Failure::Reset => "reset",
            Failure::NotHttp => "not_http",
            Failure::PrivateAddress => "private_address",
            Failure::BadUrl => "bad_url",
            Failure::NoRecord => "no_record",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Outcome::Delivered { status } | Outcome::Refused { status } => write!(f, "{status}"),
            Outcome::Gone => f.write_str("410"),
            Outcome::Throttled { status, retry_after_s } => {
                write!(f, "{status} ({retry_after_s} s)")
            }
            Outcome::Failed { why } => f.write_str(why.name()),
        }
    }
}
