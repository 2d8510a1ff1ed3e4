//! Recomputes a topic whenever something is folded, for as long as somebody watches.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::hub::Told;
use super::share::{Had, Turn};
use super::state::{Parts, State};
use super::topic::Topic;
use crate::{App, clock};

/// A topic is recomputed at most this often, and an expensive one less often ([`Had::rest`]).
const TICK: Duration = Duration::from_millis(250);

/// Recomputes a topic whenever something is folded, until nobody watches.
pub(super) async fn compute(app: Arc<App>, topic: Topic, told: watch::Sender<Told>) {
    let mut progress = app.handle.watch();
    let (key, topic) = (topic.key(), Arc::new(topic));
    let mut state = Arc::new(State::default());
    let mut next_at = Instant::now();
    let mut had = Had::default();
    // Position 0 is an answer, too.
    let mut computed: Option<u64> = None;
    loop {
        let seen = progress.borrow_and_update().position;
        if computed != Some(seen) {
            sleep_until(next_at).await;
            let turn = app.hub.share.turn(had).await;
            next_at = Instant::now() + TICK;
            let seen = progress.borrow_and_update().position;
            let made;
            (made, had) = parts(&app, &topic, turn).await;
            next_at = next_at.max(Instant::now() + had.rest());
            let Some((position, parts)) = made else {
                app.hub.forget(&key, &told, true);
                told.send_replace(Told::Gone);
                return;
            };
            let at = clock::written(clock::now_ms());
            if let Some(next) = state.next(position, at, parts) {
                state = Arc::new(next);
                told.send_replace(Told::Latest(Arc::clone(&state)));
            }
            computed = Some(seen);
        }
        tokio::select! {
            changed = progress.changed() => {
                if changed.is_err() {
                    // The projector has stopped: whoever watches comes again.
                    app.hub.forget(&key, &told, true);
                    return;
                }
            }
            () = told.closed() => {
                if app.hub.forget(&key, &told, false) {
                    return;
                }
            }
        }
    }
}

/// The parts of a topic, made in its turn, and what it has had then.
async fn parts(app: &Arc<App>, topic: &Arc<Topic>, turn: Turn) -> (Option<(u64, Parts)>, Had) {
    let (theirs, topic) = (Arc::clone(app), Arc::clone(topic));
    let made = tokio::task::spawn_blocking(move || {
        let begun = std::time::Instant::now();
        let made = topic.parts(&theirs, &theirs.render);
        (made, turn.end(begun.elapsed()))
    });
    made.await.unwrap_or_else(|_| {
        // A page that cannot be made is as good as none; the panic is in the log.
        app.hub.note_broken();
        Default::default()
    })
}
