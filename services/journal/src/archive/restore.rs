//! Restoring: the archive's records published into an empty journal, as they were.

use super::compare;
use crate::{Block, Clock, Error, Journal, Options, Position, Record, Result, Writer};

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// The restored journal, for reading.
    pub journal: Journal,
    /// Its end, and the archive's.
    pub end: Position,
    /// How many records it held already, of an earlier restore.
    pub before: u64,
}

/// Publishes an archive into an empty stream or directory under the archive's identity; makes it if
/// it is absent. Nobody else may append meanwhile.
///
/// A restore that failed half-way is gone on with by the same call. `route` tells the subject of a
/// record for the `nats` engine; `told` is handed the end after every durable block. The caller
/// compares the two afterwards with [`compare`].
///
/// # Errors
/// `Occupied`: it holds another journal, or something else than the archive's first records;
/// nothing was written; `Unsynced`, where [`needs_sync`](crate::NatsOptions::needs_sync) is asked for. As
/// [`Writer::open`], [`Writer::append`] and of reading the archive: what
/// was restored stays. `Gap`: somebody else appended meanwhile.
pub async fn restore(
    archive: &Journal,
    target: &str,
    options: &Options,
    route: impl Fn(&Record<'_>) -> String,
    mut told: impl FnMut(Position),
) -> Result<Restored> {
    let end = archive.end().await?;
    let identity = Some(archive.identity());
    let clock = Clock::trusted();
    let mut options = Options { create: true, identity, clock, ..options.clone() };
    // What is known of the journal is what is being brought back.
    options.dir.known.clear();
    let mut writer = match Writer::open(target, &options).await {
        Err(Error::Diverged { what }) => return Err(Error::Occupied { what }),
        opened => opened?,
    };
    let journal = writer.journal();
    if let (true, Some(why)) = (options.nats.needs_sync, journal.unsynced()) {
        return Err(Error::Unsynced { why });
    }
    let before = journal.end().await?;
    check_beginning(archive, end, &journal, before).await?;
    let mut blocks = archive.read(before.next(), end);
    while let Some(block) = blocks.next().await {
        let block = block?.open()?;
        push(&mut writer, &block, &route).await?;
        // If we crash here, the target holds whole records up to here or the middle of the next
        // block; the next restore compares them and goes on behind them.
        told(block.last());
    }
    Ok(Restored { journal, end, before: before.0 })
}

async fn push(
    writer: &mut Writer,
    block: &Block,
    route: impl Fn(&Record<'_>) -> String,
) -> Result<()> {
    match writer {
        Writer::Dir(_, dir) => dir.copy(block).await,
        Writer::Nats(_, nats) => nats.restore(block, route).await,
    }
}

/// What the target holds already are the archive's first records.
async fn check_beginning(
    archive: &Journal,
    end: Position,
    target: &Journal,
    before: Position,
) -> Result<()> {
    if before > end {
        let what = format!("it ends at position {before}, the archive at {end}");
        return Err(Error::Occupied { what });
    }
    match compare(archive, target, before, |_, _| {}).await? {
        None => Ok(()),
        Some(at) => {
            let what = format!("its record at position {at} is not the archive's");
            Err(Error::Occupied { what })
        }
    }
}
