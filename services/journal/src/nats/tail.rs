//! Following the stream: a hand-written ordered consumer.
//!
//! The library's own starts over at 1 when it loses a consumer before its first message (see
//! nats.md, 8.1). This one owns its place: a consumer is only a feed that may be thrown away.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::feed::{self, Event, Feed, Taken};
use super::stream::{self, Trouble};
use super::{NatsJournal, RETRY, RETRY_MAX};
use crate::block::BlockBuilder;
use crate::{Block, Error, Position, ReceiveTime, Result};

/// A stream that is said not to exist for this long does not exist.
const ABSENT_MAX: Duration = Duration::from_secs(30);
/// While the server says that more is on its way, a block waits this long for it.
const LINGER: Duration = Duration::from_millis(5);
/// A block handed out has about this many bytes at most.
const BLOCK_BYTES_MAX: usize = 4 << 20;

/// Follows a stream over restarts of the server.
pub(crate) struct NatsTail {
    journal: NatsJournal,
    /// The last position received.
    last: Position,
    state: State,
    /// Received and not yet handed out.
    collected: BlockBuilder,
    /// Until when to wait for more of it, as long as the server has more.
    linger: Option<Instant>,
    /// What a call with a larger `records_max` collected, and was cancelled.
    ready: Option<Block>,
    /// Grows with every attempt that fails; back to the start with every record.
    wait: Duration,
    absent_since: Option<Instant>,
    /// Checks in a row that found records we were not given.
    stalls: u32,
    /// Found behind records that had to be handed out first.
    failed: Option<Error>,
}

enum State {
    Opening(BoxFuture<'static, Result<Feed, Trouble>>),
    Open(Box<Feed>),
}

impl fmt::Debug for NatsTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsTail").field("last", &self.last).finish_non_exhaustive()
    }
}

impl NatsTail {
    pub(crate) fn new(journal: NatsJournal, after: Position) -> Self {
        let state = State::Opening(feed::open(journal.clone(), after, Duration::ZERO));
        Self {
            journal,
            last: after,
            state,
            collected: BlockBuilder::default(),
            linger: None,
            ready: None,
            wait: RETRY,
            absent_since: None,
            stalls: 0,
            failed: None,
        }
    }

