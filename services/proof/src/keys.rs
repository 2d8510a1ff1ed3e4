//! Key files: the private one for its owner alone, the public one beside it.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::signing::{Signer, Verifier};
use crate::{Error, Result};

/// No key file is larger.
const BYTES_MAX: u64 = 4096;

/// Makes a key of this name, from the system's random numbers, and writes it to the file (mode
/// 0600) and its public half to [`public_path`].
///
/// # Errors
/// `Exists`: one of the two is there already. `Malformed`: the name. `Random`, `Io`.
pub fn create(path: &Path, name: &str) -> Result<Verifier> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Error::Random(error.to_string()))?;
    let signer = Signer::new(name, seed)?;
    let (public, verifier) = (public_path(path), signer.verifier());
    // The public one first: if we crash in between, no private key lies about without its other
    // half, and the one that was written is of no use to anybody.
    write(&public, &verifier.to_string(), 0o644)?;
    if let Err(error) = write(path, &signer.to_secret_text(), 0o600) {
        let _ = std::fs::remove_file(&public);
        return Err(error);
    }
    Ok(verifier)
}

/// Where the public half of a key file is: the same name with `.pub` behind it.
pub fn public_path(path: &Path) -> PathBuf {
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    public.into()
}

/// Reads a private key.
///
/// # Errors
/// `NotPrivate`: others may read or write the file. `KeyFile`, `Io`.
pub fn signer(path: &Path) -> Result<Signer> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    // Of the open file, so that nobody can exchange it in between.
    let mode = file.metadata().map_err(Error::io("look at", path))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Error::NotPrivate { path: path.to_owned(), mode });
    }
    Signer::parse(&line(file, path)?).map_err(unusable(path))
}

/// Reads a public key.
///
/// # Errors
/// `KeyFile`, `Io`.
pub fn verifier(path: &Path) -> Result<Verifier> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    line(file, path)?.parse().map_err(unusable(path))
}

fn unusable(path: &Path) -> impl FnOnce(Error) -> Error {
    move |source| Error::KeyFile { path: path.to_owned(), source: Box::new(source) }
}

/// The one line of a file.
fn line(file: File, path: &Path) -> Result<String> {
    let mut text = String::new();
    file.take(BYTES_MAX).read_to_string(&mut text).map_err(Error::io("read", path))?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::Exists { path: path.to_owned() },
        _ => Error::io("create", path)(error),
    })?;
    // Exactly, whatever the process allows to new files: the public key is for everybody.
    let written = file
        .set_permissions(Permissions::from_mode(mode))
        .and_then(|()| writeln!(file, "{text}"))
        .and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a key would stand in the way of the next attempt.
        let _ = std::fs::remove_file(path);
        Error::io("write", path)(error)
    })
}
