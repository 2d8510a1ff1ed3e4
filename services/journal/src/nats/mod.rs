//! The `nats` engine: one JetStream stream whose sequence numbers are the positions.

mod append;
mod connect;
mod feed;
pub(crate) mod monitor;
mod publish;
mod stream;
mod tail;
mod version;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::stream::RawMessageErrorKind;
use futures::FutureExt;
use futures::future::BoxFuture;

pub use self::append::NatsWriter;
use self::stream::Trouble;
pub(crate) use self::tail::NatsTail;
use crate::options::{NatsOptions, Stream};
use crate::{Error, Identity, Options, Position, ReceiveTime, Result, SealedBlock};

/// The header of a restored record: its receive time in ms, which the message's cannot tell.
/// Readers believe it as they believe the record: whoever may publish is a gateway or a restore,
/// and only a restore sets it.
const RECEIVED: &str = "Tonghop-Received";
/// Pauses between attempts, from and to.
const RETRY: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(1);
/// How long the server may take to answer about the stream, or to make a consumer.
const API_WAIT: Duration = Duration::from_secs(5);
/// Bounded reads take blocks of about this many records.
const READ_MAX: usize = 4000;

/// A stream open for reading. Cheap to clone; all clones share one connection.
#[derive(Clone)]
pub struct NatsJournal {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    js: Context,
    url: String,
    identity: Identity,
    options: NatsOptions,
    warnings: Vec<String>,
    /// As it was when somebody last looked.
    unsynced: Mutex<Option<String>>,
}

impl fmt::Debug for NatsJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NatsJournal({}, {})", self.inner.url, self.inner.identity)
    }
}

impl NatsJournal {
    pub(crate) async fn open(url: &str, options: &Options) -> Result<Self> {
        let client = connect::connect(url, &options.nats).await?;
        let js = ContextBuilder::new().timeout(API_WAIT).build(client.clone());
        let identity = stream::open_or_create(&js, options).await?;
        let unsynced = monitor::sync_warning(options.nats.monitoring.as_deref()).await;
        let mut warnings = Vec::new();
        warnings.extend(unsynced.clone());
        if client.server_info().max_payload < 1 << 20 {
            warnings.push(format!(
                "the nats server at {url} has a max_payload below 1 MiB; larger records fail"
            ));
        }
        let (url, options) = (url.to_owned(), options.nats.clone());
        let unsynced = Mutex::new(unsynced);
        let inner = Inner { client, js, url, identity, options, warnings, unsynced };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Why a power cut may take back what was acknowledged, as it was last looked at.
    pub(crate) fn unsynced(&self) -> Option<String> {
        self.inner.unsynced.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks again: the server may be another one by now, or configured anew.
    pub(crate) async fn look_at_sync(&self) -> Option<String> {
        let why = monitor::sync_warning(self.inner.options.monitoring.as_deref()).await;
        self.inner.unsynced.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&why);
        why
    }

    /// Which journal this is.
    pub fn identity(&self) -> Identity {
        self.inner.identity
    }

    /// What the stream is for.
    pub(crate) fn of(&self) -> Stream {
        self.inner.options.stream
    }

    pub(crate) fn warnings(&self) -> &[String] {
        &self.inner.warnings
    }

    pub(crate) async fn end(&self) -> Result<Position> {
        match tail::check(self, Position(0)).await {
            Ok((end, _)) => Ok(end),
            Err(Trouble::Fatal(error)) => Err(error),
            Err(Trouble::Absent) => {
                Err(Error::Diverged { what: format!("the stream {} is gone", self.of().name()) })
            }
            Err(Trouble::Again(why)) => {
                Err(Error::Busy { what: format!("the stream does not answer ({why})") })
            }
        }
    }

    pub(crate) async fn record(&self, at: Position) -> Result<Option<(ReceiveTime, Vec<u8>)>> {
        if at == Position(0) {
            return Ok(None);
        }
        let busy = |why: String| Error::Busy { what: format!("cannot read record {at} ({why})") };
        let stream = self.inner.js.get_stream_no_info(self.of().name()).await;
        let stream = stream.map_err(|e| busy(e.to_string()))?;
        // From the leader: a replica may not have the newest yet.
        match stream.get_raw_message(at.0).await {
            Ok(found) => {
                let nanos = found.time.unix_timestamp_nanos();
                let received = feed::received(Some(&found.headers), nanos);
                Ok(Some((received, found.payload.into())))
            }
            Err(error) => match error.kind() {
                RawMessageErrorKind::NoMessageFound => Ok(None),
                RawMessageErrorKind::InvalidSubject
                | RawMessageErrorKind::JetStream(_)
                | RawMessageErrorKind::Other => Err(busy(error.to_string())),
            },
        }
    }

    pub(crate) fn read(&self, from: Position, to: Position) -> NatsBlocks {
        let from = from.max(Position(1));
        let journal = self.clone();
        let start = async move {
            let to = journal.end().await?.min(to);
            Ok((NatsTail::new(journal, Position(from.0 - 1)), to))
        };
        NatsBlocks { from, state: Reading::Starting(start.boxed()) }
    }

    pub(crate) async fn tail(&self, after: Position) -> Result<NatsTail> {
        let end = self.end().await?;
        if after > end {
            return Err(Error::lost_end(end, after));
        }
        Ok(NatsTail::new(self.clone(), after))
    }
}

/// A bounded read: a tail that stops.
pub(crate) struct NatsBlocks {
    from: Position,
    state: Reading,
}

enum Reading {
    Starting(BoxFuture<'static, Result<(NatsTail, Position)>>),
    Running(Box<NatsTail>, Position),
    Done,
}

impl fmt::Debug for NatsBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsBlocks").field("from", &self.from).finish_non_exhaustive()
    }
}

impl NatsBlocks {
    pub(crate) async fn next(&mut self) -> Option<Result<SealedBlock>> {
        loop {
            match &mut self.state {
                Reading::Done => return None,
                Reading::Starting(starting) => match starting.await {
                    Ok((tail, to)) => self.state = Reading::Running(Box::new(tail), to),
                    Err(error) => {
                        self.state = Reading::Done;
                        return Some(Err(error));
                    }
                },
                Reading::Running(_, to) if self.from > *to => self.state = Reading::Done,
                Reading::Running(tail, to) => {
                    let to = *to;
                    let block = match tail.next(READ_MAX).await {
                        Ok(block) => block.trim(self.from, to),
                        Err(error) => {
                            self.state = Reading::Done;
                            return Some(Err(error));
                        }
                    };
                    self.from = block.last().next();
                    return Some(Ok(SealedBlock::opened(block)));
                }
            }
        }
    }
}
