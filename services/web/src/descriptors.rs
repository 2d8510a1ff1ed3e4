//! How many files and connections this process may have open: as many as the system allows, and
//! never so many connections that journal and store find no descriptor.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Limits;

/// What journal, store, webhooks and questions need at the least.
const RESERVE_MIN: usize = 200;
/// They have at least this share of all.
const RESERVE_SHARE: usize = 4;
/// A server that takes fewer is none.
const CONNECTIONS_MIN: usize = 8;

/// Raises the soft limit of open files to the hard one, and says how many there may be; none where
/// there is no limit. A system that refuses leaves it as it was.
pub fn raise_descriptors() -> Option<usize> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!("the limit of open files stays as it is: {error}");
            current
        }
    };
    limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

impl Limits {
    /// No more connections than leave a reserve of so many descriptors.
    pub fn fit(&mut self, descriptors: Option<usize>) {
        let Some(descriptors) = descriptors else { return };
        let reserve = RESERVE_MIN.max(descriptors / RESERVE_SHARE);
        let room = descriptors.saturating_sub(reserve).max(CONNECTIONS_MIN);
        if room < self.connections_max {
            tracing::info!(descriptors, connections = room, "open files bound the connections");
            self.connections_max = room;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_a_reserve_and_are_never_none() {
        let table = [
            (None, 10_000),
            (Some(usize::MAX), 10_000),
            (Some(16_384), 10_000),
            (Some(1_024), 768),
            (Some(512), 312),
            (Some(201), 8),
            (Some(0), 8),
        ];
        for (descriptors, connections) in table {
            let mut limits = Limits::default();
            limits.fit(descriptors);
            assert_eq!(limits.connections_max, connections, "{descriptors:?}");
        }
    }
}
