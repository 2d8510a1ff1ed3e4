//! Files that nobody but their owner may read: read with that checked, written whole or not at all.

pub mod register;
pub mod seal;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Error;

/// No file of ours is larger.
const BYTES_MAX: u64 = 16 << 20;
/// Somebody else who changes the users is done in this time.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// What tells one state of a file from another: not when it was written, which may be as before, but
/// which file it is, when it was changed and how long it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    inode: u64,
    changed: (i64, i64),
    bytes: u64,
    mode: u32,
}

impl Stamp {
    /// The state of a file; none when it is not there.
    pub fn of(path: &Path) -> Option<Stamp> {
        let about = std::fs::metadata(path).ok()?;
        let changed = (about.ctime(), about.ctime_nsec());
        Some(Stamp { inode: about.ino(), changed, bytes: about.len(), mode: about.mode() })
    }
}

/// The text of a file; none when it is not there.
///
/// # Errors
/// `NotPrivate`, `Unreadable`, `Io`.
pub fn read(path: &Path) -> Result<Option<String>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("open", path)(error)),
    };
    // Of the open file, so that nobody can exchange it in between.
    let mode = file.metadata().map_err(Error::io("look at", path))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Error::NotPrivate { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    let read = file.take(BYTES_MAX).read_to_string(&mut text).map_err(Error::io("read", path))?;
    if read as u64 == BYTES_MAX {
        let what = format!("it is larger than {BYTES_MAX} bytes");
        return Err(Error::Unreadable { path: path.to_owned(), what });
    }
    Ok(Some(text))
}

/// Replaces a file: after a crash it is the old one or the new one.
///
/// # Errors
/// `Io`.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let beside = write_beside(path, text)?;
    std::fs::rename(&beside, path).map_err(Error::io("rename to", path))?;
    sync_folder_of(path)
}

/// Makes a file unless there is one already.
///
/// # Errors
/// `Io`.
pub fn create(path: &Path, text: &str) -> Result<(), Error> {
    let beside = write_beside(path, text)?;
    // A link, unlike a renaming, leaves alone what another process made meanwhile.
    let linked = std::fs::hard_link(&beside, path);
    let _ = std::fs::remove_file(&beside);
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Error::io("create", path)(error))
        }
        _ => sync_folder_of(path),
    }
}

fn write_beside(path: &Path, text: &str) -> Result<PathBuf, Error> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let _ = std::fs::remove_file(&beside);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .map_err(Error::io("create", &beside))?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // On a full disk it would only take room.
        let _ = std::fs::remove_file(&beside);
        return Err(Error::io("write", &beside)(error));
    }
    Ok(beside)
}

fn sync_folder_of(path: &Path) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(Error::io("sync", folder))
}

/// A file that only its owner may read, to be written at its end.
///
/// # Errors
/// `Io`.
pub fn append(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    file.map_err(Error::io("open", path))
}

/// The same for lines: one that was cut off, by a power cut or a full disk, is ended first, so that the
/// next one does not become part of it.
///
/// # Errors
/// `Io`.
pub fn append_lines(path: &Path) -> Result<File, Error> {
    let mut file = append(path)?;
    let reading = File::open(path).map_err(Error::io("open", path))?;
    let bytes = reading.metadata().map_err(Error::io("look at", path))?.len();
    let mut last = [b'\n'];
    if bytes > 0 {
        reading.read_exact_at(&mut last, bytes - 1).map_err(Error::io("read", path))?;
    }
    if last != [b'\n'] {
        file.write_all(b"\n").map_err(Error::io("write", path))?;
    }
    Ok(file)
}

/// A lock that is held as long as the file is open, so that two changes do not undo each other.
///
/// # Errors
/// `Io`; `Unreadable`, when somebody else holds it for too long.
pub fn lock(path: &Path) -> Result<File, Error> {
    let file = append(path)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", path)(error)),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_WAIT => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                let what = "somebody else holds it; try again".to_owned();
                return Err(Error::Unreadable { path: path.to_owned(), what });
            }
        }
    }
}
