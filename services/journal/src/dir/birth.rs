//! `journal.json`: what makes a directory a journal.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::files;
use super::layout::{self, VERSION};
use super::lock::Lock;
use crate::{Error, Identity, Result};

const FORMAT: &str = "tonghop-journal";

#[derive(Serialize, Deserialize)]
struct Birth {
    format: String,
    version: u64,
    identity: String,
    created_ms: u64,
}

/// The identity of the journal in `dir`; creates one if there is none and that is wished.
pub(crate) fn open_or_create(
    dir: &Path,
    create: bool,
    identity: Option<Identity>,
    lock_wait: Duration,
) -> Result<Identity> {
    let found = match read(dir)? {
        Some(found) => found,
        None if create => create_in(dir, identity.unwrap_or_else(Identity::random), lock_wait)?,
        None => return Err(not_a_journal(dir, "it has no journal.json; create it first")),
    };
    match identity {
        Some(wanted) if wanted != found => Err(Error::diverged_identity(found, wanted)),
        Some(_) | None => Ok(found),
    }
}

fn read(dir: &Path) -> Result<Option<Identity>> {
    let path = dir.join(layout::JOURNAL);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(e) => return Err(Error::io("read", &path)(e)),
    };
    let Ok(birth) = serde_json::from_slice::<Birth>(&text) else {
        return Err(not_a_journal(dir, "its journal.json is not ours"));
    };
    if birth.format != FORMAT {
        return Err(not_a_journal(dir, "its journal.json is of another format"));
    }
    if birth.version != u64::from(VERSION) {
        let place = path.display().to_string();
        return Err(Error::Version { place, found: birth.version, wanted: VERSION.into() });
    }
    let Ok(identity) = birth.identity.parse() else {
        return Err(not_a_journal(dir, "its journal.json has no readable identity"));
    };
    Ok(Some(identity))
}

fn create_in(dir: &Path, identity: Identity, lock_wait: Duration) -> Result<Identity> {
    fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
    for entry in fs::read_dir(dir).map_err(Error::io("list", dir))? {
        let name = entry.map_err(Error::io("list", dir))?.file_name();
        // If an earlier creation crashed, it left only these.
        let journal = files::temporary(Path::new(layout::JOURNAL));
        if name != layout::LOCK && name != layout::JOURNAL && name != journal.as_os_str() {
            return Err(not_a_journal(dir, "it holds other files; name an empty directory"));
        }
    }
    let _lock = Lock::take(dir, lock_wait)?;
    if let Some(found) = read(dir)? {
        return Ok(found); // another process created it while we waited
    }
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let birth = Birth {
        format: FORMAT.into(),
        version: VERSION.into(),
        identity: identity.to_string(),
        created_ms: u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX),
    };
    let text = serde_json::to_vec_pretty(&birth).expect("four plain fields");
    files::write(&dir.join(layout::JOURNAL), &text)?;
    // If we crash here, the journal exists in a directory whose own name may be lost; then nobody
    // was told its identity either, and the next start creates it anew.
    files::sync_dir(files::parent(dir))?;
    Ok(identity)
}

fn not_a_journal(dir: &Path, why: &str) -> Error {
    Error::NotAJournal { place: dir.display().to_string(), why: why.into() }
}
