//! Where vintages are kept: a file for each, written once and never again.
//!
//! ```text
//! vintages/00000000000000047360-L-637.2021-H1@administrative.official.1.txt
//! checkpoints/00000000000000047360.note
//! ```
//!
//! They lie beside the rows, not in them: rows are made anew when a definition changes, and a
//! vintage is what figures were by the definitions of its time.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

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
        let listed = self.list()?;
        let Some(found) = listed.iter().find(|one| one.id == id) else {
            let ids: Vec<&str> = listed.iter().rev().take(8).map(|one| one.id.as_str()).collect();
            let known = match ids.as_slice() {
                [] => "nothing has been closed yet".to_owned(),
                ids => format!("there are {}", ids.join(", ")),
            };
            return Err(Error::Unknown { what: "vintage", wanted: id.to_owned(), known });
        };
        read(&found.path)
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
        write_once(&folder, &path, vintage.text().as_bytes())?;
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

/// Reads a vintage from its file.
///
/// # Errors
/// `Damaged`, `Io`.
pub fn read(path: &Path) -> Result<Vintage> {
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    Vintage::parse(&text)
        .map_err(|error| Error::Damaged { path: path.to_owned(), what: error.to_string() })
}

/// Writes a file that is whole and durable, or not there.
fn write_once(folder: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let temporary = path.with_extension("new");
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
