//! Durable steps on files: each is finished, or as if never begun, after a power cut.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The end of every temporary name; such a file is never read and may always be removed.
pub(crate) const TEMPORARY: &str = ".tmp";

/// Where a file is written before it gets its name.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY);
    name.into()
}

/// Makes names in this directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|file| file.sync_all()).map_err(Error::io("sync", dir))
}

/// Creates or replaces `path` with these bytes, wholly or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = temporary(path);
    let mut file = File::create(&beside).map_err(Error::io("create", &beside))?;
    file.write_all(bytes).map_err(Error::io("write", &beside))?;
    finish(&file, path)
}

/// Gives the temporary file of `path` its name.
pub(crate) fn finish(file: &File, path: &Path) -> Result<()> {
    let beside = temporary(path);
    // If we crash before the rename, a temporary file is left; the next writer removes it.
    file.sync_all().map_err(Error::io("sync", &beside))?;
    fs::rename(&beside, path).map_err(Error::io("rename", &beside))?;
    // If we crash here, the file has its old name or its new one, and is whole under either.
    sync_dir(parent(path))
}

/// Removes a file and makes that durable.
pub(crate) fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(Error::io("remove", path))?;
    sync_dir(parent(path))
}

/// The directory of a file.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}
