//! From the feed into the queue: every subscription has its own place in the feed, and those at the
//! same place read it together, a window at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use journal::{Block, Position};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::counts::add;
use crate::event::Event;
use crate::filter::Wanted;
use crate::shared::{Shared, blocking};
use crate::{Book, Id, Opening, Result, clock};

/// Records that are read at once.
const WINDOW: u64 = 128;
/// Subscriptions whose deliveries are opened in one batch: at most so many windows of rows.
const OPENED_AT_ONCE: usize = 32;
/// A feed that is away is asked again after this.
const AWAY: Duration = Duration::from_secs(1);

/// Opens deliveries as milestones come.
pub(crate) struct Feeder {
    shared: Arc<Shared>,
    book: watch::Receiver<Arc<Book>>,
    wanted: HashMap<Id, Wanted>,
    /// The last record that was ever looked at: what cannot be read is told once.
    seen: u64,
}

/// A subscription that reads on.
struct Reading {
    id: Id,
    wanted: Wanted,
    room: usize,
}

/// A position, and the milestone there.
type Found = (u64, Option<Event>);

impl Feeder {
    pub(crate) fn new(shared: Arc<Shared>, book: watch::Receiver<Arc<Book>>) -> Feeder {
        Feeder { shared, book, wanted: HashMap::new(), seen: 0 }
    }

    /// Follows the feed until it is dropped.
    pub(crate) async fn run(mut self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        let feed = &shared.config.feed;
        let mut end = feed.end().await?;
        // A feed that ends before what was delivered from it is not the one we knew.
        let furthest = shared.queue.states()?.iter().map(|(_, state)| state.cursor).max();
        drop(feed.tail(Position(furthest.unwrap_or(0))).await?);
        let mut tail = feed.tail(end).await?;
        self.seen = end.0;
        let mut fresh = None;
        self.look_up();
        loop {
            let more = self.round(end.0, fresh.as_ref()).await?;
            fresh = None;
            if more {
                continue;
            }
            tokio::select! {
                block = tail.next(WINDOW as usize) => {
                    let block = block?;
                    end = block.last();
                    fresh = Some(block);
                }
                () = shared.bells.feeder.notified() => {}
                changed = self.book.changed() => match changed {
                    Ok(()) => self.look_up(),
                    Err(_) => return Ok(()),
                },
            }
        }
    }

    fn look_up(&mut self) {
        let book = self.book.borrow_and_update().clone();
        let all = book.subscriptions().iter();
        self.wanted = all.map(|one| (one.id, one.filter.wanted())).collect();
    }

    /// Takes everybody a window further; whether there is more for somebody.
    async fn round(&mut self, end: u64, fresh: Option<&Block>) -> Result<bool> {
        let mut more = self.begin().await?;
        for (cursor, readings) in self.readings(end)? {
            let to = end.min(cursor + WINDOW);
            let found = self.window(cursor + 1, to, fresh).await?;
            let openings = readings.iter().map(|one| one.look(&found, cursor));
            let openings: Vec<Opening> = openings.collect();
            more |= openings.iter().any(|one| one.cursor < end);
            for chunk in openings.chunks(OPENED_AT_ONCE) {
                self.open(chunk.to_vec()).await?;
            }
        }
        Ok(more)
    }

    /// Gives those that are new their place in the feed; whether there are any.
    async fn begin(&self) -> Result<bool> {
        let mut new = Vec::new();
        for subscription in self.book.borrow().subscriptions() {
            if self.shared.queue.state(subscription.id)?.is_none() {
                new.push((subscription.id, subscription.since, subscription.created.clone()));
            }
        }
        if new.is_empty() {
            return Ok(false);
        }
        // Not as far as we have read: somebody may have subscribed after what we have yet to read.
        let end = self.end().await?;
        let mut places = Vec::with_capacity(new.len());
        for (id, since, created) in new {
            let cursor = match since {
                Some(since) => since.min(end),
                None => self.told_by(&created, end).await?,
            };
            places.push((id, cursor));
        }
        let queue = Arc::clone(&self.shared.queue);
        // If we crash before this, the next start finds the same places.
        blocking(move || places.into_iter().try_for_each(|(id, cursor)| queue.begin(id, cursor)))
            .await?;
        self.shared.bells.changed();
        Ok(true)
    }

    /// The last position, up to `end`, that was told before a subscription was made or in the same
    /// second: where it begins, also when what was known of it was lost since.
    async fn told_by(&self, created: &str, end: u64) -> Result<u64> {
        let (mut before, mut after) = (0, end + 1);
        while before + 1 < after {
            let middle = before + (after - before) / 2;
            let told = self.told_ms(middle).await?;
            let told_s = told.map_or(0, |ms| u64::try_from(ms / 1000).unwrap_or(0));
            // Both as they are written in Viet Nam: the later one is the greater.
            if access::written(told_s).as_str() <= created {
                before = middle;
            } else {
                after = middle;
            }
        }
        Ok(before)
    }

