//! Appending to the stream: atomic batches, retried until they are known to be stored.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_nats::connection::State;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::publish::{self, Message, Outcome};
use super::stream::Trouble;
use super::tail;
use super::{NatsJournal, RETRY, RETRY_MAX};
use crate::options::Stream;
use crate::{
    Block, Clock, Entry, Error, Options, Position, RECORD_BYTES_MAX, Receipt, Record, Result,
};

/// The server's limit for one atomic batch.
const BATCH_MAX: usize = 1000;
/// A batch is staged whole by the server: bound what that takes.
const BATCH_BYTES_MAX: usize = 8 << 20;
/// How often the stream is asked whether it is still the same.
const CHECK: Duration = Duration::from_secs(10);
/// A range that holds a duplicate is halved until it is this small, then published one by one.
const SINGLES_MAX: usize = 16;

/// Appends to a stream. Any number of them may do so at the same time.
#[derive(Debug)]
pub struct NatsWriter {
    journal: NatsJournal,
    /// The last position this writer was told: the stream never ends before it.
    end: Position,
    /// When, and on which connection, the stream was last known to be ours; `None` after an
    /// answer that did not come.
    checked: Option<(Instant, u64)>,
    /// What the times of the server are measured by.
    clock: Clock,
}

/// Where a message is, and whether it was there before.
type Place = (Position, bool);

impl NatsWriter {
    pub(crate) async fn open(journal: &NatsJournal, options: &Options) -> Result<Self> {
        let (journal, clock) = (journal.clone(), options.clock.clone());
        let mut writer = Self { journal, end: Position(0), checked: None, clock };
        // Why nothing can be published now, the first append finds out again.
        writer.check().await?;
        Ok(writer)
    }

    pub(crate) async fn append(&mut self, batch: &[Entry]) -> Result<Vec<Receipt>> {
        let of = self.journal.of();
        let mut messages = Vec::with_capacity(batch.len());
        let mut message_of = HashMap::with_capacity(batch.len());
        let mut index_of_entry = Vec::with_capacity(batch.len());
        for entry in batch {
            // By content, not by the fact's own id: two contents under one id are both kept.
            let digest = Sha256::digest(&entry.bytes);
            let id: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            // The server refuses a batch that holds the same id twice; so send it once.
            let index = *message_of.entry(id.clone()).or_insert(messages.len());
            let first = index == messages.len();
            if first {
                check_size(&entry.bytes)?;
                let subject = subject(of, &entry.route)?;
                let (bytes, once) = (entry.bytes.clone(), of.is_once());
                messages.push(Message { subject, id, bytes, received: None, once });
            }
            index_of_entry.push((index, first));
        }
        // The server gives the times; where its clock and ours are far apart, one of them is wrong.
        if self.check().await?.is_none() {
            self.clock.check()?;
        }
        let places = self.store(&messages).await?;
        if !self.clock.knows() {
            // The first record shows the server's clock: the next append looks.
            self.checked = None;
        }
        let receipt = |(index, first): (usize, bool)| {
            let (position, duplicate) = places[index];
            Receipt { position, duplicate: duplicate || !first }
        };
        Ok(index_of_entry.into_iter().map(receipt).collect())
    }

