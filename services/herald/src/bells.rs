//! Who is woken when something has changed.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::Id;

/// A bell for each task. One that is rung while nobody listens is heard the next time.
#[derive(Debug)]
pub(crate) struct Bells {
    couriers: Mutex<HashMap<Id, Arc<Notify>>>,
    /// Subscriptions that the feeder passed over, because too much of them is open.
    full: Mutex<HashSet<Id>>,
    /// The feeder's.
    pub(crate) feeder: Notify,
    /// Whoever looks at the file of subscriptions.
    pub(crate) reader: Notify,
    /// Changes so far: for those who wait to see one.
    pub(crate) changes: watch::Sender<u64>,
}

impl Bells {
    pub(crate) fn new() -> Bells {
        Bells {
            couriers: Mutex::default(),
            full: Mutex::default(),
            feeder: Notify::new(),
            reader: Notify::new(),
            changes: watch::Sender::new(0),
        }
    }

    pub(crate) fn of(&self, id: Id) -> Arc<Notify> {
        locked(&self.couriers).entry(id).or_default().clone()
    }

    pub(crate) fn ring(&self, id: Id) {
        if let Some(bell) = locked(&self.couriers).get(&id) {
            bell.notify_one();
        }
    }

    pub(crate) fn remove(&self, id: Id) {
        locked(&self.couriers).remove(&id);
        locked(&self.full).remove(&id);
    }

    pub(crate) fn is_full(&self, id: Id) {
        locked(&self.full).insert(id);
    }

    /// Has the feeder look again, if it passed this one over.
    pub(crate) fn has_room(&self, id: Id) {
        if locked(&self.full).remove(&id) {
            self.feeder.notify_one();
        }
    }

    pub(crate) fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