    /// When a position of the feed was told.
    async fn told_ms(&self, position: u64) -> Result<Option<i64>> {
        loop {
            match self.shared.config.feed.record(Position(position)).await {
                Ok(found) => return Ok(found.map(|(received, _)| received.0)),
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "the feed is away");
                    tokio::time::sleep(AWAY).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Where the feed ends now.
    async fn end(&self) -> Result<u64> {
        loop {
            match self.shared.config.feed.end().await {
                Ok(end) => return Ok(end.0),
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "the feed is away");
                    tokio::time::sleep(AWAY).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Who reads on, by their place in the feed.
    fn readings(&self, end: u64) -> Result<BTreeMap<u64, Vec<Reading>>> {
        let mut readings: BTreeMap<u64, Vec<Reading>> = BTreeMap::new();
        let (queue, open_max) = (&self.shared.queue, self.shared.config.open_max);
        let book = self.book.borrow().clone();
        for subscription in book.subscriptions() {
            let id = subscription.id;
            let Some(state) = queue.state(id)? else { continue };
            if !subscription.enabled || state.given_up.is_some() || state.cursor >= end {
                continue;
            }
            let room = usize::try_from(open_max.saturating_sub(state.open)).unwrap_or(usize::MAX);
            if room == 0 {
                // Its place in the feed waits; the others go on.
                self.shared.bells.is_full(id);
                // What was settled before the bell was hung is seen now.
                if queue.state(id)?.is_some_and(|state| state.open <= open_max / 2) {
                    self.shared.bells.has_room(id);
                }
                continue;
            }
            let Some(wanted) = self.wanted.get(&id).cloned() else { continue };
            readings.entry(state.cursor).or_default().push(Reading { id, wanted, room });
        }
        Ok(readings)
    }

    /// The milestones from one position to another, both included.
    async fn window(&mut self, from: u64, to: u64, fresh: Option<&Block>) -> Result<Vec<Found>> {
        if let Some(block) = fresh
            && block.first().0 <= from
            && to <= block.last().0
        {
            return Ok(self.read(block, from, to));
        }
        loop {
            match self.read_again(from, to).await {
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "the feed is away");
                    tokio::time::sleep(AWAY).await;
                }
                read => return Ok(read?),
            }
        }
    }

    async fn read_again(&mut self, from: u64, to: u64) -> Result<Vec<Found>, journal::Error> {
        let mut blocks = self.shared.config.feed.read(Position(from), Position(to));
        let mut found = Vec::new();
        while let Some(block) = blocks.next().await {
            let block = block?.open()?;
            found.extend(self.read(&block, from, to));
        }
        Ok(found)
    }

    fn read(&mut self, block: &Block, from: u64, to: u64) -> Vec<Found> {
        let mut found = Vec::new();
        for record in block.records() {
            let position = record.position.0;
            if !(from..=to).contains(&position) {
                continue;
            }
            let event = Event::read(record.bytes);
            if event.is_none() && position > self.seen {
                tracing::error!(position, "a record of the feed is no milestone; nobody gets it");
                add(&self.shared.counts.unreadable, 1);
            }
            self.seen = self.seen.max(position);
            found.push((position, event));
        }
        found
    }

    async fn open(&self, openings: Vec<Opening>) -> Result<()> {
        let opened: Vec<(Id, usize)> =
            openings.iter().map(|one| (one.id, one.wanted.len())).collect();
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.queue.take_up(&openings, clock::now_ms())).await?;
        for (id, count) in opened {
            if count > 0 {
                add(&self.shared.counts.opened, count);
                self.shared.bells.ring(id);
            }
        }
        self.shared.bells.changed();
        Ok(())
    }
}

impl Reading {
    /// What it wants of a window, as far as there is room.
    fn look(&self, found: &[Found], cursor: u64) -> Opening {
        let mut opening = Opening { id: self.id, cursor, wanted: Vec::new() };
        for (position, event) in found {
            let wanted = event.as_ref().filter(|event| self.wanted.holds(event));
            if let Some(event) = wanted {
                if opening.wanted.len() == self.room {
                    break;
                }
                opening.wanted.push((*position, lane(event)));
            }
            opening.cursor = *position;
        }
        opening
    }
}

/// Messages of one rule and unit go out one after the other.
fn lane(event: &Event) -> u64 {
    let digest = Sha256::new()
        .chain_update(event.rule.as_bytes())
        .chain_update([0])
        .chain_update(event.unit.as_bytes())
        .finalize();
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest);
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
