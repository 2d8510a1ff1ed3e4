//! Two journals side by side, record by record.

use bytes::Bytes;

use crate::{Block, Blocks, Journal, Position, Record, Result};

/// The first position up to `to` at which the two differ in receive time or bytes, or at which one
/// has no record; `None` where they are equal.
///
/// `each` is handed the pairs before it, in order: from them the caller makes roots and progress.
///
/// # Errors
/// Those of reading: `Corrupt`, `Gap`, `Diverged`, `Io`.
pub async fn compare(
    left: &Journal,
    right: &Journal,
    to: Position,
    mut each: impl FnMut(&Record<'_>, &Record<'_>),
) -> Result<Option<Position>> {
    let (mut left, mut right) = (Side::new(left, to), Side::new(right, to));
    let mut next = Position(1);
    while next <= to {
        if !(left.fill().await? && right.fill().await?) {
            return Ok(Some(next));
        }
        let pairs = left.block.records().zip(right.block.records());
        let mut count = 0;
        for (one, other) in pairs {
            if one != other || one.position != next {
                return Ok(Some(next));
            }
            each(&one, &other);
            next = next.next();
            count += 1;
        }
        left.block.split_to(count);
        right.block.split_to(count);
    }
    Ok(None)
}

/// One of the two, and what was read of it and is not compared yet.
struct Side {
    blocks: Blocks,
    block: Block,
}

impl Side {
    fn new(journal: &Journal, to: Position) -> Self {
        let nothing = Block::new(Position(1), 0, Bytes::new());
        Self { blocks: journal.read(Position(1), to), block: nothing }
    }

    /// Reads on if everything was compared; false at the end.
    async fn fill(&mut self) -> Result<bool> {
        if self.block.is_empty() {
            let Some(block) = self.blocks.next().await else { return Ok(false) };
            self.block = block?.open()?;
        }
        Ok(true)
    }
}
