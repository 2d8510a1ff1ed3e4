//! Notes that outlive a restart: a key with a number on a line each of a private file, bounded. A
//! number of a key only grows, and what is as low as a floor is forgotten.
//!
//! A line ends with the first eight letters of the SHA-256 of both, so that a bit that turned never makes
//! a note another one, or none.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

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
        for (at, line) in text.split_inclusive('\n').enumerate() {
            match Line::of(line) {
                Line::Good(key, number) => {
                    let highest = known.entry(key.to_owned()).or_insert(number);
                    *highest = number.max(*highest);
                }
                // A line that a power cut or a full disk has torn was told to nobody.
                Line::Torn => {}
                Line::Damaged => {
                    let what = format!(
                        "line {} is damaged, so nobody can tell what it was about: put a copy back, or \
                         delete this file and session.key, and everybody signs in again",
                        at + 1
                    );
                    return Err(Error::Unreadable { path, what });
                }
            }
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
        let line = written_as(key, number);
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
            text.push_str(&written_as(key, *number));
            lines += 1;
        }
        // If that fails, the next one writes all anew.
        *written = Written { file: None, lines: LINES_MAX };
        private::replace(&self.path, &text)?;
        written.lines = lines;
        Ok(())
    }
}

/// What a line says.
enum Line<'a> {
    Good(&'a str, u64),
    Torn,
    Damaged,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Line<'a> {
        let (text, is_ended) = match line.strip_suffix('\n') {
            Some(text) => (text, true),
            None => (line, false),
        };
        // The next writer ends what was torn before it.
        let bad = if is_ended && !text.is_empty() { Line::Damaged } else { Line::Torn };
        let fields: Vec<&str> = text.split(' ').collect();
        let (key, number, check) = match fields[..] {
            [key, number, check] => (key, number, Some(check)),
            // As earlier versions wrote them.
            [key, number] => (key, number, None),
            _ => return bad,
        };
        let Ok(value) = number.parse() else { return bad };
        match check {
            Some(found) if found == check_of(key, value) => Line::Good(key, value),
            // All of it is there, and it is another: nothing was torn.
            Some(found) if found.len() >= CHECK_LETTERS => Line::Damaged,
            Some(_) => bad,
            None if is_ended => Line::Good(key, value),
            None => Line::Torn,
        }
    }
}

const CHECK_LETTERS: usize = 8;

fn check_of(key: &str, number: u64) -> String {
    let digest = Sha256::digest(format!("{key} {number}"));
    digest.iter().take(CHECK_LETTERS / 2).map(|byte| format!("{byte:02x}")).collect()
}

fn written_as(key: &str, number: u64) -> String {
    format!("{key} {number} {}\n", check_of(key, number))
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
