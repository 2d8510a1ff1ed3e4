//! sled: one tree, one batch at a time, many batches in one flush, its panics caught; handed nothing
//! while the disk has no room for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sled::{Batch, Db, IVec, Mode};

use crate::error::is_full;
use crate::{Error, Result};

/// Bytes of pages that sled keeps in memory.
const CACHE_BYTES: u64 = 32 << 20;
const RETRY: Duration = Duration::from_millis(10);
/// A batch here has some thousand short rows at most; the rest is for sled's own segments.
const ROOM_BYTES: u64 = 4 << 20;

/// The one tree, and where it is.
#[derive(Debug)]
pub(super) struct Engine {
    db: Db,
    path: PathBuf,
    /// Batches so far.
    applied: AtomicU64,
    /// How many of them are on the disk.
    flushed: Mutex<u64>,
    /// A flush failed: sled takes nothing any more, and may hang when it is let go.
    failed: AtomicBool,
}

/// A batch that was applied, and is to be flushed before it counts.
#[must_use]
pub(super) struct Applied(u64);

impl Engine {
    /// Opens, or makes, the rows; another process may take so long to let go.
    pub(super) fn open(path: &Path, wait: Duration) -> Result<Engine> {
        room(if path.exists() { path } else { path.parent().unwrap_or(path) })?;
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .mode(Mode::HighThroughput)
            .flush_every_ms(None);
        let end = Instant::now() + wait;
        loop {
            let error = match catch_unwind(AssertUnwindSafe(|| config.open())) {
                Ok(Ok(db)) => {
                    return Ok(Engine {
                        db,
                        path: path.to_owned(),
                        applied: AtomicU64::new(0),
                        flushed: Mutex::new(0),
                        failed: AtomicBool::new(false),
                    });
                }
                Ok(Err(error)) => error,
                Err(_) => return Err(damaged(path, "sled panicked at its files")),
            };
            let is_locked = matches!(&error, sled::Error::Io(e)
                if e.to_string().contains("could not acquire lock"));
            match is_locked {
                true if Instant::now() < end => std::thread::sleep(RETRY),
                true => return Err(Error::Locked { path: path.to_owned() }),
                false => return Err(mapped("open", path, error)),
            }
        }
    }

    /// Applies a batch, all of it or nothing: others see it at once, the disk has it after
    /// [`Engine::flush`].
    pub(super) fn apply(&self, batch: Batch) -> Result<Applied> {
        // What was applied is flushed all the same: there was room when it was.
        room(&self.path)?;
        self.guard("write", || self.db.apply_batch(batch))?;
        Ok(Applied(self.applied.fetch_add(1, Ordering::AcqRel) + 1))
    }

    /// Returns when a batch is on the disk. Of many that wait at once, one flushes for all.
    pub(super) fn flush(&self, Applied(number): Applied) -> Result<()> {
        let mut flushed = self.flushed.lock().unwrap_or_else(PoisonError::into_inner);
        if *flushed >= number {
            return Ok(());
        }
        let applied = self.applied.load(Ordering::Acquire);
        // If we crash here, batches that nobody was told of may or may not be there: each is whole.
        if let Err(error) = self.guard("flush", || self.db.flush()) {
            self.failed.store(true, Ordering::Release);
            return Err(error);
        }
        *flushed = applied;
        Ok(())
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>> {
        self.guard("read", || self.db.get(key))
    }

    /// Rows whose key begins with `prefix`, in order of their keys, as long as `visit` says so.
    pub(super) fn scan(
        &self,
        prefix: &[u8],
        visit: impl FnMut(&[u8], &[u8]) -> Result<bool>,
    ) -> Result<()> {
        let mut rows = self.db.scan_prefix(prefix);
        self.walk(|| rows.next(), visit)
    }

    /// The same from the last to the first.
    pub(super) fn scan_back(
        &self,
        prefix: &[u8],
        visit: impl FnMut(&[u8], &[u8]) -> Result<bool>,
    ) -> Result<()> {
        let mut rows = self.db.scan_prefix(prefix);
        self.walk(|| rows.next_back(), visit)
    }

    fn walk(
        &self,
        mut next: impl FnMut() -> Option<sled::Result<(IVec, IVec)>>,
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<bool>,
    ) -> Result<()> {
        while let Some((key, value)) = self.guard("read", || next().transpose())? {
            if !visit(&key, &value)? {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn damaged(&self, what: impl Into<String>) -> Error {
        damaged(&self.path, what)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn guard<T>(&self, doing: &'static str, work: impl FnOnce() -> sled::Result<T>) -> Result<T> {
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => result.map_err(|error| mapped(doing, &self.path, error)),
            Err(_) => {
                let what = "it panicked".into();
                Err(Error::Engine { doing, path: self.path.clone(), what })
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if *self.failed.get_mut() {
            // The last handle is let go on a thread that nobody waits for.
            let db = self.db.clone();
            std::thread::spawn(move || drop(catch_unwind(AssertUnwindSafe(|| drop(db)))));
        }
    }
}

/// Fails unless sled has room for what it may write: one whose write was refused half way takes
/// nothing any more. Where nobody can say how much there is, sled finds out.
fn room(path: &Path) -> Result<()> {
    let Ok(about) = rustix::fs::statvfs(path) else { return Ok(()) };
    match about.f_bavail.saturating_mul(about.f_frsize) < ROOM_BYTES {
        true => Err(Error::Full { path: path.to_owned() }),
        false => Ok(()),
    }
}

fn damaged(path: &Path, what: impl Into<String>) -> Error {
    Error::Damaged { path: path.to_owned(), what: what.into() }
}

fn mapped(doing: &'static str, path: &Path, error: sled::Error) -> Error {
    let path = path.to_owned();
    match error {
        sled::Error::Io(e) if is_full(&e) => Error::Full { path },
        sled::Error::Io(source) => Error::Io { doing, path, source },
        sled::Error::Corruption { .. }
        | sled::Error::ReportableBug(_)
        | sled::Error::Unsupported(_)
        | sled::Error::CollectionNotFound(_) => {
            Error::Engine { doing, path, what: error.to_string() }
        }
    }
}
