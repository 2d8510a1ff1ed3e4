//! Room on the disk: facts are turned away while there is still some left, so that what was taken
//! can be folded, figures are shown, and everything goes on by itself when there is more.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use web::{Check, Gauge, Health};

/// With less nothing can be kept of what is folded: also who wants no reserve has this.
const FLOOR: u64 = 8 << 20;

/// Where the service writes, and how many bytes are to stay free there. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Room {
    places: Arc<[PathBuf]>,
    reserve: u64,
}

impl Room {
    /// In the data folder, and in the folder of the journal where it has one.
    pub(super) fn of(data: &Path, url: &str, reserve_mb: u64) -> Room {
        let journal = url.strip_prefix("dir:").map(PathBuf::from);
        let places = [Some(data.to_owned()), journal].into_iter().flatten().collect();
        let reserve = reserve_mb.saturating_mul(1 << 20).max(FLOOR);
        Room { places, reserve }
    }

    /// Bytes that are free where there is least; none where nobody can say.
    fn free(&self) -> Option<u64> {
        let free = |place: &PathBuf| {
            let about = rustix::fs::statvfs(place).ok()?;
            Some(about.f_bavail.saturating_mul(about.f_frsize))
        };
        self.places.iter().filter_map(free).min()
    }

    /// What is said while there is too little; none while there is enough.
    pub(super) fn short(&self) -> Option<(String, String)> {
        let free = self.free().filter(|free| *free < self.reserve)?;
        let (free, reserve) = (free >> 20, self.reserve >> 20);
        Some((
            format!(
                "đĩa còn {free} MB, ít hơn {reserve} MB dự trữ: không nhận dữ kiện cho đến khi có chỗ"
            ),
            format!(
                "{free} MB are free on the disk, less than the reserve of {reserve} MB: no facts are \
                 taken until there is room"
            ),
        ))
    }

    /// Tells `/readyz` and `/metrics`.
    pub(super) fn watch(&self, health: &mut Health) {
        let room = self.clone();
        health.checks.push(Box::new(move || {
            let short = room.short();
            let ok = short.is_none();
            let enough = || ("đĩa còn chỗ".to_owned(), "there is room on the disk".to_owned());
            let (reason, reason_en) = short.unwrap_or_else(enough);
            Check { name: "disk", ok, reason, reason_en }
        }));
        let room = self.clone();
        health.gauges.push(Gauge {
            name: "tonghop_disk_free_bytes",
            help: "Bytes that are free where the service writes.",
            is_counter: false,
            value: Box::new(move || room.free().unwrap_or(0) as f64),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_larger_than_the_disk_is_told_and_none_is_not() {
        let folder = std::env::temp_dir();
        for (reserve_mb, ok) in [(0, true), (u64::MAX, false)] {
            let mut health = Health::default();
            Room::of(&folder, "nats://127.0.0.1", reserve_mb).watch(&mut health);
            let check = health.checks[0]();
            assert_eq!(check.ok, ok, "{}", check.reason_en);
            assert!((health.gauges[0].value)() > 0.0);
        }
        let absent = Room::of(Path::new("/no/such/folder"), "dir:/no/such", u64::MAX);
        assert_eq!(absent.short(), None, "what nobody can say stops nothing");
    }
}
