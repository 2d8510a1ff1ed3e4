//! A block: a run of consecutive records in one buffer.

use bytes::Bytes;

use crate::dir::sealed::Packed;
use crate::frame;
use crate::{Position, ReceiveTime, Result};

/// A run of consecutive records in one buffer. Cloning and splitting share the buffer.
#[derive(Clone, Debug)]
pub struct Block {
    first: Position,
    count: u64,
    /// Whole frames, verified when the block was made.
    frames: Bytes,
}

/// One record of a [`Block`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its place in the journal.
    pub position: Position,
    /// When the journal took it.
    pub received: ReceiveTime,
    /// The bytes that were appended.
    pub bytes: &'a [u8],
}

impl Block {
    /// `frames` must be `count` whole frames.
    pub(crate) fn new(first: Position, count: u64, frames: Bytes) -> Self {
        Self { first, count, frames }
    }

    /// A block of records that come from elsewhere than a journal, such as a copy of one.
    pub fn of<'a>(
        first: Position,
        records: impl IntoIterator<Item = (ReceiveTime, &'a [u8])>,
    ) -> Self {
        let mut builder = BlockBuilder { first, ..BlockBuilder::default() };
        for (received, bytes) in records {
            builder.push(first, received, bytes);
        }
        builder.take()
    }

    /// The position of the first record; what would be the first, if the block is empty.
    pub fn first(&self) -> Position {
        self.first
    }

    /// The position of the last record; the one before [`Block::first`], if the block is empty.
    pub fn last(&self) -> Position {
        Position((self.first.0 + self.count).saturating_sub(1))
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.count).expect("a block is in memory")
    }

    /// Whether there are none. Readers never hand out such a block.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The records in order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let mut position = self.first;
        let mut offset = 0;
        std::iter::from_fn(move || {
            let frame = frame::step(&self.frames, offset)?;
            offset = frame.bytes.end;
            let received = frame.received;
            let record = Record { position, received, bytes: &self.frames[frame.bytes] };
            position = position.next();
            Some(record)
        })
    }

    /// Keeps the records from `from` to `to`, both included.
    #[must_use]
    pub(crate) fn trim(mut self, from: Position, to: Position) -> Self {
        let before = from.0.saturating_sub(self.first.0).min(self.count);
        self.split_to(before);
        let keep = to.0.saturating_add(1).saturating_sub(self.first.0);
        self.split_to(keep)
    }

    /// Takes the first `count` records off, or all.
    pub(crate) fn split_to(&mut self, count: u64) -> Self {
        if count >= self.count {
            let rest = Self::new(Position(self.first.0 + self.count), 0, Bytes::new());
            return std::mem::replace(self, rest);
        }
        let mut offset = 0;
        for _ in 0..count {
            offset = frame::step(&self.frames, offset).map_or(offset, |frame| frame.bytes.end);
        }
        let head = Self::new(self.first, count, self.frames.split_to(offset));
        self.first.0 += count;
        self.count -= count;
        head
    }
}

/// Collects records that arrive one by one into a block.
#[derive(Debug, Default)]
pub(crate) struct BlockBuilder {
    first: Position,
    count: u64,
    frames: Vec<u8>,
}

impl BlockBuilder {
    pub(crate) fn push(&mut self, position: Position, received: ReceiveTime, bytes: &[u8]) {
        if self.count == 0 {
            self.first = position;
        }
        frame::encode(&mut self.frames, received, bytes);
        self.count += 1;
    }

    pub(crate) fn len(&self) -> u64 {
        self.count
    }

    pub(crate) fn bytes_len(&self) -> usize {
        self.frames.len()
    }

    /// The block so far; the builder is empty again.
    pub(crate) fn take(&mut self) -> Block {
        let built = std::mem::take(self);
        Block::new(built.first, built.count, built.frames.into())
    }
}

/// A block that is not yet decompressed and verified, so that worker threads can do that part.
#[derive(Debug)]
pub struct SealedBlock(Inner);

#[derive(Debug)]
enum Inner {
    Packed { packed: Packed, from: Position, to: Position },
    Open(Block),
}

impl From<Block> for SealedBlock {
    fn from(block: Block) -> Self {
        Self::opened(block)
    }
}

impl SealedBlock {
    pub(crate) fn packed(packed: Packed, from: Position, to: Position) -> Self {
        Self(Inner::Packed { packed, from, to })
    }

    pub(crate) fn opened(block: Block) -> Self {
        Self(Inner::Open(block))
    }

    /// The position of its last record.
    pub fn last(&self) -> Position {
        match &self.0 {
            Inner::Packed { packed, to, .. } => packed.last().min(*to),
            Inner::Open(block) => block.last(),
        }
    }

    /// Decompresses and verifies.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] names the file and the offset.
    pub fn open(self) -> Result<Block> {
        match self.0 {
            Inner::Packed { packed, from, to } => Ok(packed.open()?.trim(from, to)),
            Inner::Open(block) => Ok(block),
        }
    }
}
