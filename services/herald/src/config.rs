//! What a herald needs to know, and its limits.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::disclosure::HOUSEHOLDS_MIN;
use journal::Journal;

use crate::{Guard, Kept, Limits, Rules, Schedule};

/// What a herald needs to know. [`Config::new`] has the limits that are meant for use.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder: `webhooks.toml` and the deliveries are in it.
    pub data: PathBuf,
    /// Milestones.
    pub feed: Journal,
    /// What may be sent to.
    pub guard: Guard,
    /// Authorities to trust beside the system's, in DER.
    pub authorities: Vec<Vec<u8>>,
    /// How long an attempt may take.
    pub limits: Limits,
    /// When to try again, and when no more.
    pub rules: Rules,
    /// How many attempts are remembered.
    pub kept: Kept,
    /// Attempts of one subscription at once.
    pub at_once_each: usize,
    /// Attempts at once beyond the first of each subscription: see [`crate::Herald`].
    pub at_once_more: usize,
    /// Open deliveries of one subscription: then its place in the feed waits.
    pub open_max: u64,
    /// What is told of fewer households than this is only for those who may see them.
    pub households_min: u32,
    /// How often the file of subscriptions is looked at.
    pub look_every: Duration,
    /// How long attempts under way may still take when the herald is to stop.
    pub grace: Duration,
}

impl Config {
    /// The usual limits.
    pub fn new(data: &Path, feed: Journal) -> Config {
        let five_days = Duration::from_secs(5 * 24 * 3600);
        Config {
            data: data.to_owned(),
            feed,
            guard: Guard::strict(),
            authorities: Vec::new(),
            limits: Limits::default(),
            rules: Rules { schedule: Schedule::default(), give_up_after: five_days },
            kept: Kept::default(),
            at_once_each: 4,
            at_once_more: 64,
            open_max: 1000,
            households_min: HOUSEHOLDS_MIN,
            look_every: Duration::from_secs(1),
            grace: Duration::from_secs(3),
        }
    }
}
