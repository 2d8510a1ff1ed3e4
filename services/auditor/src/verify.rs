//! Checks an audit pack: opens it with suspicion, hashes it again, folds it again, and compares.
//!
//! Nothing in a pack is believed because it says so. The signature is by a key that the reader
//! has; it covers the records (their root), the vintage (its digest) and, where a key was there when
//! it was packed, every file (the hashes). Figures and tables are made again from the first two; what
//! is not made again is named.

mod archive;
mod refold;
mod tables;
mod unpacked;
mod verdict;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use proof::Verifier;

use crate::{Error, Result};

pub use unpacked::Unpacked;
pub use verdict::Verdict;

/// Whether a file looks like a pack.
///
/// # Errors
/// `Io`.
pub fn is_pack(path: &Path) -> Result<bool> {
    let mut first = [0; 4];
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    Ok(file.read_exact(&mut first).is_ok() && (first == *b"PK\x03\x04" || first == *b"PK\x05\x06"))
}

/// Checks a pack with keys of those who may have signed. `progress` is told the position reached.
///
/// # Errors
/// `Io`: the file could not be opened. All that is wrong with the pack is in the verdict.
pub async fn verify(
    path: &Path,
    known: &[Verifier],
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> Result<Verdict> {
    let mut pack = Unpacked::open(path, Some(known))?;
    let replay = pack.replay(None, threads, progress).await;
    let again = pack.again(replay.as_ref());
    Ok(pack.judge(again.as_ref()))
}
