//! The log of attempts: so many of each subscription and so many in all, the newest.

use std::collections::HashMap;

use sled::Batch;

use super::engine::Engine;
use super::key;
use super::rows::{Attempt, json};
use crate::{Id, Result};

/// How much is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Attempts of one subscription.
    pub each: usize,
    /// Attempts in all.
    pub all: usize,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept { each: 1000, all: 100_000 }
    }
}

/// How much there is.
#[derive(Debug)]
pub(super) struct Log {
    kept: Kept,
    next: u64,
    each: HashMap<Id, usize>,
    all: usize,
}

impl Log {
    pub(super) fn open(engine: &Engine, kept: Kept) -> Result<Log> {
        let mut log = Log { kept, next: 0, each: HashMap::new(), all: 0 };
        engine.scan(key::LOGGED, |at, value| {
            let id = value.try_into().map(Id::of_bytes);
            let (Some(number), Ok(id)) = (key::number(at, 1), id) else {
                return Err(engine.damaged("the order of the log"));
            };
            log.next = number + 1;
            *log.each.entry(id).or_default() += 1;
            log.all += 1;
            Ok(true)
        })?;
        Ok(log)
    }

    /// Adds an attempt to a batch, and takes the oldest out of it where there are too many. The
    /// batch is applied whatever else is in it: call it last.
    pub(super) fn add(
        &mut self,
        engine: &Engine,
        batch: &mut Batch,
        id: Id,
        attempt: &Attempt,
    ) -> Result<()> {
        if *self.each.entry(id).or_default() >= self.kept.each {
            let mut eldest = None;
            engine.scan(&key::of(b'l', id), |at, _| {
                eldest = key::number(at, 9);
                Ok(false)
            })?;
            eldest.into_iter().for_each(|number| self.take_out(batch, id, number));
        } else if self.all >= self.kept.all {
            let mut eldest = None;
            engine.scan(key::LOGGED, |at, value| {
                let id = value.try_into().ok().map(Id::of_bytes);
                eldest = id.zip(key::number(at, 1));
                Ok(false)
            })?;
            eldest.into_iter().for_each(|(of, number)| self.take_out(batch, of, number));
        }
        let number = self.next;
        self.next += 1;
        *self.each.entry(id).or_default() += 1;
        self.all += 1;
        batch.insert(key::log(id, number), json(attempt));
        batch.insert(key::logged(number), &id.to_bytes()[..]);
        Ok(())
    }

    /// Takes all attempts of a subscription out.
    pub(super) fn forget(&mut self, engine: &Engine, batch: &mut Batch, id: Id) -> Result<()> {
        engine.scan(&key::of(b'l', id), |at, _| {
            key::number(at, 9).into_iter().for_each(|number| self.take_out(batch, id, number));
            Ok(true)
        })?;
        self.each.remove(&id);
        Ok(())
    }

    fn take_out(&mut self, batch: &mut Batch, id: Id, number: u64) {
        batch.remove(key::log(id, number));
        batch.remove(key::logged(number));
        self.all = self.all.saturating_sub(1);
        if let Some(each) = self.each.get_mut(&id) {
            *each = each.saturating_sub(1);
        }
    }
}
