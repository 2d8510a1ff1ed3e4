//! `manifest.json`: the sealed segments with their digests, for people and for other programs.
//!
//! Reading a journal does not need it. A writer holds it against the files, so that a sealed
//! segment that vanished or changed its size is noticed at open.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::sealed::Sealed;
use super::{files, layout};
use crate::{Error, Identity, Position, Result};

/// What is known of one sealed segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) file: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) bytes: u64,
    pub(crate) raw_bytes: u64,
    pub(crate) sha256: String,
}

impl Item {
    /// Reads the whole file for its digest.
    pub(crate) fn of(sealed: &Sealed) -> Result<Self> {
        let path = sealed.path();
        let mut file = File::open(path).map_err(Error::io("open", path))?;
        let mut hasher = Hasher(Sha256::new());
        let bytes = io::copy(&mut file, &mut hasher).map_err(Error::io("read", path))?;
        let digest = hasher.0.finalize();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            file: name.into_owned(),
            first: sealed.slots().first().map_or(0, |slot| slot.first.0),
            last: sealed.last().0,
            bytes,
            raw_bytes: sealed.slots().iter().map(|slot| u64::from(slot.raw)).sum(),
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The whole list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    identity: String,
    segments: Vec<Item>,
}

impl Manifest {
    /// The list in the directory; an empty one if there is none.
    pub(crate) fn load(dir: &Path, identity: Identity) -> Result<Self> {
        let path = dir.join(layout::MANIFEST);
        let manifest = match fs::read(&path) {
            Ok(text) => serde_json::from_slice::<Self>(&text)
                .map_err(|e| Error::corrupt(&path, 0, format!("not a manifest: {e}")))?,
            Err(e) if e.kind() == ErrorKind::NotFound => {
                Self { identity: identity.to_string(), segments: Vec::new() }
            }
            Err(e) => return Err(Error::io("read", &path)(e)),
        };
        if manifest.identity != identity.to_string() {
            return Err(Error::corrupt(&path, 0, "it is the manifest of another journal"));
        }
        Ok(manifest)
    }

    /// What is said of the segment that begins at `first`.
    pub(crate) fn item(&self, first: Position) -> Option<&Item> {
        self.segments.iter().find(|item| item.first == first.0)
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.segments
    }

    /// Adds or replaces, in the order of positions.
    pub(crate) fn put(&mut self, item: Item) {
        self.segments.retain(|other| other.first != item.first);
        self.segments.push(item);
        self.segments.sort_by_key(|item| item.first);
    }

    pub(crate) fn save(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).expect("plain fields");
        files::write(&dir.join(layout::MANIFEST), &text)
    }
}
