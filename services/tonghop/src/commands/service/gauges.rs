//! What `/readyz` and `/metrics` tell of the parts of the service.

use std::sync::Arc;
use std::time::Duration;

use feed::Foreign;
use gateway::Gateway;
use herald::Counted;
use portal::App;
use projector::Handle;
use web::{Check, Doors, Gauge, Health};

use super::reach::Reach;

/// A projector that is further behind is not ready: its figures are old.
const READY_LAG_MAX: u64 = 10_000;
/// Nor is one with a fact that has waited so long, however few there are: something holds it up.
/// Facts are folded within a second; the journal's end is asked for once a second.
const READY_AGE_MAX: Duration = Duration::from_secs(30);

/// What `/readyz` and `/metrics` tell of journal, projector and gateway.
pub(super) fn watch_over(
    doors: &mut Doors,
    handle: &Handle,
    gateway: Option<&Gateway>,
    reach: &Reach,
) {
    let health = &mut doors.health;
    let watched = handle.clone();
    health.checks.push(Box::new(move || {
        let stopped = watched.watch().has_changed().is_err();
        projector(stopped, watched.progress().lag(), watched.oldest_age())
    }));
    let (reach, appending) = (reach.clone(), gateway.cloned());
    health.checks.push(Box::new(move || {
        reach.check(appending.as_ref().and_then(Gateway::trouble).as_deref())
    }));
    let mut gauge = |name, help, is_counter, value: Box<dyn Fn() -> f64 + Send + Sync>| {
        health.gauges.push(Gauge { name, help, is_counter, value });
    };
    type Told = fn(&projector::Progress) -> f64;
    let told: [(&'static str, &'static str, bool, Told); 8] = [
        ("tonghop_unreadable_records", "Records of the journal that are no facts.", false, |p| {
            p.accounting.unreadable as f64
        }),
        ("tonghop_journal_end_position", "The last position of the journal.", false, |p| {
            p.end as f64
        }),
        ("tonghop_folded_position", "The last position that is folded.", false, |p| {
            p.position as f64
        }),
        ("tonghop_committed_position", "The last position in the store.", false, |p| {
            p.committed as f64
        }),
        ("tonghop_lag_records", "Records that are not folded yet.", false, |p| p.lag() as f64),
        ("tonghop_commits_total", "Commits since the start.", true, |p| p.commits as f64),
        ("tonghop_milestones_total", "Milestones reached and withdrawn.", true, |p| {
            p.notices as f64
        }),
        ("tonghop_last_commit_seconds", "How long the last commit took.", false, |p| {
            p.commit_ms / 1000.0
        }),
    ];
    for (name, help, is_counter, tell) in told {
        let handle = handle.clone();
        gauge(name, help, is_counter, Box::new(move || tell(&handle.progress())));
    }
    let watched = handle.clone();
    let help = "How long the oldest fact has waited that is not folded.";
    let age = Box::new(move || watched.oldest_age().as_secs_f64());
    gauge("tonghop_oldest_unfolded_seconds", help, false, age);
    let Some(gateway) = gateway else { return };
    type Count = fn(&gateway::Counted) -> u64;
    let counts: [(&'static str, &'static str, Count); 5] = [
        ("tonghop_facts_accepted_total", "Facts written to the journal.", |c| c.accepted),
        ("tonghop_facts_duplicate_total", "Facts that were there already.", |c| c.duplicate),
        ("tonghop_facts_rejected_total", "Facts that were refused.", |c| c.rejected),
        ("tonghop_appends_total", "Appends to the journal.", |c| c.appends),
        ("tonghop_append_failures_total", "Appends that failed.", |c| c.failures),
    ];
    for (name, help, count) in counts {
        let gateway = gateway.clone();
        gauge(name, help, true, Box::new(move || count(&gateway.counted()) as f64));
    }
    let gateway = gateway.clone();
    let help = "Requests, or parts of long ones, that wait for the journal.";
    gauge("tonghop_appends_waiting", help, false, Box::new(move || gateway.waiting() as f64));
}

/// How the projector is: whether it has stopped, how many facts it has not folded, and how long the
/// oldest of them has waited.
fn projector(stopped: bool, lag: u64, oldest: Duration) -> Check {
    let ok = !stopped && lag <= READY_LAG_MAX && oldest <= READY_AGE_MAX;
    let (seconds, most) = (oldest.as_secs(), READY_AGE_MAX.as_secs());
    let (reason, reason_en) = if stopped {
        ("bộ tổng hợp đã dừng".to_owned(), "the projector has stopped".to_owned())
    } else if oldest > READY_AGE_MAX {
        (
            format!("còn {lag} dữ kiện chưa tổng hợp, cũ nhất đã đợi {seconds} giây, quá {most}"),
            format!(
                "{lag} facts are not folded yet, the oldest has waited {seconds} seconds, more than \
                 {most}"
            ),
        )
    } else {
        (format!("còn {lag} dữ kiện chưa tổng hợp"), format!("{lag} facts are not folded yet"))
    };
    Check { name: "projector", ok, reason, reason_en }
}