    /// Publishes a block of an archive into a fresh stream, with its positions and receive times.
    ///
    /// If it fails, go on after [`crate::Journal::end`]. Nobody else may append meanwhile.
    ///
    /// # Errors
    /// As append, and `Gap`, if the block does not begin right after the end.
    pub async fn restore(
        &mut self,
        block: &Block,
        route: impl Fn(&Record<'_>) -> String,
    ) -> Result<()> {
        let end = self.journal.end().await?;
        let gap = |before, found| Error::Gap {
            place: "the restored journal, to which somebody else appends,".into(),
            before,
            found,
        };
        if block.first() != end.next() {
            return Err(gap(end, block.first()));
        }
        let (identity, of) = (self.journal.identity(), self.journal.of());
        let messages: Vec<Message> = block
            .records()
            .map(|record| {
                Ok(Message {
                    subject: subject(of, &route(&record))?,
                    // By place: an archive may hold the same bytes twice, and keeps doing so.
                    id: format!("{identity}.{}", record.position),
                    bytes: Bytes::copy_from_slice(record.bytes),
                    received: Some(record.received),
                    once: of.is_once(),
                })
            })
            .collect::<Result<_>>()?;
        let places = self.store(&messages).await?;
        for (record, (position, _)) in block.records().zip(places) {
            if record.position != position {
                return Err(gap(record.position, position));
            }
        }
        Ok(())
    }

    /// Stores all messages in order; where each is.
    async fn store(&mut self, messages: &[Message]) -> Result<Vec<Place>> {
        let mut places = Vec::with_capacity(messages.len());
        let mut ranges = chunks(messages);
        ranges.reverse(); // a stack: the first is on top
        while let Some(range) = ranges.pop() {
            match self.store_range(&messages[range.clone()], &mut places).await? {
                Stored::Whole => {}
                Stored::HoldsDuplicate if range.len() > SINGLES_MAX => {
                    let middle = range.start + range.len() / 2;
                    ranges.push(middle..range.end);
                    ranges.push(range.start..middle);
                }
                Stored::HoldsDuplicate => {
                    ranges.extend(range.rev().map(|index| index..index + 1));
                }
            }
        }
        Ok(places)
    }

    /// Now and then, and whenever the server was away: is the stream still the one we opened?
    /// What was published to another journal could not be taken back. Says why it does not know.
    async fn check(&mut self) -> Result<Option<String>> {
        let connects = connects(&self.journal);
        if self.journal.inner.client.connection_state() != State::Connected {
            // What is published now would wait and go to whichever server comes next.
            self.checked = None;
            return Ok(Some("there is no connection".into()));
        }
        if self.checked.is_some_and(|(at, on)| at.elapsed() < CHECK && on == connects) {
            return Ok(None);
        }
        match tail::check(&self.journal, self.end).await {
            Ok((_, received)) => {
                self.clock.learn_of_server(received);
                // On each new connection, for it may be another server, and now and then.
                if self.journal.inner.options.needs_sync
                    && let Some(why) = self.journal.look_at_sync().await
                {
                    self.checked = None;
                    return Ok(Some(why));
                }
                self.checked = Some((Instant::now(), connects));
                Ok(None)
            }
            Err(Trouble::Fatal(error)) => Err(error),
            Err(Trouble::Absent) => Ok(Some("there is no such stream".into())),
            Err(Trouble::Again(why)) => Ok(Some(why)),
        }
    }

    /// Where the message of a subject is that takes no more than one.
    async fn first_of(&self, subject: &str) -> Result<Position> {
        let busy = |why: String| Error::Busy { what: format!("cannot read {subject} ({why})") };
        let name = self.journal.of().name();
        let stream = self.journal.inner.js.get_stream_no_info(name).await;
        let stream = stream.map_err(|error| busy(error.to_string()))?;
        let message = stream.get_last_raw_message_by_subject(subject).await;
        message.map(|found| Position(found.sequence)).map_err(|error| busy(error.to_string()))
    }

    /// Publishes these messages, again and again while the outcome is unknown.
    async fn store_range(&mut self, range: &[Message], places: &mut Vec<Place>) -> Result<Stored> {
        let journal = self.journal.clone();
        let client = &journal.inner.client;
        let started = Instant::now();
        let mut wait = RETRY;
        loop {
            let outcome = match (self.check().await?, range) {
                (Some(why), _) => Outcome::Unknown(why),
                (None, [message]) => publish::single(client, message).await,
                (None, messages) => publish::batch(client, messages).await,
            };
            // If we crash here, the messages are stored and nobody was told. The sender appends
            // them again: the ids, or later the facts' keys, show that they are the same.
            match outcome {
                Outcome::Stored { last, duplicate } => {
                    let Some(before) = last.checked_sub(range.len() as u64) else {
                        let (before, found) = (Position(0), Position(last));
                        return Err(Error::Gap { place: "the stream".into(), before, found });
                    };
                    if !duplicate && Position(last) <= self.end {
                        return Err(Error::lost_end(Position(last), self.end));
                    }
                    self.end = self.end.max(Position(last));
                    places.extend((before + 1..=last).map(|at| (Position(at), duplicate)));
                    return Ok(Stored::Whole);
                }
                Outcome::HoldsDuplicate => return Ok(Stored::HoldsDuplicate),
                Outcome::NotTheFirst => match range {
                    [message] => {
                        places.push((self.first_of(&message.subject).await?, true));
                        return Ok(Stored::Whole);
                    }
                    _ => return Ok(Stored::HoldsDuplicate),
                },
                Outcome::Refused(error) => return Err(error),
                Outcome::Unknown(why) => {
                    self.checked = None;
                    if started.elapsed() >= journal.inner.options.busy_after {
                        let what = format!("the nats server did not confirm a batch ({why})");
                        return Err(Error::Busy { what });
                    }
                    tracing::debug!(why, "publishing the identical batch again");
                }
            }
            tokio::time::sleep(wait).await;
            wait = RETRY_MAX.min(wait * 2);
        }
    }
}

/// How often the client connected: another number is another connection.
fn connects(journal: &NatsJournal) -> u64 {
    journal.inner.client.statistics().connects.load(Ordering::Relaxed)
}

enum Stored {
    Whole,
    HoldsDuplicate,
}

/// Cuts into ranges that one atomic batch can carry.
fn chunks(messages: &[Message]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, message) in messages.iter().enumerate() {
        let full = index - start == BATCH_MAX || bytes + message.bytes.len() > BATCH_BYTES_MAX;
        if index > start && full {
            ranges.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes += message.bytes.len();
    }
    if start < messages.len() {
        ranges.push(start..messages.len());
    }
    ranges
}

fn check_size(bytes: &Bytes) -> Result<()> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.len() > RECORD_BYTES_MAX {
        return Err(Error::TooLarge { bytes: bytes.len(), bytes_max: RECORD_BYTES_MAX });
    }
    Ok(())
}

