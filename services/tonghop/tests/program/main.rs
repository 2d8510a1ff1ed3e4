//! The whole program, as a person runs it: real processes, real files, a real nats-server.

mod bad_input;
mod demo;
mod fire;
mod oracle;
mod runner;
mod same;