/// What `/metrics` tells of the feed.
pub(super) fn watch_feed(health: &mut Health, foreign: Foreign) {
    let name = "tonghop_feed_foreign_records";
    let help = "Records of the feed that are no milestones, as far as it was read.";
    let value = Box::new(move || foreign.count() as f64);
    health.gauges.push(Gauge { name, help, is_counter: false, value });
}

/// What `/readyz` and `/metrics` tell of open pages.
pub(super) fn watch_live(health: &mut Health, app: &Arc<App>) {
    type Size = fn((usize, usize)) -> usize;
    let sizes: [(&'static str, &'static str, Size); 2] = [
        ("tonghop_live_clients", "Clients that watch live figures or pages.", |(_, clients)| {
            clients
        }),
        ("tonghop_live_topics", "Different figures and pages that they watch.", |(topics, _)| {
            topics
        }),
    ];
    for (name, help, size) in sizes {
        let app = Arc::clone(app);
        let value = Box::new(move || size(app.hub.sizes()) as f64);
        health.gauges.push(Gauge { name, help, is_counter: false, value });
    }
    let hub = Arc::clone(app);
    let name = "tonghop_live_failures_total";
    let help = "Live figures and pages that a fault of the program kept from being made.";
    let value = Box::new(move || hub.hub.broken() as f64);
    health.gauges.push(Gauge { name, help, is_counter: true, value });
    let app = Arc::clone(app);
    health.parts.push(Box::new(move || live(app.hub.broken())));
}

/// How live pages are: those that cannot be made stand still, all others go on.
fn live(broken: u64) -> Check {
    let (vi, en) = match broken {
        0 => ("hoạt động".to_owned(), "it works".to_owned()),
        _ => (
            format!(
                "{broken} lần không tạo được trang trực tiếp vì lỗi chương trình: những trang đó chỉ \
                 mới lại khi tải lại; xem nhật ký và báo lỗi"
            ),
            format!(
                "a live page could not be made {broken} times, which is a fault of the program: such \
                 pages are only new when loaded again; see the log, and report it"
            ),
        ),
    };
    Check { name: "live", ok: broken == 0, reason: vi, reason_en: en }
}

/// What `/metrics` tells of webhooks.
pub(super) fn watch_webhooks(
    health: &mut Health,
    counted: impl Fn() -> Counted + Send + Sync + 'static,
) {
    type Count = fn(&Counted) -> u64;
    let counts: [(&'static str, &'static str, bool, Count); 5] = [
        ("tonghop_webhook_deliveries_total", "Deliveries that were opened.", true, |c| c.opened),
        ("tonghop_webhook_delivered_total", "Deliveries that were made.", true, |c| c.delivered),
        ("tonghop_webhook_failures_total", "Attempts that failed.", true, |c| c.failures),
        ("tonghop_webhook_dead_total", "Deliveries that were given up.", true, |c| c.dead),
        ("tonghop_webhook_under_way", "Attempts under way.", false, |c| c.under_way),
    ];
    let counted = Arc::new(counted);
    for (name, help, is_counter, count) in counts {
        let counted = Arc::clone(&counted);
        let value = Box::new(move || count(&counted()) as f64);
        health.gauges.push(Gauge { name, help, is_counter, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_fact_that_waits_too_long_is_as_bad_as_very_many() {
        // Stopped, how many wait, for how long; whether it is ready, and what it says.
        let table = [
            (false, 0, 0, true, "0 facts are not folded yet"),
            (false, 9_000, 3, true, "9000 facts are not folded yet"),
            (false, 10_001, 0, false, "10001 facts are not folded yet"),
            (false, 1, 30, true, "1 facts are not folded yet"),
            (false, 1, 31, false, "the oldest has waited 31 seconds, more than 30"),
            (true, 0, 0, false, "the projector has stopped"),
        ];
        for (stopped, lag, seconds, ok, says) in table {
            let check = projector(stopped, lag, Duration::from_secs(seconds));
            assert_eq!(check.ok, ok, "{lag} facts, {seconds} seconds");
            assert!(check.reason_en.contains(says), "{}", check.reason_en);
        }
    }

    #[test]
    fn live_pages_that_cannot_be_made_are_told() {
        assert!(live(0).ok);
        assert!(!live(3).ok);
        assert!(live(3).reason_en.contains("3 times"));
    }
}
