//! Keeping an archive: a tail of the journal whose blocks are written into a directory as they are.

use std::path::Path;

use crate::{Clock, DirWriter, Error, Journal, Options, Position, Result, Tail, Writer};

/// Copies a journal into a directory, from where the directory ends, block by block.
///
/// The archive's end is the only memory there is: whoever is killed at any moment goes on by
/// opening again. The directory is locked meanwhile.
#[derive(Debug)]
pub struct Archiver {
    tail: Tail,
    archive: Journal,
    writer: DirWriter,
    end: Position,
}

impl Archiver {
    /// Opens the archive in this directory, or begins it where the directory is absent or empty,
    /// and makes sure that it is the beginning of the journal.
    ///
    /// # Errors
    /// `Diverged`: the archive is of another journal, ends behind it, or ends with another record;
    /// `Config`: it is the journal itself; and as [`Writer::open`].
    pub async fn open(source: &Journal, archive: &Path, options: &Options) -> Result<Self> {
        refuse_itself(source, archive)?;
        let wanted = Some(source.identity());
        // Times are copied, not given.
        let clock = Clock::trusted();
        let mut options = Options { create: true, identity: wanted, clock, ..options.clone() };
        // What is known of the journal, its archive may not have yet.
        options.dir.known.clear();
        let url = format!("dir:{}", archive.display());
        let Writer::Dir(archive, writer) = Writer::open(&url, &options).await? else {
            return Err(Error::config("an archive is a directory"));
        };
        let archive = Journal::Dir(archive);
        let end = archive.end().await?;
        check_end(source, &archive, end).await?;
        let tail = source.tail(end).await?;
        Ok(Self { tail, archive, writer, end })
    }

    /// The last position that is durable in the archive.
    pub fn end(&self) -> Position {
        self.end
    }

    /// The archive, for reading.
    pub fn archive(&self) -> &Journal {
        &self.archive
    }

    /// Waits until the journal has more, copies what there is at once, at most `records_max`
    /// records, and returns the new end when it is durable.
    ///
    /// A call may be dropped; the archive stays whole, and is then to be opened again.
    ///
    /// # Errors
    /// As [`Tail::next`], and `Full`, `Stopped`, `Io`: open the archive again.
    pub async fn next(&mut self, records_max: usize) -> Result<Position> {
        let block = self.tail.next(records_max).await?;
        self.writer.copy(&block).await?;
        // If we crash before this line, the archive ends with some whole frame of the block, and
        // the next tail begins behind it.
        self.end = block.last();
        Ok(self.end)
    }
}

/// The archive's last record is the journal's at that place; then all before it are, because only
/// copies of this journal were ever written there, in order.
async fn check_end(source: &Journal, archive: &Journal, end: Position) -> Result<()> {
    let diverged = |what| Err(Error::Diverged { what });
    let found = source.end().await?;
    if found < end {
        return diverged(format!("it ends at position {found}, its archive at {end}"));
    }
    if source.record(end).await? != archive.record(end).await? {
        return diverged(format!("at position {end} it has another record than its archive"));
    }
    Ok(())
}

fn refuse_itself(source: &Journal, archive: &Path) -> Result<()> {
    let Journal::Dir(source) = source else { return Ok(()) };
    let same = match (source.path().canonicalize(), archive.canonicalize()) {
        (Ok(source), Ok(archive)) => source == archive,
        // What is not there yet is no journal.
        _ => false,
    };
    if same {
        let what = format!("{} is the journal itself; name another directory", archive.display());
        return Err(Error::config(what));
    }
    Ok(())
}
