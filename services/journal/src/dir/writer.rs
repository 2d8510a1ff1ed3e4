//! The one writer of a directory: appends frames, syncs once per append, rolls segments.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use bytes::Bytes;

use super::layout::{self, HEADER, Kind};
use super::lock::Lock;
use super::{BLOCK_BYTES, files, recover, seal};
use crate::frame;
use crate::options::DirOptions;
use crate::{Clock, Error, Identity, Known, Position, RECORD_BYTES_MAX, ReceiveTime, Result};

/// Holds the lock and the active segment. Its functions block the thread.
#[derive(Debug)]
pub(crate) struct Appender {
    dir: Arc<PathBuf>,
    identity: Identity,
    segment_bytes_max: u64,
    file: File,
    path: PathBuf,
    /// The first position of the active segment.
    first: Position,
    /// The length of the active segment: whole frames only.
    len: u64,
    end: Position,
    clock: Clock,
    /// A write or sync failed and could not be undone: the file is in doubt.
    stopped: bool,
    unsealed: Vec<Position>,
    sealing: Option<JoinHandle<Vec<Position>>>,
    /// Last, so that everything else is finished when it is released.
    _lock: Lock,
}

/// When a record was received: now, or as the journal it is copied from says.
pub(crate) enum Received<'a> {
    Now,
    At(&'a [ReceiveTime]),
}

impl Appender {
    /// Takes the lock, recovers, and is ready to append.
    pub(crate) fn open(
        dir: Arc<PathBuf>,
        identity: Identity,
        options: &DirOptions,
        clock: Clock,
    ) -> Result<Self> {
        let lock = Lock::take(&dir, options.lock_wait)?;
        let known = Known::most(&options.known, identity);
        let found = recover::recover(&dir, identity, known)?;
        let (first, file, len) = match found.active {
            Some((first, len)) => {
                let path = layout::path(&dir, first, Kind::Active);
                (first, recover::open_for_writing(&path)?, len)
            }
            None => {
                let first = found.end.next();
                (first, create_active(&dir, first, identity)?, HEADER as u64)
            }
        };
        clock.learn((found.end > Position(0)).then_some(found.last_received));
        let mut appender = Self {
            path: layout::path(&dir, first, Kind::Active),
            dir,
            identity,
            segment_bytes_max: options.segment_bytes_max,
            file,
            first,
            len,
            end: found.end,
            clock,
            stopped: false,
            unsealed: found.unsealed,
            sealing: None,
            _lock: lock,
        };
        appender.start_sealing();
        Ok(appender)
    }

    /// The last position, acknowledged or about to be.
    pub(crate) fn end(&self) -> Position {
        self.end
    }

    /// Appends all records and syncs; the positions are consecutive from the returned one.
    pub(crate) fn append(&mut self, records: &[Bytes], received: &Received) -> Result<Position> {
        match received {
            Received::Now => check_sizes(records, 1, RECORD_BYTES_MAX)?,
            // A copy keeps whatever its source has.
            Received::At(_) => check_sizes(records, 0, frame::FRAME_BYTES_MAX)?,
        }
        if self.stopped {
            return Err(Error::Stopped { path: self.dir.as_ref().clone() });
        }
        // One time for all that is appended at once, known before anything is written.
        let now = match received {
            Received::Now => self.clock.check()?,
            Received::At(_) => ReceiveTime::default(),
        };
        let first = self.end.next();
        let mut buffer = Vec::new();
        let mut done = 0;
        while done < records.len() {
            if self.len >= self.segment_bytes_max {
                self.roll()?;
                self.start_sealing();
            }
            buffer.clear();
            let room = self.segment_bytes_max - self.len.min(self.segment_bytes_max);
            let before = done;
            while done < records.len() && buffer.len() < BLOCK_BYTES && (buffer.len() as u64) < room
            {
                let time = match received {
                    Received::Now => now,
                    // As it is, even if the clock of the server it comes from went back.
                    Received::At(times) => times[done],
                };
                frame::encode(&mut buffer, time, &records[done]);
                self.clock.learn(Some(time));
                done += 1;
            }
            self.write(&buffer, (done - before) as u64)?;
        }
        self.sync()?;
        // If we crash before this line, nobody was told these positions; whole frames that reached
        // the disk stay, and the caller's retry appends the records again.
        Ok(first)
    }

