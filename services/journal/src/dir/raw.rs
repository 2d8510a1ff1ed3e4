//! Reading an active segment: frames, of which the last may be torn.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::layout::{self, HEADER, Kind};
use crate::frame::{self, Parsed, Rest};
use crate::{Error, Identity, Position, ReceiveTime, Result};

/// An open active segment and how far it was read.
#[derive(Debug)]
pub(crate) struct Raw {
    file: File,
    path: PathBuf,
    next: Position,
    offset: u64,
    /// Length and time of the file when nothing whole was found at `offset`.
    torn: Option<(u64, SystemTime)>,
}

/// A run of whole, verified frames.
pub(crate) struct Chunk {
    pub(crate) first: Position,
    pub(crate) count: u64,
    pub(crate) last_received: ReceiveTime,
    pub(crate) frames: Vec<u8>,
}

impl Raw {
    /// Opens the file; `None` if there is no such file.
    pub(crate) fn open(dir: &Path, first: Position, identity: Identity) -> Result<Option<Self>> {
        let path = layout::path(dir, first, Kind::Active);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io("open", &path)(e)),
        };
        let mut raw = Self { file, path, next: first, offset: 0, torn: None };
        let header = raw.read(HEADER)?;
        layout::check_header(&header, &raw.path, Kind::Active, identity, first)?;
        raw.offset = HEADER as u64;
        Ok(Some(raw))
    }

    /// The position of the next record, if there is one.
    pub(crate) fn next(&self) -> Position {
        self.next
    }

    /// Whether no frame was found so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.offset == HEADER as u64
    }

    /// Where the frames read so far end.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next whole frames, about `bytes` of them; `None` where the whole frames end for now.
    ///
    /// # Errors
    /// `Corrupt`, if what comes next is neither a whole frame nor the beginning of one.
    pub(crate) fn next_chunk(&mut self, bytes: usize) -> Result<Option<Chunk>> {
        let state = self.state()?;
        if state.0 <= self.offset || self.torn == Some(state) {
            return Ok(None);
        }
        let mut frames = self.read(bytes)?;
        let mut run = frame::run(&frames);
        if let (0, Parsed::Short { needed }) = (run.count, &run.stop)
            && *needed > frames.len()
        {
            frames = self.read(*needed)?;
            run = frame::run(&frames);
        }
        let Some(last_received) = run.last else {
            self.torn = self.check_torn(state)?.then_some(state);
            return Ok(None);
        };
        frames.truncate(run.end);
        let first = self.next;
        self.next.0 += run.count;
        self.offset += run.end as u64;
        Ok(Some(Chunk { first, count: run.count, last_received, frames }))
    }

    /// Nothing whole begins here: a torn tail, or damage. False: a writer is changing the file in
    /// this moment, look again.
    fn check_torn(&self, state: (u64, SystemTime)) -> Result<bool> {
        let rest = self.read(usize::MAX)?;
        let Rest::Damaged(what) = frame::judge(&rest) else { return Ok(true) };
        // A writer that cuts a tail and appends while we read mixes old bytes with new ones.
        if self.state()? != state || self.read(usize::MAX)? != rest {
            return Ok(false);
        }
        Err(Error::corrupt(&self.path, self.offset, what))
    }

    /// Length and time of the file.
    fn state(&self) -> Result<(u64, SystemTime)> {
        let about = self.file.metadata().map_err(Error::io("inspect", &self.path))?;
        Ok((about.len(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
    }

    /// What follows the frames read so far.
    pub(crate) fn tail(&self) -> Result<Vec<u8>> {
        self.read(usize::MAX)
    }

    /// Fails unless the file ends exactly after the frames read so far.
    pub(crate) fn expect_end(&self) -> Result<()> {
        let len = self.file.metadata().map_err(Error::io("inspect", &self.path))?.len();
        if len == self.offset {
            return Ok(());
        }
        Err(Error::corrupt(&self.path, self.offset, "a torn frame in a segment that is complete"))
    }

    /// Makes what was read durable, so that no power cut can take it back.
    pub(crate) fn sync(&self) -> Result<()> {
        match self.file.sync_data() {
            // Read-only media, such as a disc with an audit pack: nothing there is unwritten.
            Err(e)
                if matches!(e.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::InvalidInput) =>
            {
                Ok(())
            }
            result => result.map_err(Error::io("sync", &self.path)),
        }
    }

    /// Up to `bytes` from the offset; fewer at the end of the file.
    fn read(&self, bytes: usize) -> Result<Vec<u8>> {
        let len = self.file.metadata().map_err(Error::io("inspect", &self.path))?.len();
        let left = usize::try_from(len.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let mut buffer = vec![0; left.min(bytes)];
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read_at(&mut buffer[filled..], self.offset + filled as u64) {
                Ok(0) => break, // cut by a writer in this moment
                Ok(n) => filled += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::io("read", &self.path)(e)),
            }
        }
        buffer.truncate(filled);
        Ok(buffer)
    }
}
