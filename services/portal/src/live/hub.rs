//! The hub: topics, each with one who recomputes it, and how many watch.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hashbrown::HashMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use web::{Client as Address, Kind, Place, Places, Problem};

use super::limits::Limits;
use super::share::{Had, Share, Turn};
use super::state::State;
use super::topic::{Page, Parts, Topic};
use crate::{App, clock};

/// Gives the live parts of a page, by their keys; none when there is no such page.
pub type Render =
    Arc<dyn Fn(&App, &Page) -> Option<BTreeMap<String, String>> + Send + Sync + 'static>;

/// A topic is recomputed at most this often, and an expensive one less often ([`Had::rest`]).
const TICK: Duration = Duration::from_millis(250);
/// When to come again where there is no place.
const RETRY_S: u32 = 5;
/// The same where the address itself has taken all of its places.
const RETRY_ADDRESS_S: u32 = 30;

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
    limits: Limits,
    places: Arc<Semaphore>,
    /// Clients by address.
    watching: Places,
    /// Topics by the address that was the first to watch.
    begun: Places,
    share: Share,
    open: watch::Sender<bool>,
    broken: AtomicU64,
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
    _place: (OwnedSemaphorePermit, Place),
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

/// A place of somebody who follows something that is no topic.
#[derive(Debug)]
pub(crate) struct Seat {
    open: watch::Receiver<bool>,
    _place: (OwnedSemaphorePermit, Place),
}

impl Seat {
    /// Until the server stops.
    pub(crate) async fn closed(&mut self) {
        // An error is the end, too.
        let _ = self.open.wait_for(|open| !open).await;
    }
}

impl Hub {
    pub(crate) fn new(limits: Limits) -> Hub {
        Hub {
            topics: Mutex::default(),
            limits,
            places: Arc::new(Semaphore::new(limits.clients_max)),
            watching: Places::new(limits.clients_per_address, usize::MAX),
            begun: Places::new(limits.topics_per_address, usize::MAX),
            share: Share::new(limits.renderers),
            open: watch::Sender::new(true),
            broken: AtomicU64::new(0),
        }
    }

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
        (topics, self.limits.clients_max - self.places.available_permits())
    }

    /// How often a page could not be made because of a fault of the program.
    pub fn broken(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }

    /// Takes a place, of the same number as those of topics.
    pub(crate) fn seat(&self, Address(from): Address) -> Result<Seat, Problem> {
        let place = self.place(from)?;
        if !*self.open.borrow() {
            return Err(Problem::new(Kind::Busy, "the server stops").retry_after(RETRY_S));
        }
        Ok(Seat { open: self.open.subscribe(), _place: place })
    }

    fn place(&self, from: IpAddr) -> Result<(OwnedSemaphorePermit, Place), Problem> {
        let own = self.watching.take(from).ok_or_else(|| {
            let detail = "too many pages are open at this address";
            Problem::new(Kind::TooMany, detail).retry_after(RETRY_ADDRESS_S)
        })?;
        Ok((self.places.clone().try_acquire_owned().map_err(|_| full())?, own))
    }

    /// Watches a topic; whoever comes first has it computed.
    pub(super) fn watch(
        &self,
        app: &Arc<App>,
        topic: Topic,
        Address(from): Address,
    ) -> Result<Client, Problem> {
        let too_many = |detail| Problem::new(Kind::TooMany, detail).retry_after(RETRY_ADDRESS_S);
        let place = self.place(from)?;
        let key = topic.key();
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if !*self.open.borrow() {
            return Err(Problem::new(Kind::Busy, "the server stops").retry_after(RETRY_S));
        }
        let latest = match topics.by_key.get(&key) {
            Some(told) => told.subscribe(),
            None => {
                if topics.by_key.len() >= self.limits.topics_max {
                    return Err(full());
                }
                let begun = self
                    .begun
                    .take(from)
                    .ok_or_else(|| too_many("too many different pages are open at this address"))?;
                let (told, latest) = watch::channel(Told::Nothing);
                topics.by_key.insert(key.clone(), told.clone());
                while topics.computing.try_join_next().is_some() {}
                let computing = compute(Arc::clone(app), topic, key, told);
                topics.computing.spawn(async move {
                    computing.await;
                    drop(begun);
                });
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

fn full() -> Problem {
    Problem::new(Kind::Busy, "too many pages are open").retry_after(RETRY_S)
}

/// Recomputes a topic whenever something is folded, until nobody watches.
async fn compute(app: Arc<App>, topic: Topic, key: String, told: watch::Sender<Told>) {
    let mut progress = app.handle.watch();
    let topic = Arc::new(topic);
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
        app.hub.broken.fetch_add(1, Ordering::Relaxed);
        Default::default()
    })
}
