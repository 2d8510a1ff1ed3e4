//! Sessions that were signed out of, also before a restart, until they would have ended anyway.
//!
//! A line each of `signed-out`: the session's nonce and when it would end, in seconds since 1970.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::session::Pieces;
use crate::{Error, private};

/// Most sessions that are remembered; the one that ends first makes room.
const ENDED_MAX: usize = 10_000;
/// The file is written anew when it has so many lines.
const LINES_MAX: usize = 2 * ENDED_MAX;
const FILE: &str = "signed-out";

/// Sessions that were signed out of.
pub(crate) struct Ended {
    path: PathBuf,
    /// Nonces, and when their sessions would end.
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

impl Ended {
    /// Those of a folder that would not have ended yet.
    ///
    /// # Errors
    /// `NotPrivate`, `Unreadable`, `Io`.
    pub(crate) fn open(folder: &Path, now_s: u64) -> Result<Ended, Error> {
        let path = folder.join(FILE);
        let text = private::read(&path)?.unwrap_or_default();
        // A line that a power cut has torn was told to nobody.
        let line = |line: &str| {
            let (nonce, expires) = line.split_once(' ')?;
            Some((nonce.to_owned(), expires.parse::<u64>().ok()?))
        };
        let known: HashMap<_, _> =
            text.lines().filter_map(line).filter(|(_, expires)| *expires > now_s).collect();
        let ended = Ended { path, known: Mutex::new(known), written: Mutex::default() };
        if !text.is_empty() {
            // Also takes a torn end away, so that the next line is one of its own.
            ended.write_anew(&mut lock(&ended.written))?;
        }
        Ok(ended)
    }

    /// Ends a session: when this returns, it stays so.
    ///
    /// # Errors
    /// `Io`: then it has ended until the next start only.
    pub(crate) fn add(&self, pieces: &Pieces<'_>, now_s: u64) -> Result<(), Error> {
        remember(&mut lock(&self.known), pieces, now_s);
        let mut written = lock(&self.written);
        if written.lines >= LINES_MAX {
            return self.write_anew(&mut written);
        }
        let file = match &mut written.file {
            Some(file) => file,
            none => none.insert(private::append(&self.path)?),
        };
        let line = format!("{} {}\n", pieces.nonce, pieces.expires_s());
        let synced = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        written.lines += 1;
        synced.map_err(Error::io("write", &self.path))
    }

    pub(crate) fn holds(&self, pieces: &Pieces<'_>) -> bool {
        lock(&self.known).contains_key(pieces.nonce)
    }

    fn write_anew(&self, written: &mut Written) -> Result<(), Error> {
        let (mut text, mut lines) = (String::new(), 0);
        for (nonce, expires_s) in &*lock(&self.known) {
            // Writing to a text does not fail.
            let _ = writeln!(text, "{nonce} {expires_s}");
            lines += 1;
        }
        *written = Written { file: None, lines };
        private::replace(&self.path, &text)
    }
}

fn remember(known: &mut HashMap<String, u64>, pieces: &Pieces<'_>, now_s: u64) {
    if known.len() >= ENDED_MAX {
        known.retain(|_, expires| *expires > now_s);
    }
    if known.len() >= ENDED_MAX {
        let first = known.iter().min_by_key(|(_, expires)| **expires);
        if let Some(first) = first.map(|(nonce, _)| nonce.clone()) {
            known.remove(&first);
        }
    }
    known.insert(pieces.nonce.to_owned(), pieces.expires_s());
}

fn lock<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}
