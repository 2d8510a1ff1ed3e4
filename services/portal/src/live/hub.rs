//! The hub: topics, each with one who recomputes it, and how many watch.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hashbrown::HashMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use web::{Kind, Problem};

use super::state::State;
use super::topic::{Page, Topic};
use crate::{App, clock};

/// Gives the live parts of a page, by their keys; none when there is no such page.
pub type Render =
    Arc<dyn Fn(&App, &Page) -> Option<BTreeMap<String, String>> + Send + Sync + 'static>;

/// Most topics at once.
const TOPICS_MAX: usize = 2_000;
/// Most clients at once.
const CLIENTS_MAX: usize = 5_000;
/// A topic is recomputed at most this often.
const TICK: Duration = Duration::from_millis(250);
/// When to come again where there is no place.
const RETRY_S: u32 = 5;

/// What a topic tells those who watch it.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// It was not computed yet.
    Nothing,
    /// There is no such page, or no longer.
    Gone,
    /// As it is.
    Latest(Arc<State>),
}

/// Topics and those who watch them.
#[derive(Debug)]
pub struct Hub {
    topics: Mutex<Topics>,
    places: Arc<Semaphore>,
    open: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Topics {
    by_key: HashMap<String, watch::Sender<Told>>,
    /// Owns those who recompute.
    computing: JoinSet<()>,
}

/// One client of a topic: the latest state, and a place.
pub(super) struct Client {
    pub(super) latest: watch::Receiver<Told>,
    pub(super) open: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Default for Hub {
    fn default() -> Hub {
        Hub {
            topics: Mutex::default(),
            places: Arc::new(Semaphore::new(CLIENTS_MAX)),
            open: watch::Sender::new(true),
        }
    }
}

impl Hub {
    /// Ends every connection, so that a server can stop; clients come again.
    pub fn close(&self) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        self.open.send_replace(false);
        topics.by_key.clear();
        topics.computing.abort_all();
    }

    /// How many topics and how many clients there are.
    pub fn sizes(&self) -> (usize, usize) {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner).by_key.len();
        (topics, CLIENTS_MAX - self.places.available_permits())
    }

    /// Watches a topic; whoever comes first has it computed.
    pub(super) fn watch(&self, app: &Arc<App>, topic: Topic) -> Result<Client, Problem> {
        let full = || Problem::new(Kind::Busy, "too many pages are open").retry_after(RETRY_S);
        let place = self.places.clone().try_acquire_owned().map_err(|_| full())?;
        let key = topic.key();
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if !*self.open.borrow() {
            return Err(Problem::new(Kind::Busy, "the server stops").retry_after(RETRY_S));
        }
        let latest = match topics.by_key.get(&key) {
            Some(told) => told.subscribe(),
            None => {
                if topics.by_key.len() >= TOPICS_MAX {
                    return Err(full());
                }
                let (told, latest) = watch::channel(Told::Nothing);
                topics.by_key.insert(key.clone(), told.clone());
                while topics.computing.try_join_next().is_some() {}
                topics.computing.spawn(compute(Arc::clone(app), topic, key, told));
                latest
            }
        };
        Ok(Client { latest, open: self.open.subscribe(), _place: place })
    }

    /// Forgets a topic that nobody watches. Whoever watches does so under the same lock, so nobody
    /// is left with one that is no longer computed.
    fn forget(&self, key: &str, told: &watch::Sender<Told>, anyway: bool) -> bool {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let over = anyway || told.receiver_count() == 0;
        if over {
            topics.by_key.remove(key);
        }
        over
    }
}

/// Recomputes a topic whenever something is folded, until nobody watches.
async fn compute(app: Arc<App>, topic: Topic, key: String, told: watch::Sender<Told>) {
    let mut progress = app.handle.watch();
    let topic = Arc::new(topic);
    let mut state = Arc::new(State::default());
    let mut next_at = Instant::now();
    // Position 0 is an answer, too.
    let mut computed: Option<u64> = None;
    loop {
        let seen = progress.borrow_and_update().position;
        if computed != Some(seen) {
            sleep_until(next_at).await;
            next_at = Instant::now() + TICK;
            let seen = progress.borrow_and_update().position;
            match parts(&app, &topic).await {
                Ok(Some((position, parts))) => {
                    let at = clock::written(clock::now_ms());
                    if let Some(next) = state.next(position, at, parts) {
                        state = Arc::new(next);
                        told.send_replace(Told::Latest(Arc::clone(&state)));
                    }
                }
                Ok(None) => {
                    app.hub.forget(&key, &told, true);
                    told.send_replace(Told::Gone);
                    return;
                }
                // Whoever reads the fold is slow: the same again, a tick later.
                Err(Busy) => continue,
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

struct Busy;

async fn parts(
    app: &Arc<App>,
    topic: &Arc<Topic>,
) -> Result<Option<(u64, BTreeMap<String, String>)>, Busy> {
    let place = app.readers.clone().acquire_owned().await.map_err(|_| Busy)?;
    let (theirs, topic) = (Arc::clone(app), Arc::clone(topic));
    let made = tokio::task::spawn_blocking(move || {
        let made = topic.parts(&theirs, &theirs.render);
        drop(place);
        made
    });
    // A page that cannot be made is as good as none; the panic is in the log.
    Ok(made.await.unwrap_or(None))
}
