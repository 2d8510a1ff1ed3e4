//! Milestones to webhooks: signed, in order, retried, never lost.
//!
//! ```text
//! FEED ─► feeder ─► queue (sled) ─► couriers, one a subscription ─► sender ─► endpoint
//!         cursor and deliveries      the first of each lane            guard, TLS, signature
//!         in one batch               that is due
//! ```
//!
//! [`Herald::open`] opens deliveries and subscriptions, [`Herald::run`] sends; [`Desk`] answers and
//! changes, beside it or alone; [`router`] is the same over HTTP.
//!
//! Not here: what a milestone is (`milestones`), and the list of those that were told (`feed`). At
//! least once, not exactly once: a receiver remembers ids.
//!
//! Where messages may go, and how they are signed (Standard Webhooks 1.0):
//!
//! ```
//! use herald::{Guard, Secret, signature};
//!
//! let guard = Guard::strict();
//! assert!(guard.check("https://office.example/milestones").is_ok());
//! assert!(guard.check("https://169.254.169.254/").is_err()); // no way into our own network
//! assert!(guard.check("http://office.example/").is_err());
//!
//! let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
//! let signed = signature::signature(&[secret], "msg_1", 1_614_265_330, b"{}");
//! assert!(signed.starts_with("v1,"));
//! # Ok::<(), herald::Error>(())
//! ```

mod api;
mod ask;
mod bells;
mod book;
mod clock;
mod config;
mod counts;
mod courier;
mod desk;
mod error;
mod event;
mod feeder;
mod filter;
mod guard;
mod herald;
mod id;
mod outcome;
mod queue;
mod repair;
mod retry_after;
mod schedule;
mod secret;
mod send;
mod shared;
pub mod signature;
mod tls;

pub use api::{openapi, router};
pub use ask::{Ask, Told};
pub use book::{Book, KEEP_HOURS_MAX, SUBSCRIPTIONS_MAX, Subscription, Wish, sees};
pub use config::Config;
pub use counts::Counted;
pub use desk::{Desk, Status};
pub use error::{Error, Result};
pub use filter::Filter;
pub use guard::{Cidr, Guard};
pub use herald::{Herald, run};
pub use id::Id;
pub use outcome::{Failure, Outcome};
pub use queue::{
    Attempt, Dead, Due, GivenUp, Kept, LastFailure, Opening, Queue, Rules, Settled, State, Why,
};
pub use repair::repair;
pub use schedule::Schedule;
pub use secret::Secret;
pub use send::{Limits, Message, Sender};

/// Where deliveries are, in the data folder.
const FOLDER: &str = "herald";
