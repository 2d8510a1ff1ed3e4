//! Milestones to webhooks, as endpoints and their owners meet them.

mod api;
mod behaviours;
mod book;
mod crowd;
mod endpoint;
mod kill;
mod order;
mod python;
mod queue;
mod restart;
mod rot;
mod sight;
mod world;
