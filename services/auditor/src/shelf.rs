//! Where vintages are kept: a file for each, written once and never again.
//!
//! ```text
//! vintages/00000000000000047360-L-637.2021-H1@administrative.official.1.txt
//! vintages/….txt.sha256                       its checksum, as sha256sum writes and checks it
//! checkpoints/00000000000000047360.note
//! ```
//!
//! They lie beside the rows, not in them: rows are made anew when a definition changes, and a
//! vintage is what figures were by the definitions of its time.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::vintage::Vintage;
use crate::{Error, Result};

/// The vintages and checkpoints of a data folder.
#[derive(Clone, Debug)]
pub struct Shelf {
    data: PathBuf,
}

/// A vintage that is there, by its file's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listed {
    /// The position of its closing.
    pub position: u64,
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
}

impl Shelf {
    /// The shelf of a data folder; it need not have any vintage.
    pub fn of(data: &Path) -> Shelf {
        Shelf { data: data.to_owned() }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.data
    }

    /// Every vintage, the oldest first.
    ///
    /// # Errors
    /// `Io`.
    pub fn list(&self) -> Result<Vec<Listed>> {
        let folder = self.data.join("vintages");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Error::io("list", &folder)(e)),
        };
        let mut listed = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::io("list", &folder))?;
            let name = entry.file_name();
            let parts = name.to_str().and_then(|name| name.strip_suffix(".txt"));
            if let Some((position, id)) = parts.and_then(|name| name.split_once('-'))
                && let Ok(position) = position.parse()
            {
                listed.push(Listed { position, id: id.to_owned(), path: entry.path() });
            }
        }
        listed.sort();
        Ok(listed)
    }

    /// The vintage of that id.
    ///
    /// # Errors
    /// `Unknown`, which tells those there are; `Damaged`, `Io`.
    pub fn get(&self, id: &str) -> Result<Vintage> {
        read(&self.path_of(id)?)
    }

    /// The same whatever its checksum says: only for who compares it with the journal, row by row.
    ///
    /// # Errors
    /// As [`Shelf::get`].
    pub fn as_it_is(&self, id: &str) -> Result<Vintage> {
        let path = self.path_of(id)?;
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        parse(&path, &text)
    }

    fn path_of(&self, id: &str) -> Result<PathBuf> {
        let listed = self.list()?;
        let Some(found) = listed.iter().find(|one| one.id == id) else {
            let ids: Vec<&str> = listed.iter().rev().take(8).map(|one| one.id.as_str()).collect();
            let known = match ids.as_slice() {
                [] => "nothing has been closed yet".to_owned(),
                ids => format!("there are {}", ids.join(", ")),
            };
            return Err(Error::Unknown { what: "vintage", wanted: id.to_owned(), known });
        };
        Ok(found.path.clone())
    }

    /// Keeps a vintage, durably, unless one is kept under its name: that one stays and is given.
    ///
    /// # Errors
    /// `Io`, `Damaged`.
    pub fn keep(&self, vintage: &Vintage) -> Result<Option<Vintage>> {
        let folder = self.data.join("vintages");
        let name = format!("{:020}-{}.txt", vintage.head.position, vintage.head.id);
        let path = folder.join(name);
        if path.exists() {
            return read(&path).map(Some);
        }
        let text = vintage.text();
        // If we crash in between, the next start makes both again.
        write_once(&folder, &sum_path(&path), sum_line(&path, &text).as_bytes())?;
        write_once(&folder, &path, text.as_bytes())?;
        Ok(None)
    }

    /// Keeps a signed checkpoint of that size; one that is there stays.
    ///
    /// # Errors
    /// `Io`.
    pub fn keep_checkpoint(&self, size: u64, note: &str) -> Result<()> {
        let folder = self.data.join("checkpoints");
        let path = folder.join(format!("{size:020}.note"));
        if path.exists() {
            return Ok(());
        }
        write_once(&folder, &path, note.as_bytes())
    }

    /// The signed checkpoints: sizes and files, the smallest first.
    ///
    /// # Errors
    /// `Io`.
    pub fn checkpoints(&self) -> Result<Vec<(u64, PathBuf)>> {
        let folder = self.data.join("checkpoints");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Error::io("list", &folder)(e)),
        };
        let mut notes = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::io("list", &folder))?;
            let name = entry.file_name();
            let size = name.to_str().and_then(|name| name.strip_suffix(".note")?.parse().ok());
            notes.extend(size.map(|size| (size, entry.path())));
        }
        notes.sort();
        Ok(notes)
    }
}

/// Reads a vintage from its file, which has to be as its checksum says. Those of earlier versions have
/// none.
///
/// # Errors
/// `Damaged`, `Io`.
pub fn read(path: &Path) -> Result<Vintage> {
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    let sum = sum_path(path);
    match fs::read(&sum) {
        Ok(line) if line == sum_line(path, &text).as_bytes() => {}
        Ok(_) => {
            let what = format!(
                "it is not what its checksum in {} is of: one of the two was altered; put a copy of both \
                 back, or move both away and fold again (tonghop audit compares them with the journal)",
                sum.display()
            );
            return Err(Error::Damaged { path: path.to_owned(), what });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("read", &sum)(error)),
    }
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<Vintage> {
    Vintage::parse(text)
        .map_err(|error| Error::Damaged { path: path.to_owned(), what: error.to_string() })
}

fn sum_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}

/// What `sha256sum` writes of a file.
fn sum_line(path: &Path, text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let sum: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{sum}  {name}\n")
}

/// Writes a file that is whole and durable, or not there.
fn write_once(folder: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // If we crash here, the next start writes the same again.
        fs::rename(&temporary, path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(Error::io("write", path))
}
