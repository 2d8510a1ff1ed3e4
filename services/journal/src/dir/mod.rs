//! The `dir` engine: a directory of segment files. Also the archive and the body of audit packs.

mod birth;
mod cursor;
mod files;
mod layout;
mod lock;
mod manifest;
mod raw;
mod recover;
mod seal;
pub(crate) mod sealed;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;

use self::cursor::Cursor;
use self::writer::{Appender, Received};
use crate::offload::Offload;
use crate::{
    Block, Entry, Error, Identity, Options, Position, Receipt, ReceiveTime, Result, SealedBlock,
};

/// About how many bytes of frames are one block: read at once, compressed together.
const BLOCK_BYTES: usize = 1 << 20;
/// How often a tail looks for new records, shortly after it found some, and otherwise.
const POLL_ACTIVE: Duration = Duration::from_millis(5);
const POLL_QUIET: Duration = Duration::from_millis(15);
const ACTIVE: Duration = Duration::from_secs(1);

/// Blocks of [`DirJournal::read`]: an ordinary iterator, for ordinary threads.
#[derive(Debug)]
pub struct DirBlocks {
    cursor: Cursor,
    to: Position,
    failed: bool,
}

impl Iterator for DirBlocks {
    type Item = Result<SealedBlock>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let block = self.cursor.next_block(self.to).transpose();
        self.failed = matches!(block, Some(Err(_)));
        block
    }
}

/// A directory open for reading. Takes no lock; cheap to clone.
#[derive(Clone, Debug)]
pub struct DirJournal {
    dir: Arc<PathBuf>,
    identity: Identity,
    /// Remembers where the end was, so that asking again reads only what is new.
    end: Arc<Mutex<Option<Cursor>>>,
}

impl DirJournal {
    pub(crate) async fn open(dir: &Path, options: &Options) -> Result<Self> {
        let dir = Arc::new(dir.to_owned());
        let identity = blocking({
            let (dir, options) = (Arc::clone(&dir), options.clone());
            move || {
                let wait = options.dir.lock_wait;
                birth::open_or_create(&dir, options.create, options.identity, wait)
            }
        })
        .await?;
        Ok(Self { dir, identity, end: Arc::default() })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Which journal this is.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// The blocks that hold `from..=to`, as far as they exist when the iterator gets there.
    pub fn read(&self, from: Position, to: Position) -> DirBlocks {
        DirBlocks { cursor: self.cursor(from), to, failed: false }
    }

    fn cursor(&self, from: Position) -> Cursor {
        Cursor::new(Arc::clone(&self.dir), self.identity, from)
    }

    pub(crate) async fn end(&self) -> Result<Position> {
        let this = self.clone();
        blocking(move || {
            let mut end = this.end.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let mut cursor = match end.take() {
                Some(cursor) => cursor,
                None => Cursor::at_last_segment(Arc::clone(&this.dir), this.identity)?,
            };
            while cursor.next_block(Position(u64::MAX))?.is_some() {}
            let next = cursor.next();
            *end = Some(cursor);
            Ok(Position(next.0 - 1))
        })
        .await
    }

    pub(crate) async fn record(&self, at: Position) -> Result<Option<(ReceiveTime, Vec<u8>)>> {
        if at == Position(0) {
            return Ok(None);
        }
        let mut blocks = self.read(at, at);
        blocking(move || {
            let Some(block) = blocks.next().transpose()? else { return Ok(None) };
            let block = block.open()?;
            Ok(block.records().next().map(|record| (record.received, record.bytes.to_vec())))
        })
        .await
    }

    pub(crate) async fn tail(&self, after: Position) -> Result<DirTail> {
        let end = self.end().await?;
        if after > end {
            return Err(Error::lost_end(end, after));
        }
        let cursor = Offload::new(self.cursor(after.next()));
        Ok(DirTail { cursor, ready: None, active_at: Instant::now() })
    }
}

/// Follows a directory. Another process may write it, so it looks again and again.
#[derive(Debug)]
pub(crate) struct DirTail {
    cursor: Offload<Cursor, Result<Option<Block>>>,
    /// What was read and not yet handed out.
    ready: Option<Block>,
    active_at: Instant,
}

impl DirTail {
    pub(crate) async fn next(&mut self, records_max: usize) -> Result<Block> {
        loop {
            if let Some(ready) = self.ready.as_mut().filter(|block| !block.is_empty()) {
                return Ok(ready.split_to(records_max.max(1) as u64));
            }
            let found = self
                .cursor
                .run(|cursor| {
                    cursor.next_block(Position(u64::MAX))?.map(SealedBlock::open).transpose()
                })
                .await?;
            if found.is_some() {
                self.active_at = Instant::now();
                self.ready = found;
                continue;
            }
            let active = self.active_at.elapsed() < ACTIVE;
            tokio::time::sleep(if active { POLL_ACTIVE } else { POLL_QUIET }).await;
        }
    }
}

/// A directory open for appending: holds its lock until dropped.
#[derive(Debug)]
pub struct DirWriter {
    appender: Arc<Mutex<Appender>>,
}

impl DirWriter {
    pub(crate) async fn open(journal: &DirJournal, options: &Options) -> Result<Self> {
        let (dir, identity) = (Arc::clone(&journal.dir), journal.identity);
        let (options, clock) = (options.dir.clone(), options.clock.clone());
        let opening = move || Appender::open(dir, identity, &options, clock);
        let appender = blocking(opening).await?;
        Ok(Self { appender: Arc::new(Mutex::new(appender)) })
    }

    pub(crate) async fn append(&mut self, batch: &[Entry]) -> Result<Vec<Receipt>> {
        let records: Vec<Bytes> = batch.iter().map(|entry| entry.bytes.clone()).collect();
        let count = records.len() as u64;
        let first = self.work(move |appender| appender.append(&records, &Received::Now)).await?;
        let positions = (first.0..first.0 + count).map(Position);
        Ok(positions.map(|position| Receipt { position, duplicate: false }).collect())
    }

    /// Appends a block of another journal with its positions and receive times: archiving.
    ///
    /// # Errors
    /// `Gap`, if the block does not begin right after the end.
    pub async fn copy(&mut self, block: &Block) -> Result<()> {
        let block = block.clone();
        self.work(move |appender| {
            if block.first() != appender.end().next() {
                let place = "the archive".into();
                return Err(Error::Gap { place, before: appender.end(), found: block.first() });
            }
            let (times, records): (Vec<_>, Vec<_>) = block
                .records()
                .map(|record| (record.received, Bytes::copy_from_slice(record.bytes)))
                .unzip();
            appender.append(&records, &Received::At(&times)).map(|_| ())
        })
        .await
    }

    /// Seals everything now: what a pack or a backup wants before it copies the files.
    pub async fn seal(&mut self) -> Result<()> {
        self.work(Appender::seal).await
    }

    /// Runs on a blocking thread. If the caller goes away, the work is still done whole.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Appender) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let appender = Arc::clone(&self.appender);
        blocking(move || {
            work(&mut appender.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.expect("the work neither panics nor is aborted")
}
