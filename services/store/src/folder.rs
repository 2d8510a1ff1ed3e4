//! `tonghop.json` and `lock`: what makes a folder ours, looked at before anything else is touched.
//!
//! ```text
//! tonghop.json      {"format":"tonghop data","version":1}
//! lock              held by the process that has the store open
//! rows.<n>          sled; a rebuild begins the next number and then removes the older
//! ```

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The version of the folder's layout.
pub const VERSION: u32 = 1;

const FORMAT: &str = "tonghop data";
const BIRTH: &str = "tonghop.json";
const LOCK: &str = "lock";
const ROWS: &str = "rows";
/// How often a lock is tried while we wait for it.
const RETRY: Duration = Duration::from_millis(10);

#[derive(Serialize, Deserialize)]
struct Birth {
    format: String,
    version: u32,
}

/// Makes an absent or empty folder ours, or checks that it is. Whoever puts other things there
/// too, such as a journal, calls this first.
///
/// # Errors
/// `NotOurs`, `Version`: nothing was touched. `Io`, `Full`.
pub fn claim(path: &Path) -> Result<()> {
    let birth = path.join(BIRTH);
    match fs::read(&birth) {
        Ok(text) => return check(path, &text),
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) if e.kind() == ErrorKind::NotADirectory => {
            return Err(not_ours(path, "it is a file; name a folder"));
        }
        Err(e) => return Err(Error::io("read", &birth)(e)),
    }
    match fs::read_dir(path) {
        Ok(mut entries) => {
            if entries.any(|entry| entry.is_ok_and(|entry| !is_temporary(&entry))) {
                let why = "it has no tonghop.json and is not empty; name an empty or a new folder";
                return Err(not_ours(path, why));
            }
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(Error::io("list", path)(e)),
    }
    create(path, &birth)
}

/// Whether a folder is ours by now; nothing is made where it is not.
pub(crate) fn is_ours(path: &Path) -> bool {
    fs::read(path.join(BIRTH)).is_ok_and(|text| check(path, &text).is_ok())
}

fn check(path: &Path, text: &[u8]) -> Result<()> {
    let Ok(birth) = serde_json::from_slice::<Birth>(text) else {
        return Err(not_ours(path, "its tonghop.json is not ours"));
    };
    if birth.format != FORMAT {
        return Err(not_ours(path, "its tonghop.json is of another format"));
    }
    if birth.version != VERSION {
        let path = path.to_owned();
        return Err(Error::Version { path, found: birth.version, wanted: VERSION });
    }
    Ok(())
}

fn create(path: &Path, birth: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::io("create", path))?;
    let text = serde_json::to_vec(&Birth { format: FORMAT.into(), version: VERSION })
        .expect("text and numbers are JSON");
    let temporary = path.join(format!("{BIRTH}.{}", std::process::id()));
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(&text)?;
        file.sync_all()
    };
    write().map_err(Error::io("write", &temporary))?;
    // If we crash here, the folder holds only a temporary file and still counts as empty.
    fs::rename(&temporary, birth).map_err(Error::io("rename", &temporary))?;
    sync_folder(path)
}

fn is_temporary(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with("tonghop.json.")
}

fn not_ours(path: &Path, why: &str) -> Error {
    Error::NotOurs { path: path.to_owned(), why: why.into() }
}

pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    let sync = || File::open(path)?.sync_all();
    sync().map_err(Error::io("sync", path))
}

/// The right to use the folder's rows, until dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code)] File);

/// Waits for the right to use the rows, not longer than told.
pub(crate) fn lock(path: &Path, wait: Duration) -> Result<Lock> {
    let name = path.join(LOCK);
    let file = File::options().create(true).append(true).open(&name);
    let file = file.map_err(Error::io("open", &name))?;
    let end = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(RETRY),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked { path: name, waited: wait });
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &name)(e)),
        }
    }
}

/// The numbers of the row folders, ascending.
pub(crate) fn generations(path: &Path) -> Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(Error::io("list", path))? {
        let name = entry.map_err(Error::io("list", path))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(ROWS)?.strip_prefix('.'));
        found.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    found.sort_unstable();
    Ok(found)
}

/// The folder of rows with that number.
pub(crate) fn rows(path: &Path, generation: u32) -> PathBuf {
    path.join(format!("{ROWS}.{generation}"))
}

/// Removes rows that are of no more use.
pub(crate) fn remove(path: &Path, generation: u32) -> Result<()> {
    let rows = rows(path, generation);
    match fs::remove_dir_all(&rows) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", &rows)(e)),
        Ok(()) | Err(_) => Ok(()),
    }
}
