//! sled: opened with a bounded wait, one batch and one flush at a time, its panics caught.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sled::{Batch, Db, Mode};

use crate::error::is_full;
use crate::{Error, Result};

/// Each look lets sled free the leavings of about so many rows.
const ROWS_FREED_PER_LOOK: usize = 2;
/// Bytes of pages that sled keeps in memory.
const CACHE_BYTES: u64 = 128 << 20;
const RETRY: Duration = Duration::from_millis(10);

/// The one tree, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    db: Db,
    path: PathBuf,
}

/// Why sled did not open.
pub(crate) enum Closed {
    /// Its files cannot be read: rebuild.
    Damaged(String),
    /// Something else.
    Failed(Error),
}

impl Engine {
    /// Opens, or creates, the rows in this folder.
    ///
    /// We hold the folder's own lock by now; sled's is waited for all the same, because in our own
    /// process it lives a little longer than the last handle.
    pub(crate) fn open(path: &Path, wait: Duration) -> Result<Engine, Closed> {
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .mode(Mode::HighThroughput)
            .flush_every_ms(None);
        let end = Instant::now() + wait;
        loop {
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
            let error = match opened {
                Ok(Ok(db)) => return Ok(Engine { db, path: path.to_owned() }),
                Ok(Err(error)) => error,
                Err(_) => return Err(Closed::Damaged("sled panicked at its files".into())),
            };
            match &error {
                sled::Error::Io(e) if e.to_string().contains("could not acquire lock") => {
                    if Instant::now() >= end {
                        let path = path.to_owned();
                        return Err(Closed::Failed(Error::Locked { path, waited: wait }));
                    }
                    std::thread::sleep(RETRY);
                }
                sled::Error::Io(e) if !is_damage(e) => {
                    return Err(Closed::Failed(mapped("open", path, error)));
                }
                sled::Error::Io(_)
                | sled::Error::Corruption { .. }
                | sled::Error::ReportableBug(_)
                | sled::Error::Unsupported(_)
                | sled::Error::CollectionNotFound(_) => {
                    return Err(Closed::Damaged(error.to_string()));
                }
            }
        }
    }

    /// Writes a batch of about so many rows, all of it or nothing, and returns when it is on disk.
    pub(crate) fn write(&self, batch: Batch, rows: usize) -> Result<()> {
        self.guard("write", || {
            self.db.apply_batch(batch)?;
            // If we crash here, the batch may or may not be there: both are whole, and the
            // position in it tells which.
            self.db.flush()?;
            self.let_go(rows)
        })
    }

    /// Lets sled free what a batch replaced. It frees a little whenever its epoch is looked at,
    /// and a batch, however large, looks once: without this, memory holds every page that ever
    /// was, gigabytes for millions of facts.
    fn let_go(&self, rows: usize) -> sled::Result<()> {
        (0..rows / ROWS_FREED_PER_LOOK).try_for_each(|_| self.db.get([]).map(drop))
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>> {
        self.guard("read", || self.db.get(key))
    }

    pub(crate) fn is_empty(&self) -> Result<bool> {
        self.guard("read", || Ok(self.db.iter().next().transpose()?.is_none()))
    }

    /// Calls `visit` with every row whose key begins with `prefix`, in order.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut rows = self.db.scan_prefix(prefix);
        while let Some((key, value)) = self.guard("read", || rows.next().transpose())? {
            visit(&key, &value)?;
        }
        Ok(())
    }

    /// The same from a key on, for as long as `visit` wants more.
    pub(crate) fn walk(
        &self,
        from: &[u8],
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<bool>,
    ) -> Result<()> {
        let mut rows = self.db.range(from..);
        while let Some((key, value)) = self.guard("read", || rows.next().transpose())? {
            if !key.starts_with(prefix) || !visit(&key, &value)? {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn bytes_on_disk(&self) -> Result<u64> {
        self.guard("measure", || self.db.size_on_disk())
    }

    pub(crate) fn path(&self) -> &Path {
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

/// Whether it is the files that are wrong, not the world around them. sled makes such errors itself,
/// without a number of the system; the system's own are those of places that damage points to
/// (EINVAL, a file that is too short) and of a disk that does not give back what it took (EIO).
fn is_damage(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    const EIO: i32 = 5;
    match error.raw_os_error() {
        None => !is_full(error),
        Some(EIO) => true,
        Some(_) => matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::UnexpectedEof),
    }
}

fn mapped(doing: &'static str, path: &Path, error: sled::Error) -> Error {
    let path = path.to_owned();
    match error {
        sled::Error::Io(e) if is_full(&e) => Error::Full { path },
        sled::Error::Io(source) if !is_damage(&source) => Error::Io { doing, path, source },
        sled::Error::Io(_)
        | sled::Error::Corruption { .. }
        | sled::Error::ReportableBug(_)
        | sled::Error::Unsupported(_)
        | sled::Error::CollectionNotFound(_) => {
            Error::Engine { doing, path, what: error.to_string() }
        }
    }
}
