//! What an attempt changes: the delivery is done, tried again later, or dead.

use std::time::Duration;

use sled::Batch;

use super::rows::{Attempt, Buried, Dead, GivenUp, LastFailure, Open, State, Why, json};
use super::{DEAD_MAX, Due, Queue, key};
use crate::{Id, Outcome, Result, Schedule};

/// When to try again, and when no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// How long to wait after each failure.
    pub schedule: Schedule,
    /// A subscription of which nothing gets through for so long is given up.
    pub give_up_after: Duration,
}

/// What became of a delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settled {
    /// It is with the receiver.
    Done,
    /// It is tried again, not before this, in milliseconds since the Unix epoch.
    Later(u64),
    /// It was tried often enough.
    Dead,
    /// It was removed meanwhile.
    Nothing,
}

impl Queue {
    /// Writes down what an attempt came to. When it returns, that is on the disk: only then may the
    /// next of the lane be sent.
    ///
    /// If we crash before, the attempt is made once more: at least once, never lost.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn settle(&self, id: Id, due: Due, attempt: &Attempt, rules: &Rules) -> Result<Settled> {
        let mut changing = self.changing();
        let Due { position, lane, .. } = due;
        let (state, open) = (self.state(id)?, self.row::<Open>(&key::open(id, position))?);
        let (Some(mut state), Some(open)) = (state, open) else { return Ok(Settled::Nothing) };
        let mut batch = Batch::default();
        // As it is now: the lane may have been made due anew while we were sending.
        batch.remove(key::due(id, open.next_ms, position));
        let settled = judge(id, &open, attempt, rules, position);
        match settled {
            Settled::Later(next_ms) => {
                let open = Open { attempts: attempt.attempt, next_ms, ..open };
                batch.insert(key::open(id, position), json(&open));
                batch.insert(key::due(id, next_ms, position), &lane.to_be_bytes()[..]);
            }
            Settled::Done | Settled::Dead | Settled::Nothing => {
                batch.remove(key::open(id, position));
                batch.remove(key::in_lane(id, lane, position));
                state.open = state.open.saturating_sub(1);
                if let Some(next) = self.first_of(id, lane, Some(position))? {
                    let next_ms = self.opened(id, next)?.next_ms;
                    batch.insert(key::due(id, next_ms, next), &lane.to_be_bytes()[..]);
                }
            }
        }
        if settled == Settled::Dead {
            self.bury(&mut batch, id, &mut state, lane, attempt)?;
        }
        remember(&mut state, attempt, rules);
        batch.insert(key::state(id), json(&state));
        changing.add(&self.engine, &mut batch, id, attempt)?;
        self.finish(changing, batch)?;
        Ok(settled)
    }

    fn bury(
        &self,
        batch: &mut Batch,
        id: Id,
        state: &mut State,
        lane: u64,
        attempt: &Attempt,
    ) -> Result<()> {
        let Attempt { at_ms, position, outcome, .. } = *attempt;
        let (event, attempts) = (attempt.event.clone(), attempt.attempt);
        let dead = Dead { position, event, attempts, at_ms, outcome };
        batch.insert(key::dead(id, position), json(&Buried { lane, dead }));
        state.dead += 1;
        if state.dead > DEAD_MAX
            && let Some(eldest) = self.dead(id, 0, 1)?.first()
        {
            tracing::warn!(webhook = %id, position = eldest.position, "a dead letter made room");
            batch.remove(key::dead(id, eldest.position));
            state.dead -= 1;
        }
        Ok(())
    }
}

fn judge(id: Id, open: &Open, attempt: &Attempt, rules: &Rules, position: u64) -> Settled {
    let delivery = [id.to_bytes(), position.to_be_bytes()].concat();
    let later = |wait_ms: u64| Settled::Later(attempt.at_ms.saturating_add(wait_ms));
    let wait_ms = rules.schedule.wait_ms(open.attempts + 1, &delivery);
    match (attempt.outcome, wait_ms) {
        (Outcome::Delivered { .. }, _) => Settled::Done,
        // The subscription is given up, not the message: it waits until somebody enables it.
        (Outcome::Gone, _) => later(0),
        (Outcome::Throttled { retry_after_s, .. }, Some(wait_ms)) => {
            later(wait_ms.max(u64::from(retry_after_s) * 1000))
        }
        (Outcome::Refused { .. } | Outcome::Failed { .. }, Some(wait_ms)) => later(wait_ms),
        (Outcome::Throttled { .. } | Outcome::Refused { .. } | Outcome::Failed { .. }, None) => {
            Settled::Dead
        }
    }
}

fn remember(state: &mut State, attempt: &Attempt, rules: &Rules) {
    let Attempt { at_ms, outcome, .. } = *attempt;
    if outcome.is_delivered() {
        state.last_success_ms = Some(at_ms);
        state.failing_since_ms = None;
        return;
    }
    state.last_failure = Some(LastFailure { at_ms, outcome });
    let since_ms = *state.failing_since_ms.get_or_insert(at_ms);
    let patience_ms = u64::try_from(rules.give_up_after.as_millis()).unwrap_or(u64::MAX);
    let is_failing = at_ms.saturating_sub(since_ms) >= patience_ms;
    let why = match outcome == Outcome::Gone {
        true => Some(Why::Gone),
        false => is_failing.then_some(Why::Failing),
    };
    if state.given_up.is_none() {
        state.given_up = why.map(|why| GivenUp { at_ms, why });
    }
}
