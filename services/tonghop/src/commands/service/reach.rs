//! Whether the journal answers: asked again and again, so that `/readyz` knows it before somebody's
//! facts are turned away, and also when it is back.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gateway::Gateway;
use journal::Journal;
use web::Check;

use super::room::Room;

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(2);
/// How long it may take to answer.
const WAIT: Duration = Duration::from_secs(3);

/// What is known of the way to the journal. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Reach(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    is_away: bool,
    /// Whether the disk had no room.
    is_full: bool,
    /// What appends failed of while it was away, or had no room: over, now that it is back or has.
    over: Option<String>,
}

impl Reach {
    /// Asks the journal for its end, for ever.
    pub(super) async fn watch(&self, journal: &Journal, gateway: Option<&Gateway>, room: &Room) {
        loop {
            let asked = tokio::time::timeout(WAIT, journal.end()).await;
            let trouble = match asked {
                Ok(Ok(_)) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some(format!("no answer in {WAIT:?}")),
            };
            let is_full = room.short().is_some();
            self.learn(trouble, gateway.and_then(Gateway::trouble), is_full);
            tokio::time::sleep(EVERY).await;
        }
    }

    fn learn(&self, trouble: Option<String>, append: Option<String>, is_full: bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_away || trouble.is_some() || known.is_full {
            known.over = append;
        }
        known.is_full = is_full;
        // What exactly is for the log: addresses of journals are not for everybody.
        match (&trouble, known.is_away) {
            (Some(why), false) => tracing::warn!("the journal does not answer: {why}"),
            (None, true) => tracing::info!("the journal answers again"),
            (Some(_), true) | (None, false) => {}
        }
        known.is_away = trouble.is_some();
    }

    /// How the journal is, given what the last append failed of.
    pub(super) fn check(&self, append: Option<&str>) -> Check {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fails = append.is_some() && append != known.over.as_deref();
        let (ok, reason, reason_en) = match (known.is_away, fails) {
            (true, _) => (false, "sổ không trả lời", "the journal does not answer"),
            (false, true) => (false, "lần ghi sổ gần nhất không thành", "the last append failed"),
            (false, false) => (true, "sổ trả lời", "the journal answers"),
        };
        let (reason, reason_en) = (reason.to_owned(), reason_en.to_owned());
        Check { name: "journal", ok, reason, reason_en }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_while_the_journal_was_away_or_full_is_over_when_it_is_not() {
        let reach = Reach::default();
        let text = |text: &str| Some(text.to_owned());
        // What asking it came to, what the last append failed of, whether the disk is full, and whether
        // it is ready then.
        let table = [
            (None, None, false, true),
            (None, text("stopped"), false, false),
            (None, None, false, true),
            (text("away"), None, false, false),
            (text("away"), text("busy"), false, false),
            (None, text("busy"), false, true),
            (None, text("busy"), false, true),
            (None, text("full"), true, false),
            (None, text("full"), false, true),
            (None, text("full"), false, true),
            (None, text("stopped"), false, false),
        ];
        for (number, (trouble, append, is_full, ready)) in table.into_iter().enumerate() {
            reach.learn(trouble, append.clone(), is_full);
            assert_eq!(reach.check(append.as_deref()).ok, ready, "line {number}");
        }
    }
}