/// The stream's prefix and the route, if that is made of plain tokens.
fn subject(of: Stream, route: &str) -> Result<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let token = |token: &str| !token.is_empty() && token.bytes().all(plain);
    if route.len() <= 200 && route.split('.').all(token) {
        return Ok(format!("{}.{route}", of.prefix()));
    }
    Err(Error::Route { route: route.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_tokens_become_a_subject() {
        let cases = [
            ("52.L-24097", true),
            ("VN", true),
            ("", false),
            ("52.", false),
            ("52.*", false),
            ("52.>", false),
            ("52.a b", false),
            ("52.Đắk", false),
        ];
        for (route, good) in cases {
            assert_eq!(subject(Stream::Facts, route).is_ok(), good, "{route:?}");
        }
    }

    #[test]
    fn chunks_cover_every_message_once_within_both_limits() {
        let message = |size: usize| Message {
            subject: String::new(),
            id: String::new(),
            bytes: vec![0; size].into(),
            received: None,
            once: false,
        };
        let cases: [(Vec<usize>, &[usize]); 5] = [
            (vec![1; 0], &[]),
            (vec![1; 1000], &[1000]),
            (vec![1; 1001], &[1000, 1]),
            (vec![BATCH_BYTES_MAX, 1, 1], &[1, 2]),
            (vec![BATCH_BYTES_MAX + 1; 2], &[1, 1]),
        ];
        for (sizes, expected) in cases {
            let messages: Vec<Message> = sizes.iter().map(|size| message(*size)).collect();
            let chunks = chunks(&messages);
            assert_eq!(chunks.iter().map(Range::len).collect::<Vec<_>>(), expected);
            assert!(chunks.into_iter().flatten().eq(0..sizes.len()));
        }
    }
}
