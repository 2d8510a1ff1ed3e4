//! What people look at and change by hand: the log, dead letters, what was given up.

use sled::Batch;

use super::rows::{Attempt, Buried, Dead, Open, json};
use super::{Queue, key};
use crate::{Id, Result};

/// Deliveries that are moved in one batch.
const MOVED_AT_ONCE: usize = 500;

impl Queue {
    /// Lets a subscription go on that was given up; what waits is due at once.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn revive(&self, id: Id, now_ms: u64) -> Result<()> {
        let changing = self.changing();
        let Some(mut state) = self.state(id)? else { return Ok(()) };
        let mut batch = Batch::default();
        let mut waiting = Vec::new();
        self.engine.scan(&key::of(b't', id), |at, value| {
            waiting.push((at.to_vec(), key::number(at, 17), value.to_vec()));
            Ok(true)
        })?;
        for (at, position, lane) in waiting {
            let position = position.ok_or_else(|| self.engine.damaged("what is due"))?;
            let open = self.opened(id, position)?;
            batch.remove(at);
            batch.insert(key::due(id, now_ms, position), lane);
            batch.insert(key::open(id, position), json(&Open { next_ms: now_ms, ..open }));
        }
        (state.given_up, state.failing_since_ms) = (None, None);
        batch.insert(key::state(id), json(&state));
        self.finish(changing, batch)
    }

    /// Dead letters, the oldest first, after this position.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn dead(&self, id: Id, after: u64, most: usize) -> Result<Vec<Dead>> {
        let buried = self.buried(id, after, most)?;
        Ok(buried.into_iter().map(|one| one.dead).collect())
    }

    fn buried(&self, id: Id, after: u64, most: usize) -> Result<Vec<Buried>> {
        let mut found = Vec::new();
        if most == 0 {
            return Ok(found);
        }
        self.engine.scan(&key::of(b'd', id), |at, value| {
            if key::number(at, 9).is_some_and(|position| position > after) {
                found.push(self.read(value, "a dead letter")?);
            }
            Ok(found.len() < most)
        })?;
        Ok(found)
    }

    /// Lets dead letters be tried anew, one or all; how many there were. They wait in their lanes as
    /// if they had just come.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn replay(&self, id: Id, position: Option<u64>, now_ms: u64) -> Result<usize> {
        let mut replayed = 0;
        // Each round takes some away: there is an end.
        loop {
            let changing = self.changing();
            let Some(mut state) = self.state(id)? else { return Ok(replayed) };
            let dead = match position {
                Some(one) => self.row::<Buried>(&key::dead(id, one))?.into_iter().collect(),
                None => self.buried(id, 0, MOVED_AT_ONCE)?,
            };
            if dead.is_empty() {
                return Ok(replayed);
            }
            let mut batch = Batch::default();
            for one in &dead {
                batch.remove(key::dead(id, one.dead.position));
            }
            let places: Vec<_> = dead.iter().map(|one| (one.dead.position, one.lane)).collect();
            self.line_up(&mut batch, id, &places, now_ms)?;
            state.dead = state.dead.saturating_sub(dead.len() as u64);
            state.open += dead.len() as u64;
            batch.insert(key::state(id), json(&state));
            // If we crash here, some are open and the others still dead: replay again.
            self.finish(changing, batch)?;
            replayed += dead.len();
        }
    }

    /// The last attempts, the newest first.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn log(&self, id: Id, most: usize) -> Result<Vec<Attempt>> {
        let mut found = Vec::new();
        if most == 0 {
            return Ok(found);
        }
        self.engine.scan_back(&key::of(b'l', id), |_, value| {
            found.push(self.read(value, "an attempt")?);
            Ok(found.len() < most)
        })?;
        Ok(found)
    }

    /// Writes an attempt down that belongs to no delivery: a test.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn note(&self, id: Id, attempt: &Attempt) -> Result<()> {
        let mut changing = self.changing();
        let mut batch = Batch::default();
        changing.add(&self.engine, &mut batch, id, attempt)?;
        self.finish(changing, batch)
    }
}
