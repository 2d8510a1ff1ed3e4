//! The whole program, as a person runs it: real processes, real files, a real nats-server.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "seeds are printed, so that a failure can be repeated, and what was seen of faults"
)]

mod alone;
mod archive;
mod audit;
mod bad_input;
mod clock;
mod demo;
mod documents;
mod endpoint;
mod fire;
mod full;
mod known;
mod milestones;
mod money;
mod nats;
mod oracle;
mod pack;
mod past_intake;
mod plausible;
mod private;
mod proof;
mod rot;
mod runner;
mod same;
mod serve;
mod sources;
mod subscribers;
mod tours;
mod user;
mod webhook;
