//! Who may do what, defined once for all services: roles, users, tokens, sessions.
//!
//! ```text
//! DIR/users.toml      names, roles, password hashes, hashes of tokens,
//!                     secrets of second factors, whose which source is  0600, written as a whole
//! DIR/session.key     signs the sessions of browsers                    0600, made when it is not there
//! DIR/signed-out      sessions that ended before their time               0600, a line each
//! DIR/codes-used      which one-time codes were taken last              0600, a line each
//! DIR/access.ndjson   who read data of single households, and when      0600, only ever longer
//! ```
//!
//! [`Access`] answers services; [`Book`] is what `tonghop user` and `tonghop source` change.
//!
//! Not here: HTTP (cookies, headers and addresses are `web`'s), and how figures are hidden (`domain`):
//! [`Who::disclosure`] only says whose units somebody sees.
//!
//! ```
//! use access::{Role, Who};
//! use proto::gazetteer::Gazetteer;
//!
//! let gazetteer = Gazetteer::embedded();
//! let unit = |key: &str| gazetteer.unit(key).expect("a unit of the gazetteer");
//! let hoa = Who { name: "hoa".into(), role: Role::Officer { of: unit("L-637") } };
//! assert!(hoa.may_write(&gazetteer.atlas, unit("L-24097"))); // a commune of her district
//! assert!(!hoa.may_write(&gazetteer.atlas, unit("L-638"))); // the district next door
//! assert!(!Who::public().may_see_households(&gazetteer.atlas, unit("L-637")));
//! ```

mod access;
mod book;
mod clock;
mod ended;
mod enrolment;
mod error;
mod factor;
mod network;
mod notes;
mod places;
pub mod private;
mod qr;
mod record;
mod recovery;
mod role;
mod secret;
mod session;
mod source;
mod totp;
mod tries;
mod used;
mod waits;

pub use access::{Access, Passed, Refused, SecondFactor};
pub use book::{Book, KnownToken, Post, TOKEN_DAYS_MAX, User};
pub use clock::{Clock, today, written};
pub use error::Error;
pub use factor::{Factor, Offer};
pub use network::network;
pub use places::{Place, Places};
pub use qr::Squares;
pub use record::record_factor;
pub use role::{Role, Who};
pub use session::{SESSION_S, Session, TICKET_S, Ticket};
pub use source::{NotYours, Owner, Source, Sources, own_source};
