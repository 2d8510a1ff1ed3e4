//! A reader's place in a directory: walks sealed and active segments in order.

use std::path::PathBuf;
use std::sync::Arc;

use super::BLOCK_BYTES;
use super::layout;
use super::raw::Raw;
use super::sealed::Sealed;
use crate::block::{Block, SealedBlock};
use crate::{Error, Identity, Position, Result};

/// How often a segment may vanish (be sealed) between listing and opening it.
const RACES_MAX: usize = 16;

/// Hands out block after block; at the end it says so, and may be asked again later.
#[derive(Debug)]
pub(crate) struct Cursor {
    dir: Arc<PathBuf>,
    identity: Identity,
    next: Position,
    at: At,
}

#[derive(Debug)]
enum At {
    /// Not in a file yet.
    Outside,
    Active(Raw),
    /// A sealed segment and the number of its next block.
    Sealed(Sealed, usize),
}

impl Cursor {
    /// A cursor before `next`. Touches no file yet.
    pub(crate) fn new(dir: Arc<PathBuf>, identity: Identity, next: Position) -> Self {
        Self { dir, identity, next: next.max(Position(1)), at: At::Outside }
    }

    /// A cursor at the begin of the last segment: the shortest way to the end.
    pub(crate) fn at_last_segment(dir: Arc<PathBuf>, identity: Identity) -> Result<Self> {
        let last =
            layout::segments(&dir)?.last_key_value().map_or(Position(1), |(first, _)| *first);
        Ok(Self::new(dir, identity, last))
    }

    /// The position of the next record.
    pub(crate) fn next(&self) -> Position {
        self.next
    }

    /// The next block, up to `to`; `None` at what is the end now, or after `to`.
    ///
    /// What it hands out is durable: bytes of an active segment are synced first, because the
    /// writer may not have done so yet.
    pub(crate) fn next_block(&mut self, to: Position) -> Result<Option<SealedBlock>> {
        while self.next <= to {
            let from = self.next;
            match &mut self.at {
                At::Outside => {
                    if !self.locate()? {
                        return Ok(None);
                    }
                }
                At::Sealed(sealed, block) => {
                    let Some(packed) = sealed.packed(*block)? else {
                        if !self.enter(from)? {
                            return Ok(None);
                        }
                        continue;
                    };
                    self.next = sealed.slots()[*block].last().min(to).next();
                    *block += 1;
                    return Ok(Some(SealedBlock::packed(packed, from, to)));
                }
                At::Active(raw) => {
                    let Some(chunk) = raw.next_chunk(BLOCK_BYTES)? else {
                        // A segment that begins with the next position follows one that is
                        // complete: names tell that this one was rolled. An empty one begins
                        // with the next position itself.
                        if raw.next() == from && !raw.is_empty() && self.enter(from)? {
                            continue;
                        }
                        return Ok(None);
                    };
                    let block = Block::new(chunk.first, chunk.count, chunk.frames.into());
                    if block.last() < from {
                        continue;
                    }
                    raw.sync()?;
                    self.next = block.last().min(to).next();
                    return Ok(Some(SealedBlock::opened(block.trim(from, to))));
                }
            }
        }
        Ok(None)
    }

    /// Goes into the segment that holds the next position, or would hold it.
    fn locate(&mut self) -> Result<bool> {
        for _ in 0..RACES_MAX {
            let segments = layout::segments(&self.dir)?;
            let Some((&first, _)) = segments.range(..=self.next).next_back() else {
                return match segments.first_key_value() {
                    Some((&found, _)) => Err(self.gap(found)),
                    None => Ok(false),
                };
            };
            if !self.enter(first)? {
                continue; // sealed and removed since we listed
            }
            if let At::Sealed(sealed, _) = &self.at
                && sealed.last() < self.next
            {
                self.at = At::Outside;
                return match segments.range(self.next..).next() {
                    Some((&found, _)) => Err(self.gap(found)),
                    None => Ok(false),
                };
            }
            return Ok(true);
        }
        Err(Error::Busy { what: format!("the segments of {} keep moving", self.dir.display()) })
    }

    /// Goes into the segment that begins at `first`, if there is one.
    fn enter(&mut self, first: Position) -> Result<bool> {
        // A segment that vanishes as active is there as sealed, so look for that one last, too.
        for _ in 0..2 {
            if let Some(sealed) = Sealed::open(&self.dir, first, self.identity)? {
                let block = sealed.block_of(self.next);
                self.at = At::Sealed(sealed, block);
                return Ok(true);
            }
            if let Some(raw) = Raw::open(&self.dir, first, self.identity)? {
                self.at = At::Active(raw);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn gap(&self, found: Position) -> Error {
        let before = Position(self.next.0 - 1);
        Error::Gap { place: self.dir.display().to_string(), before, found }
    }
}
