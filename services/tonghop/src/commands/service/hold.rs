//! What holds facts back before they come to the journal, whoever sends them: a program over HTTP or a
//! person by a form. Figures are shown meanwhile.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use journal::{Clock, Error, ReceiveTime};
use web::{Check, Health, Kind, Problem};

use super::parts::{Part, Parts};
use super::room::Room;

/// When whoever was turned away may come again.
const RETRY_S: u32 = 30;

/// All that can hold facts back. Cheap to clone.
#[derive(Clone)]
pub(super) struct Hold {
    pub(super) room: Room,
    pub(super) parts: Parts,
    pub(super) clock: Clock,
}

impl Hold {
    /// Why no facts are taken now, in both languages; none while they are.
    pub(super) fn why(&self) -> Option<(String, String)> {
        let unsafe_now = || self.parts.told(Part::Writing);
        self.room.short().or_else(unsafe_now).or_else(|| wrong(&self.clock))
    }

    /// Turns away whoever sends facts while none are taken.
    pub(super) fn before(&self, routes: Router) -> Router {
        let hold = self.clone();
        routes.layer(from_fn(move |request: Request, next: Next| {
            let why = hold.why();
            async move {
                match why {
                    Some((_, why)) => {
                        Problem::new(Kind::Busy, why).retry_after(RETRY_S).into_response()
                    }
                    None => next.run(request).await,
                }
            }
        }))
    }

    /// Tells `/readyz` and `/metrics`.
    pub(super) fn watch(&self, health: &mut Health) {
        self.room.watch(health);
        let clock = self.clock.clone();
        health.checks.push(Box::new(move || {
            let wrong = wrong(&clock);
            let ok = wrong.is_none();
            let right = || ("đồng hồ đúng".to_owned(), "the clock is right".to_owned());
            let (reason, reason_en) = wrong.unwrap_or_else(right);
            Check { name: "clock", ok, reason, reason_en }
        }));
    }
}

/// What is said while the clock by which receive times are given cannot be right.
fn wrong(clock: &Clock) -> Option<(String, String)> {
    let (last, now) = match clock.check() {
        Err(Error::Clock { last, now }) => (last, now),
        Err(Error::ClockMoved { due, now }) => return Some(moved(due, now)),
        Ok(_) | Err(_) => return None,
    };
    Some((
        format!(
            "đồng hồ chỉ {now}, bản ghi cuối của sổ nhận lúc {last}: không nhận dữ kiện; chỉnh đồng hồ, \
             hoặc nếu nó đúng thì khởi động lại với --today và ngày hôm nay"
        ),
        format!(
            "the clock shows {now}, the last record of the journal was received at {last}: no facts are \
             taken; set the clock, or if it is right start again with --today and today's date"
        ),
    ))
}

/// What is said once the clock was set to another time while the program runs.
fn moved(due: ReceiveTime, now: ReceiveTime) -> (String, String) {
    (
        format!(
            "đồng hồ chỉ {now}, lẽ ra là {due} theo thời gian đã đếm từ lúc khởi động: không nhận dữ kiện; \
             chỉnh đồng hồ, hoặc nếu bây giờ nó đúng thì khởi động lại chương trình"
        ),
        format!(
            "the clock shows {now}, and it should be {due} by what was counted since the start: no facts \
             are taken; set the clock, or if it is right now start the program again"
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// 29 November 2026, noon in Viet Nam.
    const NOON: i64 = 1_795_928_400_000;

    #[test]
    fn a_clock_that_was_set_is_told_in_both_languages_until_it_is_right() {
        let shown = Arc::new(AtomicI64::new(NOON));
        let read = Arc::clone(&shown);
        let clock = Clock::of(move || read.load(Ordering::Acquire)).beside(|| 0);
        assert_eq!(wrong(&clock), None);
        shown.store(NOON + 86_400_000, Ordering::Release);
        let (vi, en) = wrong(&clock).expect("it was set");
        for said in [&vi, &en] {
            assert!(said.contains("2026-11-30") && said.contains("2026-11-29"), "{said}");
        }
        assert!(vi.contains("khởi động lại") && en.contains("start the program again"));
        shown.store(NOON + 1, Ordering::Release);
        assert_eq!(wrong(&clock), None);
    }
}
