//! The parts that everything else goes on without: a part that fails, fails alone. It is said in the
//! log, in `/readyz` and in the metrics, with the command that mends it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::any;
use feed::Foreign;
use projector::Handle;
use web::{Check, Health, Kind, Problem};

/// A part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Part {
    /// The feed of milestones.
    Feed,
    /// What is sent to webhooks.
    Webhooks,
    /// The signing of the journal.
    Signing,
    /// That what is acknowledged outlives a power cut.
    Durability,
    /// The taking of facts. Without it the service is not ready.
    Writing,
}

/// All of them.
const ALL: [Part; 5] = [Part::Feed, Part::Webhooks, Part::Signing, Part::Durability, Part::Writing];

/// Which parts failed. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Parts(Arc<Mutex<BTreeMap<Part, String>>>);

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Feed => "feed",
            Part::Webhooks => "webhooks",
            Part::Signing => "signing",
            Part::Durability => "durability",
            Part::Writing => "writing",
        }
    }

    /// What does not happen now, and what to do, in both languages. What exactly is wrong is for the
    /// log: paths and addresses are not for everybody.
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Part::Feed => (
                "các mốc không được báo; xem nhật ký; nếu luồng mốc hỏng: tonghop milestones \
                 repair, rồi khởi động lại",
                "milestones are not told; see the log; if the feed is damaged: tonghop milestones \
                 repair, then start again",
            ),
            Part::Webhooks => (
                "tin không được gửi đến các nơi đăng ký; xem nhật ký; nếu phần gửi tin hỏng: \
                 tonghop webhook repair, rồi khởi động lại",
                "nothing is sent to webhooks; see the log; if the deliveries are damaged: tonghop \
                 webhook repair, then start again",
            ),
            Part::Signing => (
                "sổ không được ký; xem nhật ký, sửa khoá (tonghop keygen), rồi khởi động lại",
                "the journal is not signed; see the log, mend the key (tonghop keygen), then start \
                 again",
            ),
            Part::Durability => (
                "mất điện có thể làm mất dữ kiện đã nhận; đặt sync_interval: always cho nats-server và \
                 nêu --nats-monitoring",
                "a power cut may take back acknowledged facts; give the nats-server sync_interval: \
                 always, and name --nats-monitoring",
            ),
            Part::Writing => (
                "không nhận dữ kiện vì mất điện có thể làm mất; đặt sync_interval: always cho \
                 nats-server và nêu --nats-monitoring, hoặc --allow-unsynced",
                "no facts are taken, for a power cut may take them back; give the nats-server \
                 sync_interval: always and name --nats-monitoring, or give --allow-unsynced",
            ),
        }
    }
}

impl Parts {
    /// A part failed: it is told once, and everything else goes on.
    pub(super) fn failed(&self, part: Part, why: &dyn Display) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.entry(part).or_insert_with(|| {
            let (name, (_, told)) = (part.name(), part.told());
            tracing::error!(part = name, "{told}: {why:#}");
            format!("{why:#}")
        });
    }

    /// A part is as it should be again.
    pub(super) fn mended(&self, part: Part) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.remove(&part).is_some() {
            tracing::info!(part = part.name(), "it works again");
        }
    }

    /// What is said of a part that failed, in both languages.
    pub(super) fn told(&self, part: Part) -> Option<(String, String)> {
        let (vi, en) = part.told();
        self.why(part).map(|_| (vi.to_owned(), en.to_owned()))
    }

    /// Why a part failed, if it did.
    pub(super) fn why(&self, part: Part) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&part).cloned()
    }

    /// Tells `/readyz` and `/metrics` of each part.
    pub(super) fn watch(&self, health: &mut Health) {
        for part in ALL {
            let parts = self.clone();
            let list = match part {
                Part::Writing => &mut health.checks,
                Part::Feed | Part::Webhooks | Part::Signing | Part::Durability => &mut health.parts,
            };
            list.push(Box::new(move || {
                let ok = parts.why(part).is_none();
                let (vi, en) = if ok { ("hoạt động", "it works") } else { part.told() };
                Check { name: part.name(), ok, reason: vi.to_owned(), reason_en: en.to_owned() }
            }));
        }
    }
}

/// Answers in the place of webhooks while they are out of order.
pub(super) fn out_of_order() -> Router {
    let (_, told) = Part::Webhooks.told();
    let answer = move || async move { Problem::new(Kind::Busy, told).into_response() };
    Router::new().route("/v1/webhooks", any(answer)).route("/v1/webhooks/{*rest}", any(answer))
}

/// Records that are not ours: in the journal no facts, in the feed no milestones. All others are
/// taken, but whoever put them there may write where nobody else should.
pub(super) fn watch_records(health: &mut Health, handle: &Handle, foreign: Option<Foreign>) {
    let handle = handle.clone();
    health.parts.push(Box::new(move || {
        let count = handle.progress().accounting.unreadable;
        Check {
            name: "facts",
            ok: count == 0,
            reason: format!(
                "{count} bản ghi của sổ không phải là dữ kiện; nhật ký nêu vị trí và lý do"
            ),
            reason_en: format!(
                "{count} records of the journal are no facts; the log has positions and reasons"
            ),
        }
    }));
    let Some(foreign) = foreign else { return };
    health.parts.push(Box::new(move || {
        let (count, last) = (foreign.count(), foreign.last().unwrap_or(0));
        let (mut vi, mut en) = (
            format!("{count} bản ghi của luồng mốc không phải là mốc"),
            format!("{count} records of the feed are no milestones"),
        );
        if count > 0 {
            vi.push_str(&format!(", cuối cùng ở vị trí {last}; chỉ bộ tổng hợp được ghi ở đó"));
            en.push_str(&format!(
                ", the last at position {last}; only the projector may write there"
            ));
        }
        Check { name: "milestones", ok: count == 0, reason: vi, reason_en: en }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_fails_is_told_with_what_mends_it_and_the_others_are_not() {
        let (parts, mut health) = (Parts::default(), Health::default());
        parts.watch(&mut health);
        parts.failed(Part::Webhooks, &"/secret/place is damaged");
        parts.failed(Part::Webhooks, &"and again");
        assert_eq!(parts.why(Part::Webhooks).as_deref(), Some("/secret/place is damaged"));
        let told: Vec<Check> = health.parts.iter().map(|part| part()).collect();
        assert_eq!(
            told.iter().map(|check| check.ok).collect::<Vec<_>>(),
            [true, false, true, true]
        );
        assert!(told[1].reason_en.contains("tonghop webhook repair"));
        assert!(told.iter().all(|check| !check.reason_en.contains("secret")));
    }
}
