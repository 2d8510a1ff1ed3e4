//! One interface over both engines.

use std::path::Path;

use crate::dir::{DirBlocks, DirJournal, DirTail, DirWriter};
use crate::nats::{NatsBlocks, NatsJournal, NatsTail, NatsWriter};
use crate::offload::Offload;
use crate::{
    Block, Entry, Error, Identity, Options, Position, Receipt, ReceiveTime, Result, SealedBlock,
};

/// A journal open for reading: any number, in any process, without a lock. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Journal {
    /// A directory of segments.
    Dir(DirJournal),
    /// A JetStream stream.
    Nats(NatsJournal),
}

/// A journal open for appending.
///
/// One process at a time for a directory, which is locked until the writer is dropped; any number
/// for a stream.
#[derive(Debug)]
pub enum Writer {
    /// A directory of segments.
    Dir(DirJournal, DirWriter),
    /// A JetStream stream.
    Nats(NatsJournal, NatsWriter),
}

/// Where a journal is.
enum Address<'a> {
    Dir(&'a Path),
    Nats(&'a str),
}

fn parse(url: &str) -> Result<Address<'_>> {
    if let Some(path) = url.strip_prefix("dir:") {
        if path.is_empty() {
            return Err(Error::config("dir: needs a path, as in dir:/var/lib/tonghop/journal"));
        }
        return Ok(Address::Dir(Path::new(path)));
    }
    if url.starts_with("nats://") || url.starts_with("tls://") {
        if url.contains('@') {
            return Err(Error::config(
                "credentials are options, never part of a nats:// address: write user:password \
                 into a file that only its owner may read, and name it with --nats-login",
            ));
        }
        return Ok(Address::Nats(url));
    }
    Err(Error::config(format!("{url:?} is no journal: use dir:PATH or nats://HOST:PORT")))
}

impl Journal {
    /// Opens `dir:PATH` or `nats://HOST:PORT`.
    ///
    /// # Errors
    /// `NotAJournal`, `Version`, `Diverged` (another identity than the wished one), `Server`.
    pub async fn open(url: &str, options: &Options) -> Result<Self> {
        match parse(url)? {
            Address::Dir(path) => DirJournal::open(path, options).await.map(Self::Dir),
            Address::Nats(url) => NatsJournal::open(url, options).await.map(Self::Nats),
        }
    }

    /// Which journal this is.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Dir(dir) => dir.identity(),
            Self::Nats(nats) => nats.identity(),
        }
    }

    /// What could not be verified when the journal was opened, in sentences for the operator.
    pub fn warnings(&self) -> Vec<String> {
        match self {
            Self::Dir(_) => Vec::new(),
            Self::Nats(nats) => nats.warnings().to_vec(),
        }
    }

    /// Why a power cut may take back what was acknowledged, as far as it is known since somebody last
    /// looked: the server does not sync always, or nobody could verify that it does.
    pub fn unsynced(&self) -> Option<String> {
        match self {
            Self::Dir(_) => None,
            Self::Nats(nats) => nats.unsynced(),
        }
    }

    /// Looks again, as is done when the journal is opened: the same.
    pub async fn look_at_sync(&self) -> Option<String> {
        match self {
            Self::Dir(_) => None,
            Self::Nats(nats) => nats.look_at_sync().await,
        }
    }

    /// The last position; 0 when empty.
    pub async fn end(&self) -> Result<Position> {
        match self {
            Self::Dir(dir) => dir.end().await,
            Self::Nats(nats) => nats.end().await,
        }
    }

    /// The blocks that hold `from..=to`, as far as they exist.
    ///
    /// For a directory, [`DirJournal::read`] gives the same as an iterator for plain threads.
    pub fn read(&self, from: Position, to: Position) -> Blocks {
        Blocks(match self {
            Self::Dir(dir) => InnerBlocks::Dir(Offload::new(dir.read(from, to))),
            Self::Nats(nats) => InnerBlocks::Nats(Box::new(nats.read(from, to))),
        })
    }

    /// Follows the journal after this position.
    ///
    /// # Errors
    /// `Diverged`, if the journal ends before `after`.
    pub async fn tail(&self, after: Position) -> Result<Tail> {
        Ok(Tail(match self {
            Self::Dir(dir) => InnerTail::Dir(dir.tail(after).await?),
            Self::Nats(nats) => InnerTail::Nats(Box::new(nats.tail(after).await?)),
        }))
    }

    /// One record, or `None` if the journal has no such position.
    pub async fn record(&self, position: Position) -> Result<Option<(ReceiveTime, Vec<u8>)>> {
        match self {
            Self::Dir(dir) => dir.record(position).await,
            Self::Nats(nats) => nats.record(position).await,
        }
    }
}

