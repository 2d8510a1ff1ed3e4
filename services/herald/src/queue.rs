//! What is to be delivered, durable: each change is one batch, and counts when it is on the disk.
//!
//! What a key begins with tells what the row is; all are in one tree of sled, in `DIR/herald`:
//!
//! | key | value |
//! |---|---|
//! | `m` | format, feed |
//! | `s` subscription | [`State`]: cursor, counts, why it was given up |
//! | `o` subscription position | an open delivery: lane, attempts, when next |
//! | `q` subscription lane position | nothing: the order in each lane |
//! | `t` subscription when position | the lane: only the first of each lane, by when it is due |
//! | `d` subscription position | a delivery that was given up |
//! | `l` subscription number | an attempt |
//! | `g` number | the subscription: all attempts, oldest first |
//!
//! Every lane that has `q` rows has exactly one `t` row, so that what is due is found without
//! reading what waits behind it: memory holds no delivery that is not being made.

mod engine;
mod hand;
mod key;
mod log;
mod rows;
mod settle;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use sled::Batch;

use self::engine::Engine;
pub use self::log::Kept;
use self::log::Log;
pub use self::rows::{Attempt, Dead, GivenUp, LastFailure, State, Why};
use self::rows::{FORMAT, Meta, Open, json};
pub use self::settle::{Rules, Settled};
use crate::{Error, Id, Result};

/// Dead letters of one subscription; the oldest make room.
const DEAD_MAX: u64 = 10_000;

/// The deliveries of a folder. One process has them open.
#[derive(Debug)]
pub struct Queue {
    engine: Engine,
    /// Held while a change is made, so that each sees all of the one before.
    log: Mutex<Log>,
}

/// What the feed holds for one subscription, up to a position.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// The subscription.
    pub id: Id,
    /// The last position that was looked at.
    pub cursor: u64,
    /// What it wants: positions in order, each with its lane.
    pub wanted: Vec<(u64, u64)>,
}

/// The delivery that is to be made next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    /// The record's position in the feed.
    pub position: u64,
    /// Its lane.
    pub lane: u64,
    /// Not before this, in milliseconds since the Unix epoch.
    pub next_ms: u64,
}

impl Queue {
    /// Opens, or makes, the deliveries in this folder; another process may take so long to let go.
    ///
    /// # Errors
    /// `Locked`, `Damaged`, `Io`, `Full`, `Engine`.
    pub fn open(path: &Path, kept: Kept, wait: Duration) -> Result<Queue> {
        let engine = Engine::open(path, wait)?;
        let log = Log::open(&engine, kept)?;
        let queue = Queue { engine, log: Mutex::new(log) };
        match queue.row::<Meta>(key::META)? {
            Some(meta) if meta.format != FORMAT => {
                let what = format!("format {}, and this program reads {FORMAT}", meta.format);
                Err(queue.engine.damaged(what))
            }
            Some(_) | None => Ok(queue),
        }
    }

    /// Says which feed the deliveries are from, once and for all.
    ///
    /// # Errors
    /// `OtherFeed`; as [`Queue::open`].
    pub fn bind(&self, feed: &str) -> Result<()> {
        let _changing = self.changing();
        if let Some(Meta { feed: Some(found), .. }) = self.row::<Meta>(key::META)? {
            if found == feed {
                return Ok(());
            }
            let (path, wanted) = (self.engine.path().to_owned(), feed.to_owned());
            return Err(Error::OtherFeed { path, found, wanted });
        }
        let mut batch = Batch::default();
        batch.insert(key::META, json(&Meta { format: FORMAT, feed: Some(feed.to_owned()) }));
        let applied = self.engine.apply(batch)?;
        self.engine.flush(applied)
    }