    /// Whatever was received is in `self` before the next await: cancellation loses nothing.
    pub(crate) async fn next(&mut self, records_max: usize) -> Result<Block> {
        loop {
            if let Some(ready) = self.ready.as_mut().filter(|block| !block.is_empty()) {
                return Ok(ready.split_to(records_max.max(1) as u64));
            }
            if self.collected.len() > 0 && (self.linger.is_none() || self.is_full(records_max)) {
                self.linger = None;
                self.ready = Some(self.collected.take());
                continue;
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if let Err(error) = self.step(records_max).await {
                (self.failed, self.linger) = (Some(error), None);
            }
        }
    }

    fn is_full(&self, records_max: usize) -> bool {
        let records = self.collected.len() >= records_max as u64;
        records || self.collected.bytes_len() >= BLOCK_BYTES_MAX
    }

    /// Waits for one thing to happen.
    async fn step(&mut self, records_max: usize) -> Result<()> {
        let feed = match &mut self.state {
            State::Opening(opening) => {
                match opening.await {
                    Ok(feed) => {
                        self.absent_since = None;
                        self.state = State::Open(Box::new(feed));
                    }
                    Err(trouble) => self.reopen(trouble)?,
                }
                return Ok(());
            }
            State::Open(feed) => feed,
        };
        let event = match self.linger {
            Some(until) => tokio::time::timeout_at(until, feed.event()).await,
            None => Ok(feed.event().await),
        };
        match event {
            Err(_) => self.linger = None,
            Ok(Event::Message(message)) => self.collect(*message, records_max),
            Ok(Event::Broken(why)) => self.reopen(Trouble::Again(why))?,
            Ok(Event::Silent) => {
                let (journal, last) = (self.journal.clone(), self.last);
                let checking = async move { check(&journal, last).await.map(|(end, _)| end) };
                feed.check = Some(checking.boxed());
            }
            Ok(Event::Checked(checked)) => self.checked(checked).await?,
        }
        Ok(())
    }

    /// Throws the consumer away and makes another after the last position, a little later.
    fn reopen(&mut self, trouble: Trouble) -> Result<()> {
        match trouble {
            Trouble::Fatal(error) => {
                self.restart();
                return Err(error);
            }
            Trouble::Absent => {
                let since = *self.absent_since.get_or_insert_with(Instant::now);
                if since.elapsed() > ABSENT_MAX {
                    self.restart();
                    return Err(Error::Diverged {
                        what: format!("the stream {} is gone", self.journal.of().name()),
                    });
                }
            }
            Trouble::Again(why) => {
                tracing::debug!(why, last = %self.last, "making the tail's consumer again");
            }
        }
        self.restart();
        Ok(())
    }

    fn restart(&mut self) {
        self.linger = None;
        self.state = State::Opening(feed::open(self.journal.clone(), self.last, self.wait));
        self.wait = RETRY_MAX.min(self.wait * 2);
    }

    /// What the watchdog learned.
    async fn checked(&mut self, checked: Result<Position, Trouble>) -> Result<()> {
        match checked {
            Ok(end) if end > self.last => {
                self.stalls += 1;
                tracing::warn!(%end, last = %self.last, "the tail's consumer had stalled");
                if self.stalls > 1 {
                    // A fresh consumer stalled, too: then it is the connection.
                    self.journal.inner.client.force_reconnect().await.ok();
                }
                self.reopen(Trouble::Again("stalled".into()))
            }
            Ok(_) => Ok(()),
            Err(trouble @ (Trouble::Fatal(_) | Trouble::Absent)) => self.reopen(trouble),
            // A server that is away is noticed by the missing heartbeat.
            Err(Trouble::Again(_)) => Ok(()),
        }
    }

    /// Takes this message and those that are there already.
    fn collect(&mut self, message: async_nats::jetstream::Message, records_max: usize) {
        let mut message = message;
        (self.wait, self.stalls) = (RETRY, 0);
        while let State::Open(feed) = &mut self.state {
            let more = match feed::take(feed, &message, self.last) {
                Taken::Next { position, received, more } => {
                    self.collected.push(position, received, &message.payload);
                    self.last = position;
                    more
                }
                Taken::Known { more } => more,
                Taken::Lost => return self.restart(),
                Taken::Gap(found) => {
                    let place = format!("stream {}", self.journal.of().name());
                    self.failed = Some(Error::Gap { place, before: self.last, found });
                    return self.restart();
                }
            };
            let until = self.linger.unwrap_or_else(|| Instant::now() + LINGER);
            self.linger = more.then_some(until);
            if self.is_full(records_max) {
                return;
            }
            let State::Open(feed) = &mut self.state else { return };
            // Unconstrained: otherwise the runtime's budget ends the run after some dozen.
            match tokio::task::unconstrained(feed.messages.next()).now_or_never() {
                Some(Some(Ok(next))) => message = next,
                Some(Some(Err(_)) | None) => return self.restart(),
                None => return,
            }
        }
    }
}

/// The end of the stream and when its last record was received, if it is still the one we knew.
pub(crate) async fn check(
    journal: &NatsJournal,
    last: Position,
) -> Result<(Position, Option<ReceiveTime>), Trouble> {
    let info = stream::ask(&journal.inner.js, journal.of()).await?;
    let identity = stream::verify(journal.of(), &info.config).map_err(Trouble::Fatal)?;
    if identity != journal.identity() {
        return Err(Trouble::Fatal(Error::diverged_identity(identity, journal.identity())));
    }
    let end = Position(info.state.last_sequence);
    if end < last {
        return Err(Trouble::Fatal(Error::lost_end(end, last)));
    }
    let nanos = info.state.last_timestamp.unix_timestamp_nanos();
    let received = i64::try_from(nanos / 1_000_000).ok().map(ReceiveTime);
    Ok((end, received.filter(|_| end > Position(0))))
}