impl Writer {
    /// Opens `dir:PATH` or `nats://HOST:PORT` for appending.
    ///
    /// A directory is locked and put into order first: a torn tail is cut, sealing is finished.
    ///
    /// # Errors
    /// As [`Journal::open`], and `Locked`, `Corrupt`, `Gap`.
    pub async fn open(url: &str, options: &Options) -> Result<Self> {
        match Journal::open(url, options).await? {
            Journal::Dir(dir) => {
                let writer = DirWriter::open(&dir, options).await?;
                Ok(Self::Dir(dir, writer))
            }
            Journal::Nats(nats) => {
                let writer = NatsWriter::open(&nats, options).await?;
                Ok(Self::Nats(nats, writer))
            }
        }
    }

    /// The same journal for reading.
    pub fn journal(&self) -> Journal {
        match self {
            Self::Dir(dir, _) => Journal::Dir(dir.clone()),
            Self::Nats(nats, _) => Journal::Nats(nats.clone()),
        }
    }

    /// Appends the batch in order and returns when it is durable, a receipt for each entry.
    ///
    /// After any failure the same batch may be appended again. What was stored of it before the
    /// failure stays: within its window the `nats` engine then answers `duplicate`; the `dir`
    /// engine stores it a second time. Readers tell facts apart by their keys, not by position.
    ///
    /// # Errors
    /// `TooLarge`, `Empty`, `Route`, `Clock` (nothing was stored), `Full`, `Busy`, `Stopped`, `Io`.
    pub async fn append(&mut self, batch: &[Entry]) -> Result<Vec<Receipt>> {
        match self {
            Self::Dir(_, dir) => dir.append(batch).await,
            Self::Nats(_, nats) => nats.append(batch).await,
        }
    }
}

/// What [`Journal::read`] gives.
#[derive(Debug)]
pub struct Blocks(InnerBlocks);

#[derive(Debug)]
enum InnerBlocks {
    Dir(Offload<DirBlocks, Option<Result<SealedBlock>>>),
    Nats(Box<NatsBlocks>),
}

impl Blocks {
    /// The next block; `None` after the last. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<SealedBlock>> {
        match &mut self.0 {
            InnerBlocks::Dir(blocks) => blocks.run(Iterator::next).await,
            InnerBlocks::Nats(blocks) => blocks.next().await,
        }
    }
}

/// What [`Journal::tail`] gives.
#[derive(Debug)]
pub struct Tail(InnerTail);

#[derive(Debug)]
enum InnerTail {
    Dir(DirTail),
    Nats(Box<NatsTail>),
}

impl Tail {
    /// Waits until there is a record, and returns what there is at once, at most `records_max`.
    ///
    /// Cancel-safe: a record is handed out exactly once, by a call that completes. A server that
    /// is away is waited for.
    ///
    /// # Errors
    /// `Diverged`, `Gap`, `Corrupt`, `Io`: the tail is of no more use.
    pub async fn next(&mut self, records_max: usize) -> Result<Block> {
        match &mut self.0 {
            InnerTail::Dir(tail) => tail.next(records_max).await,
            InnerTail::Nats(tail) => tail.next(records_max).await,
        }
    }
}
