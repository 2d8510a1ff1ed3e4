//! How many things one address may hold at once: connections, streams, passwords that are hashed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::network::network;

/// Counts what each address holds. It remembers an address only as long as it holds something, so
/// it is as large as what is held.
#[derive(Clone, Debug)]
pub struct Places {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    each_max: usize,
    loopback_max: usize,
    all_max: Option<usize>,
}

/// One of the things that an address holds, until it is dropped.
#[derive(Debug)]
pub struct Place {
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    of: IpAddr,
}

impl Places {
    /// At most so many of each address, and of this machine's own: a demonstration, a test, or a
    /// proxy that nobody has told us of.
    pub fn new(each_max: usize, loopback_max: usize) -> Places {
        Places { held: Arc::default(), each_max, loopback_max, all_max: None }
    }

    /// At most so many of all addresses together.
    #[must_use]
    pub fn of_all(self, all_max: usize) -> Places {
        Places { all_max: Some(all_max), ..self }
    }

    /// Takes one more; none where the address, or all of them, hold as many as they may.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let of = network(address);
        let most = if of.is_loopback() { self.loopback_max } else { self.each_max };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.get(&of).copied().unwrap_or(0);
        let is_full = |most| held.values().sum::<usize>() >= most;
        if count >= most || self.all_max.is_some_and(is_full) {
            return None;
        }
        held.insert(of, count + 1);
        Some(Place { held: Arc::clone(&self.held), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&self.of) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(held.remove(&self.of)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_holds_so_many_and_is_forgotten_when_it_holds_none() {
        let places = Places::new(2, 3);
        let mut kept = Vec::new();
        for (address, given) in [
            ("203.0.113.9", true),
            ("203.0.113.9", true),
            ("203.0.113.9", false),
            ("::ffff:203.0.113.9", false),
            ("203.0.113.10", true),
            ("2001:db8::1", true),
            ("2001:db8::2", true),
            ("2001:db8::3", false),
            ("2001:db8:0:1::3", true),
            ("127.0.0.1", true),
            ("127.0.0.1", true),
            ("127.0.0.1", true),
            ("127.0.0.1", false),
        ] {
            let place = places.take(address.parse().expect("an address"));
            assert_eq!(place.is_some(), given, "{address}");
            kept.extend(place);
        }
        kept.remove(0);
        let again = places.take("203.0.113.9".parse().expect("an address"));
        assert!(again.is_some(), "what was given back can be taken");
        drop((kept, again));
        assert!(places.held.lock().expect("nobody panicked").is_empty());
    }

    #[test]
    fn one_address_leaves_room_for_others() {
        let places = Places::new(2, 4).of_all(4);
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
        let here = "::1".parse().expect("an address");
        held.extend((0..5).filter_map(|_| places.take(here)));
        assert_eq!(held.len(), 4, "what was given back can be taken; a proxy takes all");
    }
}
