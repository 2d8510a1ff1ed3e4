//! Who may do what, defined once for all services: roles, users, tokens, sessions.
//!
//! ```text
//! DIR/users.toml      names, roles, password hashes, hashes of tokens,
//!                     whose which source is                             0600, written as a whole
//! DIR/session.key     signs the sessions of browsers                    0600, made when it is not there
//! DIR/signed-out      sessions that ended before their time               0600, a line each
//! DIR/access.ndjson   who read data of single households, and when      0600, only ever longer
//! ```
//!
//! [`Access`] answers services; [`Book`] is what `tonghop user` and `tonghop source` change.

mod access;
mod book;
mod clock;
mod ended;
mod error;
pub mod private;
mod record;
mod role;
mod secret;
mod session;
mod source;
mod tries;

pub use access::{Access, Refused};
pub use book::{Book, KnownToken, Post, TOKEN_DAYS_MAX, User};
pub use clock::{Clock, today, written};
pub use error::Error;
pub use role::{Role, Who};
pub use session::{SESSION_S, Session};
pub use source::{NotYours, Owner, Source, Sources, own_source};
