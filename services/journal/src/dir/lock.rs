//! One writer at a time: a lock file, which the system releases even after kill -9.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::layout;
use crate::{Error, Result};

/// How often a held lock is tried again. There is no way to be told.
const RETRY: Duration = Duration::from_millis(20);

/// The right to write, until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock, at most `wait`. Blocks the thread.
    pub(crate) fn take(dir: &Path, wait: Duration) -> Result<Self> {
        let path = dir.join(layout::LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path)(e)),
                Err(TryLockError::WouldBlock) if started.elapsed() >= wait => {
                    return Err(Error::Locked { lock: path, waited: wait });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(RETRY.min(wait)),
            }
        }
    }
}
