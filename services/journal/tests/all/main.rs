//! The journal's tests: one conformance suite for both engines, then what each may suffer.

#![expect(clippy::unwrap_used, reason = "a test may fail by it; clippy sees only test functions")]
#![expect(clippy::print_stderr, reason = "seeds are printed")]

mod accounts;
mod archive;
mod away;
mod clock;
mod conformance;
mod crash;
mod feed;
mod full;
mod kill;
mod opening;
mod restore;
mod rot;
mod sealing;
mod stream;
mod world;
