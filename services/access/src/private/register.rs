//! Lists that are kept as TOML in a private file: read with a check, changed under a lock.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::seal;
use crate::Error;

/// What such a file holds.
pub trait Register: Default + Serialize + DeserializeOwned {
    /// The file, in the folder.
    const FILE: &'static str;
    /// What an entry is called in it.
    const ENTRY: &'static str;
    /// The lock beside it.
    const LOCK: &'static str;
    /// What is written above all else, for whoever opens the file.
    const HEAD: &'static str;

    /// What can go wrong with it.
    type Error: From<Error>;

    /// Looks whether it says what it should.
    ///
    /// # Errors
    /// What is wrong, without anything that is secret.
    fn check(&self) -> Result<(), String>;

    /// The error of a file that does not say what it should.
    fn unreadable(path: PathBuf, what: String) -> Self::Error;
}

/// Where the register of a folder is.
pub fn path<T: Register>(folder: &Path) -> PathBuf {
    folder.join(T::FILE)
}

/// The register of a folder; an empty one where there is no file. A file that is there never means
/// nobody by accident: one that was cut off or altered is refused by its checksum, and one without a
/// checksum that has no entry only means nobody if it says so.
///
/// # Errors
/// As [`super::read`], and [`Register::unreadable`].
pub fn read<T: Register>(folder: &Path) -> Result<T, T::Error> {
    let path = path::<T>(folder);
    let Some(text) = super::read(&path)? else { return Ok(T::default()) };
    seal::check(&text).map_err(|what| T::unreadable(path.clone(), what))?;
    says_something::<T>(&text).map_err(|what| T::unreadable(path.clone(), what))?;
    // The message without the lines themselves: they hold secrets, or hashes.
    let register: T = toml::from_str(&text)
        .map_err(|error| T::unreadable(path.clone(), error.message().to_owned()))?;
    register.check().map_err(|what| T::unreadable(path, what))?;
    Ok(register)
}

/// An editor that writes in place, or a full disk, leaves an empty file for a while, or for good.
fn says_something<T: Register>(text: &str) -> Result<(), String> {
    // What is no TOML is told by whoever reads it.
    let is_empty = toml::from_str::<toml::Table>(text).is_ok_and(|table| table.is_empty());
    if is_empty {
        let entry = T::ENTRY;
        return Err(format!(
            "it has no entry; put a copy back, or write `{entry} = []` if there are to be none"
        ));
    }
    Ok(())
}

/// Changes the register of a folder that is there; nobody else does meanwhile. A change that fails
/// changes nothing.
///
/// # Errors
/// As [`read`], [`super::lock`] and [`super::replace`], and what `change` says.
pub fn change<T: Register, R>(
    folder: &Path,
    change: impl FnOnce(&mut T) -> Result<R, T::Error>,
) -> Result<R, T::Error> {
    let _lock = super::lock(&folder.join(T::LOCK))?;
    let mut register = read::<T>(folder)?;
    let result = change(&mut register)?;
    let path = path::<T>(folder);
    let text = toml::to_string(&register)
        .map_err(|error| T::unreadable(path.clone(), error.to_string()))?;
    // If we crash here, the file is as it was.
    super::replace(&path, &seal::sealed(&format!("{}{text}", T::HEAD)))?;
    Ok(result)
}
