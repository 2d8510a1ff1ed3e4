//! sled: opened with a bounded wait, one batch and one flush at a time, its panics caught; opened again
//! after a disk was full, and never waited for without an end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use sled::{Db, Mode};

use crate::batch::Batch;
use crate::error::is_full;
use crate::{Error, Result, room};

/// Each look lets sled free the leavings of about so many rows.
const ROWS_FREED_PER_LOOK: usize = 2;
/// Bytes of pages that sled keeps in memory.
const CACHE_BYTES: u64 = 128 << 20;
const RETRY: Duration = Duration::from_millis(10);

/// sled lets go at once, or, after a write that failed, sometimes never.
const LET_GO: Duration = Duration::from_secs(5);

/// The one tree, and where it is. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    slot: Arc<Slot>,
    path: PathBuf,
}

/// What all clones share, so that sled can be opened again under them.
#[derive(Debug)]
struct Slot {
    /// None while it waits for room to be opened again.
    db: RwLock<Option<Db>>,
    /// A write failed: sled takes nothing any more.
    failed: AtomicBool,
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
        let db = open(path, wait)?;
        let slot = Slot { db: RwLock::new(Some(db)), failed: AtomicBool::new(false) };
        Ok(Engine { slot: Arc::new(slot), path: path.to_owned() })
    }

    /// Opens sled again if a write of it failed: as of the last whole batch on the disk.
    ///
    /// # Errors
    /// `Full`, to be tried again; `Engine`, where sled does not let go or cannot read its files.
    pub(crate) fn revive(&self, wait: Duration) -> Result<()> {
        if !self.slot.failed.load(Ordering::Acquire) {
            return Ok(());
        }
        let failed = |what| Error::Engine { doing: "open again", path: self.path.clone(), what };
        let mut db = self.slot.db.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(db) = db.take()
            && !let_go(db)
        {
            return Err(failed("it does not let go".to_owned()));
        }
        *db = Some(match open(&self.path, wait) {
            Ok(db) => db,
            Err(Closed::Failed(error)) => return Err(error),
            Err(Closed::Damaged(what)) => return Err(failed(what)),
        });
        self.slot.failed.store(false, Ordering::Release);
        Ok(())
    }

    /// Writes a batch of about so many rows, all of it or nothing, and returns when it is on disk.
    ///
    /// # Errors
    /// `Full`: the batch may be there or not, and after [`Engine::revive`] can be written again.
    pub(crate) fn write(&self, batch: Batch, rows: usize) -> Result<()> {
        room::ask(&self.path, batch.bytes())?;
        let written = self.guard("write", |db| {
            db.apply_batch(batch.rows)?;
            // If we crash here, the batch may or may not be there: both are whole, and the
            // position in it tells which.
            db.flush()?;
            let_free(db, rows)
        });
        if written.is_err() {
            self.slot.failed.store(true, Ordering::Release);
        }
        written
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>> {
        self.guard("read", |db| db.get(key))
    }

    pub(crate) fn is_empty(&self) -> Result<bool> {
        self.guard("read", |db| Ok(db.iter().next().transpose()?.is_none()))
    }

    /// Calls `visit` with every row whose key begins with `prefix`, in order.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut rows = self.guard("read", |db| Ok(db.scan_prefix(prefix)))?;
        while let Some((key, value)) = self.guard("read", |_| rows.next().transpose())? {
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
        let mut rows = self.guard("read", |db| Ok(db.range(from..)))?;
        while let Some((key, value)) = self.guard("read", |_| rows.next().transpose())? {
            if !key.starts_with(prefix) || !visit(&key, &value)? {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn bytes_on_disk(&self) -> Result<u64> {
        self.guard("measure", |db| db.size_on_disk())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn guard<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Db) -> sled::Result<T>,
    ) -> Result<T> {
        let db = self.slot.db.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(db) = db else { return Err(Error::Full { path: self.path.clone() }) };
        match catch_unwind(AssertUnwindSafe(|| work(&db))) {
            Ok(result) => result.map_err(|error| mapped(doing, &self.path, error)),
            Err(_) => {
                let what = "it panicked".into();
                Err(Error::Engine { doing, path: self.path.clone(), what })
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let db = self.db.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let (true, Some(db)) = (*self.failed.get_mut(), db) {
            let_go(db);
        }
    }
}

/// Lets sled go on a thread of its own, and says whether it went. One that hangs keeps that thread,
/// and nobody else.
fn let_go(db: Db) -> bool {
    let (told, gone) = mpsc::channel();
    thread::spawn(move || {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(db)));
        let _ = told.send(());
    });
    gone.recv_timeout(LET_GO).is_ok()
}

/// Lets sled free what a batch replaced. It frees a little whenever its epoch is looked at, and a
/// batch, however large, looks once: without this, memory holds every page that ever was, gigabytes
/// for millions of facts.
fn let_free(db: &Db, rows: usize) -> sled::Result<()> {
    (0..rows / ROWS_FREED_PER_LOOK).try_for_each(|_| db.get([]).map(drop))
}

fn open(path: &Path, wait: Duration) -> Result<Db, Closed> {
    // A folder that is not there yet has its parent's room.
    let place = if path.exists() { path } else { path.parent().unwrap_or(path) };
    room::ask(place, 0).map_err(Closed::Failed)?;
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(CACHE_BYTES)
        .mode(Mode::HighThroughput)
        .flush_every_ms(None);
    let end = Instant::now() + wait;
    loop {
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        let error = match opened {
            Ok(Ok(db)) => return Ok(db),
            Ok(Err(error)) => error,
            Err(_) => return Err(Closed::Damaged("sled panicked at its files".into())),
        };
        match &error {
            sled::Error::Io(e) if e.to_string().contains("could not acquire lock") => {
                if Instant::now() >= end {
                    let path = path.to_owned();
                    return Err(Closed::Failed(Error::Locked { path, waited: wait }));
                }
                thread::sleep(RETRY);
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
