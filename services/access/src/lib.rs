//! Who may do what, defined once for all services: roles, users, tokens, sessions.

mod role;

pub use role::{Role, Who};
