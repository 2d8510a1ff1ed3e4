//! The names in a journal's directory, and the header every segment begins with.
//!
//! ```text
//! journal.json                  format, version, identity
//! lock                          held by the writer
//! manifest.json                 what is sealed, with digests
//! 00000000000000000001.sealed   a sealed segment, named by its first position
//! 00000000000000163841.active   the active segment; older ones only until they are sealed
//! 00000000000000170000.torn     bytes of a write that was never finished; for people, never read
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::{Error, Identity, Position, Result};

pub(crate) const JOURNAL: &str = "journal.json";
pub(crate) const LOCK: &str = "lock";
pub(crate) const MANIFEST: &str = "manifest.json";
const ACTIVE: &str = "active";
const SEALED: &str = "sealed";
const TORN: &str = "torn";

/// Bytes of a segment's header: magic 8, version 4, identity 16, first position 8, crc 4.
pub(crate) const HEADER: usize = 40;
/// The version of the whole directory format, and of each file in it.
pub(crate) const VERSION: u32 = 1;

/// What kind of segment a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Frames, appended one after the other.
    Active,
    /// Compressed blocks of frames with an index.
    Sealed,
}

impl Kind {
    fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Active => b"THFRAMES",
            Self::Sealed => b"THSEALED",
        }
    }
}

/// The file of the segment that begins at `first`.
pub(crate) fn path(dir: &Path, first: Position, kind: Kind) -> PathBuf {
    let extension = match kind {
        Kind::Active => ACTIVE,
        Kind::Sealed => SEALED,
    };
    dir.join(format!("{:020}.{extension}", first.0))
}

/// Where a torn tail is kept: named by the position that its record would have had, with a number
/// behind it where the name is taken.
pub(crate) fn torn(dir: &Path, position: Position) -> PathBuf {
    let name = |number: u32| match number {
        1 => dir.join(format!("{:020}.{TORN}", position.0)),
        _ => dir.join(format!("{:020}.{TORN}.{number}", position.0)),
    };
    (1..).map(name).find(|path| !path.exists()).expect("numbers enough")
}

/// Which files a segment has. Both only between the two last steps of sealing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Present {
    pub(crate) active: bool,
    pub(crate) sealed: bool,
}

/// All segments by first position.
pub(crate) fn segments(dir: &Path) -> Result<BTreeMap<Position, Present>> {
    let mut found: BTreeMap<Position, Present> = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(Error::io("list", dir))? {
        let name = entry.map_err(Error::io("list", dir))?.file_name();
        let Some((stem, extension)) = name.to_str().and_then(|name| name.split_once('.')) else {
            continue;
        };
        let Ok(first) = stem.parse().map(Position) else { continue };
        match extension {
            ACTIVE => found.entry(first).or_default().active = true,
            SEALED => found.entry(first).or_default().sealed = true,
            _ => {} // a temporary file: as if it were not there
        }
    }
    Ok(found)
}

/// The first bytes of a segment.
pub(crate) fn header(kind: Kind, identity: Identity, first: Position) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(kind.magic());
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[12..28].copy_from_slice(identity.0.as_bytes());
    header[28..36].copy_from_slice(&first.0.to_le_bytes());
    let crc = crc32fast::hash(&header[..36]);
    header[36..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// Checks that a file begins as the segment it is named.
pub(crate) fn check_header(
    found: &[u8],
    file: &Path,
    kind: Kind,
    identity: Identity,
    first: Position,
) -> Result<()> {
    let wanted = header(kind, identity, first);
    if found == wanted {
        return Ok(());
    }
    let Some(found) = found.first_chunk::<HEADER>() else {
        return Err(Error::corrupt(file, 0, "the header is cut short"));
    };
    if found[36..] != crc32fast::hash(&found[..36]).to_le_bytes() || found[..8] != wanted[..8] {
        return Err(Error::corrupt(file, 0, "the header is damaged"));
    }
    if found[8..12] != wanted[8..12] {
        let [.., v0, v1, v2, v3] = *found[..12].as_array::<12>().expect("twelve bytes");
        return Err(Error::Version {
            place: file.display().to_string(),
            found: u32::from_le_bytes([v0, v1, v2, v3]).into(),
            wanted: VERSION.into(),
        });
    }
    if found[12..28] != wanted[12..28] {
        let identity_found = Uuid::from_slice(&found[12..28]).unwrap_or_default();
        return Err(Error::corrupt(
            file,
            12,
            format!("it belongs to the journal {identity_found}, not {identity}"),
        ));
    }
    Err(Error::corrupt(file, 28, "its first position is not the one in its name"))
}