    /// Begins a subscription after a position; one that has begun stays as it is.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn begin(&self, id: Id, cursor: u64) -> Result<()> {
        let changing = self.changing();
        if self.state(id)?.is_some() {
            return Ok(());
        }
        let mut batch = Batch::default();
        batch.insert(key::state(id), json(&State { cursor, ..State::default() }));
        self.finish(changing, batch)
    }

    /// How a subscription fares; none when it has not begun.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn state(&self, id: Id) -> Result<Option<State>> {
        self.row(&key::state(id))
    }

    /// All subscriptions that have begun.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn states(&self) -> Result<Vec<(Id, State)>> {
        let mut found = Vec::new();
        self.engine.scan(key::STATES, |at, value| {
            let id = key::id_of(at).ok_or_else(|| self.engine.damaged("a state's key"))?;
            found.push((id, self.read(value, "a state")?));
            Ok(true)
        })?;
        Ok(found)
    }

    /// Opens what the feed holds. Cursor and deliveries are in one batch: whenever we crash, what is
    /// before the cursor is open or done, and what is after it is read again.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn take_up(&self, openings: &[Opening], now_ms: u64) -> Result<()> {
        let changing = self.changing();
        let mut batch = Batch::default();
        for Opening { id, cursor, wanted } in openings {
            // Removed meanwhile.
            let Some(mut state) = self.state(*id)? else { continue };
            let new = wanted.iter().filter(|(position, _)| *position > state.cursor);
            let new: Vec<(u64, u64)> = new.copied().collect();
            self.line_up(&mut batch, *id, &new, now_ms)?;
            state.cursor = state.cursor.max(*cursor);
            state.open += new.len() as u64;
            batch.insert(key::state(*id), json(&state));
        }
        self.finish(changing, batch)
    }

    /// What is due first, of lanes in which nothing is under way.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn due(&self, id: Id, is_under_way: impl Fn(u64) -> bool) -> Result<Option<Due>> {
        let mut due = None;
        self.engine.scan(&key::of(b't', id), |at, value| {
            let numbers = (key::number(at, 9), key::number(at, 17), key::number(value, 0));
            let (Some(next_ms), Some(position), Some(lane)) = numbers else {
                return Err(self.engine.damaged("what is due"));
            };
            if is_under_way(lane) {
                return Ok(true);
            }
            due = Some(Due { position, lane, next_ms });
            Ok(false)
        })?;
        Ok(due)
    }

    /// How often a delivery was tried; none when it is not open.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn attempts(&self, id: Id, position: u64) -> Result<Option<u32>> {
        Ok(self.row::<Open>(&key::open(id, position))?.map(|open| open.attempts))
    }

    /// Forgets a subscription and all that is open.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn forget(&self, id: Id) -> Result<()> {
        let mut changing = self.changing();
        let mut batch = Batch::default();
        changing.forget(&self.engine, &mut batch, id)?;
        for kind in key::OF_SUBSCRIPTION {
            self.engine.scan(&key::of(kind, id), |at, _| {
                batch.remove(at);
                Ok(true)
            })?;
        }
        self.finish(changing, batch)
    }

    /// Adds deliveries to their lanes; the first of each is due.
    fn line_up(&self, batch: &mut Batch, id: Id, places: &[(u64, u64)], now_ms: u64) -> Result<()> {
        let mut begun = std::collections::HashSet::new();
        for (position, lane) in places {
            batch.insert(key::in_lane(id, *lane, *position), &[][..]);
            let open = Open { lane: *lane, attempts: 0, next_ms: now_ms };
            batch.insert(key::open(id, *position), json(&open));
            if begun.insert(*lane) && self.first_of(id, *lane, None)?.is_none() {
                batch.insert(key::due(id, now_ms, *position), &lane.to_be_bytes()[..]);
            }
        }
        Ok(())
    }

    /// The first delivery of a lane, but for one.
    fn first_of(&self, id: Id, lane: u64, but: Option<u64>) -> Result<Option<u64>> {
        let mut first = None;
        self.engine.scan(&key::lane(id, lane), |at, _| {
            first = key::number(at, 17).filter(|position| Some(*position) != but);
            Ok(first.is_none())
        })?;
        Ok(first)
    }

    fn opened(&self, id: Id, position: u64) -> Result<Open> {
        let open = self.row(&key::open(id, position))?;
        open.ok_or_else(|| self.engine.damaged("a delivery is due that is not open"))
    }

    fn changing(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies a change and lets the next one be made while this one is flushed.
    fn finish(&self, changing: MutexGuard<'_, Log>, batch: Batch) -> Result<()> {
        let applied = self.engine.apply(batch)?;
        drop(changing);
        self.engine.flush(applied)
    }

    fn row<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>> {
        self.engine.get(key)?.map(|value| self.read(&value, "a row")).transpose()
    }

    fn read<T: DeserializeOwned>(&self, value: &[u8], what: &str) -> Result<T> {
        serde_json::from_slice(value)
            .map_err(|error| self.engine.damaged(format!("{what}: {error}")))
    }
}
