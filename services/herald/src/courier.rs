//! One subscription's messages: the first of each lane that is due, a few at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use journal::Position;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::counts::{UnderWay, add};
use crate::event::{self, Event};
use crate::shared::{Shared, blocking};
use crate::{
    Attempt, Book, Due, Error, Failure, Id, Message, Outcome, Result, Settled, Subscription, clock,
};

/// Clocks are set: nobody sleeps for longer without looking at the time.
const NAP: Duration = Duration::from_secs(60);
/// A feed that is away is asked again after this.
const AWAY: Duration = Duration::from_secs(1);

/// Sends what one subscription wants.
pub(crate) struct Courier {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: Id,
    pub(crate) bell: Arc<Notify>,
    pub(crate) book: watch::Receiver<Arc<Book>>,
    pub(crate) stop: watch::Receiver<bool>,
}

/// The right to send: none is asked for the first message under way.
type Place = Option<OwnedSemaphorePermit>;

impl Courier {
    /// Sends until told to stop, or until the subscription is removed.
    pub(crate) async fn run(mut self) -> Result<()> {
        let mut attempts: JoinSet<Result<u64>> = JoinSet::new();
        // Until their outcomes are on the disk.
        let mut lanes: HashSet<u64> = HashSet::new();
        loop {
            let Some(subscription) = self.subscription() else { return Ok(()) };
            let due = self.due(&subscription, &lanes)?;
            let wait_ms = due.map(|due| due.next_ms.saturating_sub(clock::now_ms()));
            let may_send = wait_ms == Some(0) && lanes.len() < self.shared.config.at_once_each;
            tokio::select! {
                biased;
                _ = self.stop.wait_for(|stop| *stop) => break,
                Some(done) = attempts.join_next() => {
                    let lane = done.map_err(|error| Error::Ended(error.to_string()))??;
                    lanes.remove(&lane);
                }
                () = self.bell.notified() => {}
                changed = self.book.changed() => if changed.is_err() { break },
                place = place(&self.shared.more, lanes.is_empty()), if may_send => {
                    let Some(due) = due else { continue };
                    lanes.insert(due.lane);
                    let shared = Arc::clone(&self.shared);
                    attempts.spawn(async move {
                        let sent = deliver(&shared, &subscription, due).await;
                        drop(place);
                        sent.map(|()| due.lane)
                    });
                }
                () = nap(wait_ms), if wait_ms.is_some_and(|wait_ms| wait_ms > 0) => {}
            }
        }
        // What is not finished in time is sent once more after the next start.
        let finish = async { while attempts.join_next().await.is_some() {} };
        let _ = timeout(self.shared.config.grace, finish).await;
        Ok(())
    }

    fn subscription(&mut self) -> Option<Subscription> {
        let id = self.id;
        self.book.borrow_and_update().get(id).ok().cloned()
    }

    fn due(&self, subscription: &Subscription, lanes: &HashSet<u64>) -> Result<Option<Due>> {
        let queue = &self.shared.queue;
        let state = queue.state(self.id)?;
        let goes = subscription.enabled && state.is_some_and(|state| state.given_up.is_none());
        if goes { queue.due(self.id, |lane| lanes.contains(&lane)) } else { Ok(None) }
    }
}

/// The first of each subscription always has its place: however many endpoints hang, nobody waits
/// for them. Only what one sends beside that is shared by all.
async fn place(more: &Arc<Semaphore>, is_first: bool) -> Place {
    if is_first {
        return None;
    }
    more.clone().acquire_owned().await.ok()
}

async fn nap(wait_ms: Option<u64>) {
    sleep(wait_ms.map_or(NAP, Duration::from_millis).min(NAP)).await;
}

/// Makes one attempt, and returns when its outcome is on the disk.
async fn deliver(shared: &Arc<Shared>, subscription: &Subscription, due: Due) -> Result<()> {
    let id = subscription.id;
    let Some(before) = shared.queue.attempts(id, due.position)? else { return Ok(()) };
    let record = record(shared, due.position).await?;
    let households_min = shared.config.households_min;
    let record = record.and_then(|(event, bytes)| {
        let told = event::told(bytes, &event, subscription.sees.as_deref(), households_min)?;
        Some((event, told))
    });
    let (named, outcome, took_ms) = {
        let _under_way = UnderWay::begin(&shared.counts);
        let begun = Instant::now();
        let (event, outcome) = match record {
            None => (String::new(), Outcome::failed(Failure::NoRecord)),
            Some((event, body)) => {
                let now_s = clock::now_s();
                let (url, secrets) = (subscription.url.clone(), subscription.secrets(now_s));
                let message = Message { url, id: event.id.clone(), body, secrets, now_s };
                (event.id, shared.sender.send(message).await)
            }
        };
        (event, outcome, u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX))
    };
    // If we crash here, the endpoint may have the message, and gets it once more with the same id.
    let (position, attempt) = (due.position, before + 1);
    let event = named;
    let attempt = Attempt { at_ms: clock::now_ms(), position, event, attempt, took_ms, outcome };
    let settled = settle(shared, id, due, attempt).await?;
    tell(shared, id, position, outcome, settled)
}

/// The bytes of a record, as they are sent; none when the feed does not have it.
async fn record(shared: &Shared, position: u64) -> Result<Option<(Event, Bytes)>> {
    loop {
        let found = {
            let place = shared.reading.acquire().await;
            let _place = place.map_err(|error| Error::Ended(error.to_string()))?;
            shared.config.feed.record(Position(position)).await
        };
        match found {
            Ok(record) => {
                let bytes = record.map(|(_, bytes)| Bytes::from(bytes));
                return Ok(bytes.and_then(|bytes| Some((Event::read(&bytes)?, bytes))));
            }
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "the feed is away");
                sleep(AWAY).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn settle(shared: &Arc<Shared>, id: Id, due: Due, attempt: Attempt) -> Result<Settled> {
    // So that however many end at once, few threads wait for the disk.
    let _place = shared.writing.acquire().await.map_err(|error| Error::Ended(error.to_string()))?;
    let owned = Arc::clone(shared);
    blocking(move || owned.queue.settle(id, due, &attempt, &owned.config.rules)).await
}

fn tell(shared: &Shared, id: Id, position: u64, outcome: Outcome, settled: Settled) -> Result<()> {
    match outcome.is_delivered() {
        true => add(&shared.counts.delivered, 1),
        false => {
            tracing::info!(webhook = %id, position, %outcome, "a message was not delivered");
            add(&shared.counts.failures, 1);
        }
    }
    if settled == Settled::Dead {
        tracing::warn!(webhook = %id, position, %outcome, "a message was given up; replay it by hand");
        add(&shared.counts.dead, 1);
    }
    if let Some(state) = shared.queue.state(id)? {
        if state.open <= shared.config.open_max / 2 {
            shared.bells.has_room(id);
        }
        if let Some(given_up) = state.given_up {
            tracing::warn!(webhook = %id, why = ?given_up.why, "nothing more is sent");
        }
    }
    shared.bells.changed();
    Ok(())
}
