//! How often somebody tried in vain, and how long they have to wait: bounded, and forgotten.

use std::collections::HashMap;
use std::hash::Hash;

/// Most names and addresses that are kept; the one that failed longest ago makes room.
const KEPT_MAX: usize = 10_000;

/// Failures by key, for one rule of waiting.
#[derive(Debug)]
pub(crate) struct Tries<K> {
    /// So many failures cost nothing.
    free: u32,
    /// Nobody waits longer, and after so long a failure is forgotten.
    wait_s_max: u64,
    kept: HashMap<K, Failed>,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    last_s: u64,
}

impl<K: Hash + Eq + Clone> Tries<K> {
    pub(crate) fn new(free: u32, wait_s_max: u64) -> Tries<K> {
        Tries { free, wait_s_max, kept: HashMap::new() }
    }

    /// How many seconds are still to wait; 0 when they may try.
    pub(crate) fn wait_s(&self, key: &K, now_s: u64) -> u64 {
        let Some(failed) = self.kept.get(key) else { return 0 };
        let over = failed.times.saturating_sub(self.free);
        if over == 0 {
            return 0;
        }
        // 1, 2, 4, … seconds.
        let wait = 1u64.checked_shl(over - 1).unwrap_or(u64::MAX).min(self.wait_s_max);
        failed.last_s.saturating_add(wait).saturating_sub(now_s).min(self.wait_s_max)
    }

    pub(crate) fn failed(&mut self, key: K, now_s: u64) {
        if let Some(failed) = self.kept.get_mut(&key) {
            let forgotten = now_s.saturating_sub(failed.last_s) > self.wait_s_max;
            failed.times = if forgotten { 1 } else { failed.times.saturating_add(1) };
            failed.last_s = now_s;
            return;
        }
        if self.kept.len() >= KEPT_MAX {
            self.make_room(now_s);
        }
        self.kept.insert(key, Failed { times: 1, last_s: now_s });
    }

    pub(crate) fn succeeded(&mut self, key: &K) {
        self.kept.remove(key);
    }

    fn make_room(&mut self, now_s: u64) {
        self.kept.retain(|_, failed| now_s.saturating_sub(failed.last_s) <= self.wait_s_max);
        if self.kept.len() >= KEPT_MAX {
            let eldest = self.kept.iter().min_by_key(|(_, failed)| failed.last_s);
            if let Some(eldest) = eldest.map(|(key, _)| key.clone()) {
                self.kept.remove(&eldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_fails_waits_ever_longer_and_is_forgotten() {
        let mut tries = Tries::new(3, 60);
        let mut waits = Vec::new();
        for _ in 0..12 {
            tries.failed("hoa", 100);
            waits.push(tries.wait_s(&"hoa", 100));
        }
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(tries.wait_s(&"hoa", 130), 30);
        assert_eq!(tries.wait_s(&"hoa", 160), 0);
        assert_eq!(tries.wait_s(&"minh", 100), 0, "others do not wait");
        tries.failed("hoa", 161);
        assert_eq!(tries.wait_s(&"hoa", 161), 0, "forgotten after a minute");
        tries.succeeded(&"hoa");
        assert_eq!(tries.wait_s(&"hoa", 161), 0);
    }

    #[test]
    fn ever_new_names_take_no_more_memory() {
        let mut tries = Tries::new(3, 60);
        for name in 0..KEPT_MAX + 100 {
            tries.failed(name, 100 + name as u64 / 1000);
        }
        assert_eq!(tries.kept.len(), KEPT_MAX);
        assert!(tries.kept.contains_key(&(KEPT_MAX + 99)), "the newest is kept");
    }
}
