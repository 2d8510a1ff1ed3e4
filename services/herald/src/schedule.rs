//! When an attempt is made again.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// How long to wait after each attempt that failed. After the last one a delivery is dead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule(pub Vec<Duration>);

/// Up to a tenth more, so that those that failed together do not all come back together.
const JITTER_PARTS: u64 = 10;

impl Default for Schedule {
    /// As Standard Webhooks proposes: ten attempts over three days.
    fn default() -> Schedule {
        const M: u64 = 60;
        const H: u64 = 3600;
        let waits = [5, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H];
        Schedule(waits.map(Duration::from_secs).to_vec())
    }
}

impl Schedule {
    /// Milliseconds until the next attempt, when so many have failed; none: there is none. The same
    /// delivery always waits the same, also after a restart.
    pub(crate) fn wait_ms(&self, failed: u32, delivery: &[u8]) -> Option<u64> {
        let before = usize::try_from(failed).ok()?.checked_sub(1)?;
        let wait = u64::try_from(self.0.get(before)?.as_millis()).unwrap_or(u64::MAX / 2);
        let digest = Sha256::new().chain_update(delivery).chain_update(failed.to_be_bytes());
        let digest: [u8; 32] = digest.finalize().into();
        let part = u64::from(u16::from_be_bytes([digest[0], digest[1]]));
        Some(wait + wait / JITTER_PARTS * part / u64::from(u16::MAX))
    }

    /// Attempts until a delivery is dead.
    pub fn attempts_max(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_are_made_over_three_days_each_at_most_a_tenth_late() {
        let schedule = Schedule::default();
        let seconds = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
        for (failed, wait_s) in (1..).zip(seconds) {
            for delivery in [b"a", b"b", b"c"] {
                let wait = schedule.wait_ms(failed, delivery).unwrap();
                let (least, most) = (wait_s * 1000, wait_s * 1100);
                assert!((least..=most).contains(&wait), "after {failed}: {wait} ms");
                assert_eq!(Some(wait), schedule.wait_ms(failed, delivery), "always the same");
            }
        }
        assert_eq!(schedule.wait_ms(0, b"a"), None);
        assert_eq!(schedule.wait_ms(10, b"a"), None, "then it is dead");
        assert_eq!(schedule.attempts_max(), 10);
        let apart: std::collections::BTreeSet<_> =
            (0..100u8).map(|one| schedule.wait_ms(9, &[one])).collect();
        assert!(apart.len() > 90, "those that fail together come back apart");
    }
}
