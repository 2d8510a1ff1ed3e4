//! The record of reading data of single households: who, what, when. Only ever longer.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::{Error, Who, clock, private};

const FILE: &str = "access.ndjson";

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    who: &'a str,
    what: &'a str,
    unit: &'a str,
}

/// The record of a folder.
#[derive(Debug)]
pub(crate) struct Record {
    path: PathBuf,
    /// None until there is something to write.
    file: Mutex<Option<File>>,
}

impl Record {
    pub(crate) fn of(folder: &Path) -> Record {
        Record { path: folder.join(FILE), file: Mutex::new(None) }
    }

    /// Writes a line. It is not synced: what a power cut takes are the last moments.
    pub(crate) fn write(&self, who: &Who, what: &str, unit: &str, now_s: u64) -> Result<(), Error> {
        let line = Line { time: clock::written(now_s), who: &who.name, what, unit };
        let mut bytes = serde_json::to_vec(&line).expect("text is JSON");
        bytes.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match &mut *file {
            // Moved away, as by logrotate: a new one is begun.
            Some(open) if self.path.exists() => open,
            none => none.insert(private::append(&self.path)?),
        };
        // In one call, so that the lines of two processes do not mix.
        open.write_all(&bytes).map_err(Error::io("write", &self.path))
    }
}
