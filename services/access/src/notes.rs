//! Notes that outlive a restart: a key with a number on a line each of a private file, bounded. A
//! number of a key only grows, and what is as low as a floor is forgotten.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Error, private};

/// Most keys that are remembered; the one with the lowest number makes room.
const KEYS_MAX: usize = 10_000;
/// The file is written anew when it has so many lines.
const LINES_MAX: usize = 2 * KEYS_MAX;

/// The notes of a file.
pub(crate) struct Notes {
    path: PathBuf,
    known: Mutex<HashMap<String, u64>>,
    /// Apart, so that nobody who only asks waits for the disk.
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    /// None until there is something to write.
    file: Option<File>,
    lines: usize,
}

impl Notes {
    /// Those of a file whose numbers are above a floor.
    ///
    /// # Errors
    /// `NotPrivate`, `Unreadable`, `Io`.
    pub(crate) fn open(path: PathBuf, floor: u64) -> Result<Notes, Error> {
        let text = private::read(&path)?.unwrap_or_default();
        let mut known = HashMap::new();
        // A line that a power cut has torn was told to nobody.
        for line in text.lines() {
            let Some((key, number)) = line.split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            let highest = known.entry(key.to_owned()).or_insert(number);
            *highest = number.max(*highest);
        }
        known.retain(|_, number| *number > floor);
        let notes = Notes { path, known: Mutex::new(known), written: Mutex::default() };
        if !text.is_empty() {
            // Also takes a torn end away, so that the next line is one of its own.
            notes.write_anew(&mut lock(&notes.written))?;
        }
        Ok(notes)
    }

    /// Notes a number, unless one as high is noted under the key already: whether it did. When this
    /// returns, it stays so.
    ///
    /// # Errors
    /// `Io`: then it is noted until the next start only.
    pub(crate) fn raise(&self, key: &str, number: u64, floor: u64) -> Result<bool, Error> {
        if !remember(&mut lock(&self.known), key, number, floor) {
            return Ok(false);
        }
        let mut written = lock(&self.written);
        if written.lines >= LINES_MAX {
            return self.write_anew(&mut written).map(|()| true);
        }
        let file = match &mut written.file {
            Some(file) => file,
            none => none.insert(private::append_lines(&self.path)?),
        };
        let line = format!("{key} {number}\n");
        let synced = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        written.lines += 1;
        if synced.is_err() {
            // Part of it may be there, and this one is not: all are written anew next time.
            *written = Written { file: None, lines: LINES_MAX };
        }
        synced.map(|()| true).map_err(Error::io("write", &self.path))
    }

    /// Whether something is noted under a key.
    pub(crate) fn holds(&self, key: &str) -> bool {
        lock(&self.known).contains_key(key)
    }

    fn write_anew(&self, written: &mut Written) -> Result<(), Error> {
        let (mut text, mut lines) = (String::new(), 0);
        for (key, number) in &*lock(&self.known) {
            // Writing to a text does not fail.
            let _ = writeln!(text, "{key} {number}");
            lines += 1;
        }
        // If that fails, the next one writes all anew.
        *written = Written { file: None, lines: LINES_MAX };
        private::replace(&self.path, &text)?;
        written.lines = lines;
        Ok(())
    }
}

fn remember(known: &mut HashMap<String, u64>, key: &str, number: u64, floor: u64) -> bool {
    if let Some(noted) = known.get_mut(key) {
        let higher = number > *noted;
        *noted = number.max(*noted);
        return higher;
    }
    if known.len() >= KEYS_MAX {
        known.retain(|_, number| *number > floor);
    }
    if known.len() >= KEYS_MAX {
        let lowest = known.iter().min_by_key(|(_, number)| **number);
        if let Some(lowest) = lowest.map(|(key, _)| key.clone()) {
            known.remove(&lowest);
        }
    }
    known.insert(key.to_owned(), number);
    true
}

fn lock<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}
