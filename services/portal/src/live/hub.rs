//! The hub: topics, each with one who recomputes it, and how many watch.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use web::{Client as Address, Kind, Place, Places, Problem};

use super::limits::Limits;
use super::share::Share;
use super::state::State;

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
    /// Turns to compute.
    pub(super) share: Share,
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

    pub(super) fn note_broken(&self) {
        self.broken.fetch_add(1, Ordering::Relaxed);
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

    /// Watches a topic by its key; whoever comes first has it computed by what `begin` gives.
    pub(super) fn watch<F: Future<Output = ()> + Send + 'static>(
        &self,
        key: String,
        Address(from): Address,
        begin: impl FnOnce(watch::Sender<Told>) -> F,
    ) -> Result<Client, Problem> {
        let too_many = |detail| Problem::new(Kind::TooMany, detail).retry_after(RETRY_ADDRESS_S);
        let place = self.place(from)?;
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
                topics.by_key.insert(key, told.clone());
                while topics.computing.try_join_next().is_some() {}
                let computing = begin(told);
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
    pub(super) fn forget(&self, key: &str, told: &watch::Sender<Told>, anyway: bool) -> bool {
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
