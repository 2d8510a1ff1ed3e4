//! Room on the disk, asked for before sled is handed anything: an engine whose write was refused half
//! way may hang when it is let go.

use std::path::Path;

use crate::{Error, Result};

/// sled takes a file segment by segment, and writes a snapshot now and then.
const SPARE_BYTES: u64 = 2 << 20;
/// What is replaced stays until its segment is free again.
const TIMES: u64 = 3;

/// Fails unless there is room for so many bytes of rows in this folder. Where nobody can say how much
/// there is, sled finds out.
///
/// # Errors
/// `Full`: nothing was touched.
pub(crate) fn ask(path: &Path, bytes: u64) -> Result<()> {
    let Ok(about) = rustix::fs::statvfs(path) else { return Ok(()) };
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    if free < SPARE_BYTES.saturating_add(bytes.saturating_mul(TIMES)) {
        return Err(Error::Full { path: path.to_owned() });
    }
    Ok(())
}
