//! How much anybody may ask: a bucket for each address and each user, of bounded number.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Most addresses or users with a bucket of their own.
const KEPT_MAX: usize = 20_000;
/// Buckets that are full again are forgotten this often, when there are too many.
const SWEEP_MS: u64 = 1000;

/// How much and how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests a second of one address, in the long run. An office shares one address.
    pub address_per_s: NonZeroU32,
    /// As many at once.
    pub address_burst: NonZeroU32,
    /// The same for this machine's own address: a demonstration, a test or a proxy.
    pub loopback_per_s: NonZeroU32,
    /// Requests a second of one user's programs, in the long run, wherever they come from.
    pub token_per_s: NonZeroU32,
    /// An answer that has not begun after this is not waited for.
    pub answer_s_max: u64,
    /// Most bytes of an address with its query.
    pub uri_bytes_max: usize,
    /// Most connections at once.
    pub connections_max: usize,
    /// Most of them of one address, unless a proxy of ours stands in front: then it counts.
    pub connections_per_address: usize,
    /// The same for this machine's own address.
    pub connections_of_loopback: usize,
    /// Whoever has not sent the head of a request after this, also the next one, is hung up on.
    pub head_s_max: u64,
    /// A body of which nothing comes for so long is given up.
    pub body_wait_s_max: u64,
    /// A body that comes more slowly is given up, too, after the first [`Limits::body_wait_s_max`].
    pub body_bytes_per_s_min: NonZeroU32,
    /// A stop waits for answers that are under way, and cuts off streams after this.
    pub stop_s_max: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Limits {
            address_per_s: number(100),
            address_burst: number(500),
            loopback_per_s: number(50_000),
            token_per_s: number(200),
            answer_s_max: 30,
            uri_bytes_max: 8 * 1024,
            connections_max: 10_000,
            connections_per_address: 256,
            connections_of_loopback: 10_000,
            head_s_max: 30,
            // Longer than the gateway waits: it knows better what to say.
            body_wait_s_max: 30,
            body_bytes_per_s_min: number(1024),
            stop_s_max: 3,
        }
    }
}

/// The buckets of all that share one quota.
pub(crate) struct Buckets<K: Hash + Eq + Clone> {
    own: DefaultKeyedRateLimiter<K>,
    /// For all that find no room.
    shared: DefaultDirectRateLimiter,
    begun: Instant,
    swept_ms: AtomicU64,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub(crate) fn new(per_s: NonZeroU32, burst: NonZeroU32) -> Buckets<K> {
        let quota = Quota::per_second(per_s).allow_burst(burst);
        Buckets {
            own: RateLimiter::keyed(quota),
            shared: RateLimiter::direct(quota),
            begun: Instant::now(),
            swept_ms: AtomicU64::new(0),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one; the seconds to wait where there is none.
    pub(crate) fn take(&self, key: &K) -> Result<(), u32> {
        let taken = if self.has_room() { self.own.check_key(key) } else { self.shared.check() };
        taken.map_err(|until| {
            let wait: Duration = until.wait_time_from(self.clock.now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        })
    }

    fn has_room(&self) -> bool {
        if self.own.len() < KEPT_MAX {
            return true;
        }
        let now_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let swept_ms = self.swept_ms.load(Ordering::Relaxed);
        let due = swept_ms == 0 || now_ms >= swept_ms + SWEEP_MS;
        let swapped = (Ordering::Relaxed, Ordering::Relaxed);
        if due
            && self.swept_ms.compare_exchange(swept_ms, now_ms.max(1), swapped.0, swapped.1).is_ok()
        {
            self.own.retain_recent();
        }
        self.own.len() < KEPT_MAX
    }
}

/// All buckets.
pub(crate) struct Rates {
    addresses: Buckets<IpAddr>,
    loopback: Buckets<()>,
    users: Buckets<String>,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Rates {
        let double = |per_s: NonZeroU32| per_s.saturating_mul(NonZeroU32::MIN.saturating_add(1));
        Rates {
            addresses: Buckets::new(limits.address_per_s, limits.address_burst),
            loopback: Buckets::new(limits.loopback_per_s, double(limits.loopback_per_s)),
            users: Buckets::new(limits.token_per_s, double(limits.token_per_s)),
        }
    }

    pub(crate) fn take_address(&self, client: IpAddr) -> Result<(), u32> {
        if client.is_loopback() { self.loopback.take(&()) } else { self.addresses.take(&client) }
    }

    pub(crate) fn take_user(&self, name: &str) -> Result<(), u32> {
        self.users.take(&name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ever_new_addresses_take_no_more_memory_and_share_one_bucket() {
        let number = |number| NonZeroU32::new(number).expect("not 0");
        let buckets = Buckets::new(number(1), number(30));
        let mut refused = 0;
        // Each takes all it has, so that no bucket is full again soon.
        for address in 0..KEPT_MAX + 50 {
            for _ in 0..30 {
                refused += usize::from(buckets.take(&address).is_err());
            }
        }
        assert_eq!(buckets.own.len(), KEPT_MAX);
        assert!(refused > 0, "those that found no room share one bucket");
    }

    #[test]
    fn whoever_asks_too_much_is_told_when_to_come_again() {
        let number = |number| NonZeroU32::new(number).expect("not 0");
        let buckets = Buckets::new(number(1), number(3));
        let taken: Vec<_> = (0..4).map(|_| buckets.take(&"a")).collect();
        assert_eq!(taken, [Ok(()), Ok(()), Ok(()), Err(1)]);
        assert_eq!(buckets.take(&"b"), Ok(()), "others may");
    }
}
