//! One ephemeral consumer of the stream: what a tail reads, and throws away at any doubt.

use std::fmt;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::stream::Trouble;
use super::tail::check;
use super::{NatsJournal, RECEIVED};
use crate::{Position, ReceiveTime, Result};

/// Messages asked for at once: far below the 65,536 at which the client drops silently.
const PULL_MAX: usize = 4000;
/// A pull lasts this long, and is known to be alive by a heartbeat in half of it.
const PULL_EXPIRES: Duration = Duration::from_secs(10);
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A consumer that nobody pulls from vanishes after this.
const INACTIVE: Duration = Duration::from_secs(60);
/// Silent for this long: ask whether the stream has more than we were given.
const WATCHDOG: Duration = Duration::from_secs(5);
/// One ephemeral consumer.
pub(crate) struct Feed {
    pub(crate) messages: pull::Stream,
    /// How many messages it has delivered: a hole in its count is a lost message.
    delivered: u64,
    check_at: Instant,
    pub(crate) check: Option<BoxFuture<'static, Result<Position, Trouble>>>,
}

pub(crate) enum Event {
    Message(Box<async_nats::jetstream::Message>),
    Broken(String),
    Silent,
    Checked(Result<Position, Trouble>),
}

impl Feed {
    pub(crate) async fn event(&mut self) -> Event {
        tokio::select! {
            biased;
            message = self.messages.next() => {
                self.check = None;
                self.check_at = Instant::now() + WATCHDOG;
                match message {
                    Some(Ok(message)) => Event::Message(Box::new(message)),
                    Some(Err(error)) => Event::Broken(error.to_string()),
                    None => Event::Broken("the consumer ended".into()),
                }
            }
            checked = checking(&mut self.check) => {
                self.check = None;
                self.check_at = Instant::now() + WATCHDOG;
                Event::Checked(checked)
            }
            () = tokio::time::sleep_until(self.check_at), if self.check.is_none() => Event::Silent,
        }
    }
}

/// Never ready while there is no check.
async fn checking(
    check: &mut Option<BoxFuture<'static, Result<Position, Trouble>>>,
) -> Result<Position, Trouble> {
    match check {
        Some(check) => check.await,
        None => std::future::pending().await,
    }
}

pub(crate) enum Taken {
    /// The next record, and whether the server has more.
    Next { position: Position, received: ReceiveTime, more: bool },
    /// At or before the last position.
    Known { more: bool },
    /// A message between this one and the one before it was not delivered.
    Lost,
    /// The stream itself has a hole.
    Gap(Position),
}

pub(crate) fn take(
    feed: &mut Feed,
    message: &async_nats::jetstream::Message,
    last: Position,
) -> Taken {
    let Ok(info) = message.info() else { return Taken::Lost };
    if info.consumer_sequence != feed.delivered + 1 {
        return Taken::Lost;
    }
    feed.delivered = info.consumer_sequence;
    let position = Position(info.stream_sequence);
    if position <= last {
        return Taken::Known { more: info.pending > 0 };
    }
    if position != last.next() {
        return Taken::Gap(position);
    }
    let nanos = info.published.unix_timestamp_nanos();
    let received = received(message.headers.as_ref(), nanos);
    Taken::Next { position, received, more: info.pending > 0 }
}

/// The receive time of a message: its own, unless it was restored from an archive.
pub(crate) fn received(headers: Option<&async_nats::HeaderMap>, nanos: i128) -> ReceiveTime {
    let restored = headers.and_then(|headers| headers.get(RECEIVED));
    let millis = restored.and_then(|value| value.as_str().parse().ok());
    ReceiveTime(millis.unwrap_or_else(|| i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX)))
}

/// Makes a consumer after `last`, once it is sure that the stream is still the same.
pub(crate) fn open(
    journal: NatsJournal,
    last: Position,
    wait: Duration,
) -> BoxFuture<'static, Result<Feed, Trouble>> {
    async move {
        tokio::time::sleep(wait).await;
        check(&journal, last).await?;
        let again = |error: &dyn fmt::Display| Trouble::Again(error.to_string());
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: last.next().0 },
            ack_policy: AckPolicy::None,
            max_deliver: 1,
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: INACTIVE,
            ..pull::Config::default()
        };
        let js = &journal.inner.js;
        let consumer = js
            .create_consumer_on_stream(config, journal.of().name())
            .await
            .map_err(|e| again(&e))?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(PULL_MAX)
            .expires(PULL_EXPIRES)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(|e| again(&e))?;
        Ok(Feed { messages, delivered: 0, check_at: Instant::now() + WATCHDOG, check: None })
    }
    .boxed()
}
