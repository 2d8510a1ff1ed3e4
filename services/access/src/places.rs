//! How many passwords are hashed at once: each takes 19 MiB. One address never takes all places, so
//! that whoever sends wrong passwords without end keeps nobody else from signing in.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

const ALL_MAX: usize = 4;
/// Of one address; this machine's own may be that of a proxy that nobody has told us of.
const EACH_MAX: usize = 2;

/// For whom a password is hashed at this moment.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<Vec<IpAddr>>);

/// One of the places, until it is dropped.
pub(crate) struct Place<'a> {
    of: &'a Places,
    from: IpAddr,
}

impl Places {
    /// Takes a place; none where there is none left for this address.
    pub(crate) fn take(&self, from: IpAddr) -> Option<Place<'_>> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each_max = if from.is_loopback() { ALL_MAX } else { EACH_MAX };
        let own = taken.iter().filter(|one| **one == from).count();
        if taken.len() >= ALL_MAX || own >= each_max {
            return None;
        }
        taken.push(from);
        Some(Place { of: self, from })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = taken.iter().position(|one| *one == self.from) {
            taken.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_leaves_room_for_others() {
        let places = Places::default();
        let mut held = Vec::new();
        for (from, expected) in [
            ("198.51.100.1", true),
            ("198.51.100.1", true),
            ("198.51.100.1", false),
            ("198.51.100.2", true),
            ("198.51.100.3", true),
            ("198.51.100.4", false),
        ] {
            let place = places.take(from.parse().expect("an address"));
            assert_eq!(place.is_some(), expected, "{from}");
            held.extend(place);
        }
        held.clear();
        let here = "127.0.0.1".parse().expect("an address");
        held.extend((0..5).filter_map(|_| places.take(here)));
        assert_eq!(held.len(), ALL_MAX, "what was given back can be taken; a proxy takes all");
    }
}
