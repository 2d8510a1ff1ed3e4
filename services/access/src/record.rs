//! The record of who read data of single households, and of what became of second factors: who, what,
//! when. Only ever longer.

use std::fs::File;
use std::io::Write;
use std::net::IpAddr;
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
    /// Whose households were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    /// Where somebody was who signed in, or tried to.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<IpAddr>,
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

    /// Somebody reads data of households of a unit.
    pub(crate) fn reading(
        &self,
        who: &Who,
        what: &str,
        unit: &str,
        now_s: u64,
    ) -> Result<(), Error> {
        self.write(&Line {
            time: clock::written(now_s),
            who: &who.name,
            what,
            unit: Some(unit),
            from: None,
        })
    }

    /// Something becomes of somebody's second factor; without an address, on the command line.
    pub(crate) fn factor(
        &self,
        name: &str,
        what: &str,
        from: Option<IpAddr>,
        now_s: u64,
    ) -> Result<(), Error> {
        self.write(&Line { time: clock::written(now_s), who: name, what, unit: None, from })
    }

    /// Writes a line. It is not synced: what a power cut takes are the last moments.
    fn write(&self, line: &Line<'_>) -> Result<(), Error> {
        let mut bytes = serde_json::to_vec(line).expect("text is JSON");
        bytes.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match &mut *file {
            // Moved away, as by logrotate: a new one is begun.
            Some(open) if self.path.exists() => open,
            none => none.insert(private::append_lines(&self.path)?),
        };
        // In one call, so that the lines of two processes do not mix.
        let written = open.write_all(&bytes);
        if written.is_err() {
            // Part of it may be there: whoever opens it again begins a new line.
            *file = None;
        }
        written.map_err(Error::io("write", &self.path))
    }
}

/// Records in a folder that something became of a user's second factor by a command.
///
/// # Errors
/// `Io`.
pub fn record_factor(folder: &Path, name: &str, what: &str) -> Result<(), Error> {
    Record::of(folder).factor(name, what, None, clock::Clock::system().now_s())
}