    fn write(&mut self, frames: &[u8], count: u64) -> Result<()> {
        if let Err(e) = self.file.write_all(frames) {
            self.keep_whole_frames(frames);
            return Err(Error::io("write", &self.path)(e));
        }
        self.len += frames.len() as u64;
        self.end.0 += count;
        Ok(())
    }

    /// After a short write: cuts the partial frame off. Whole frames stay, because a reader that
    /// tails the file may already have handed them out.
    fn keep_whole_frames(&mut self, frames: &[u8]) {
        let Ok(about) = self.file.metadata() else {
            self.stopped = true;
            return;
        };
        let written = usize::try_from(about.len().saturating_sub(self.len)).unwrap_or(0);
        let kept = frame::run(&frames[..written.min(frames.len())]);
        let len = self.len + kept.end as u64;
        match self.file.set_len(len).and_then(|()| self.file.sync_data()) {
            Ok(()) => {
                self.len = len;
                self.end.0 += kept.count;
            }
            // The partial frame is a torn tail now; opening again cuts it.
            Err(_) => self.stopped = true,
        }
    }

    fn sync(&mut self) -> Result<()> {
        self.file.sync_data().map_err(|e| {
            // After a failed sync the system may have dropped what we wrote, and the next sync
            // would succeed: nothing may be acknowledged from this file any more.
            self.stopped = true;
            Error::io("sync", &self.path)(e)
        })
    }

    /// Closes the active segment and begins the next one.
    fn roll(&mut self) -> Result<()> {
        self.sync()?;
        // If we crash here, the segment is full and the newest; the next append rolls it.
        let first = self.end.next();
        let file = create_active(&self.dir, first, self.identity)?;
        // If we crash here, there are two active segments; the next writer seals the older one.
        self.unsealed.push(self.first);
        self.path = layout::path(&self.dir, first, Kind::Active);
        (self.file, self.first, self.len) = (file, first, HEADER as u64);
        Ok(())
    }

    /// Seals what is complete, on a thread of its own that this writer waits for.
    fn start_sealing(&mut self) {
        self.finish_sealing();
        if self.unsealed.is_empty() {
            return;
        }
        let todo = std::mem::take(&mut self.unsealed);
        let (dir, identity) = (Arc::clone(&self.dir), self.identity);
        self.sealing = Some(thread::spawn(move || {
            let mut failed = Vec::new();
            for first in todo {
                if let Err(error) = seal::seal(&dir, first, identity) {
                    // The active file stays and is as good; the next roll or open tries again.
                    tracing::warn!(dir = %dir.display(), %first, %error, "cannot seal a segment");
                    failed.push(first);
                }
            }
            failed
        }));
    }

    /// Waits for the sealing thread, if one runs.
    fn finish_sealing(&mut self) {
        if let Some(sealing) = self.sealing.take() {
            let failed = sealing.join().expect("sealing returns its errors");
            self.unsealed.extend(failed);
        }
    }

    /// Seals everything now, so that the directory holds only sealed records.
    pub(crate) fn seal(&mut self) -> Result<()> {
        if self.stopped {
            return Err(Error::Stopped { path: self.dir.as_ref().clone() });
        }
        self.finish_sealing();
        if self.end >= self.first {
            self.roll()?;
        }
        while let Some(first) = self.unsealed.first().copied() {
            seal::seal(&self.dir, first, self.identity)?;
            self.unsealed.remove(0);
        }
        Ok(())
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.finish_sealing();
    }
}

/// A new active segment appears with its whole header, or not at all.
fn create_active(dir: &std::path::Path, first: Position, identity: Identity) -> Result<File> {
    let path = layout::path(dir, first, Kind::Active);
    let beside = files::temporary(&path);
    let mut file = File::create(&beside).map_err(Error::io("create", &beside))?;
    file.write_all(&layout::header(Kind::Active, identity, first))
        .map_err(Error::io("write", &beside))?;
    files::finish(&file, &path)?;
    recover::open_for_writing(&path)
}

fn check_sizes(records: &[Bytes], bytes_min: usize, bytes_max: usize) -> Result<()> {
    for bytes in records {
        if bytes.len() < bytes_min {
            return Err(Error::Empty);
        }
        if bytes.len() > bytes_max {
            return Err(Error::TooLarge { bytes: bytes.len(), bytes_max });
        }
    }
    Ok(())
}
