//! The door and the server, as clients meet them.

mod common;
mod door;
mod second;
mod serve;
