//! Files for their owner alone: facts carry pseudonyms of households, and settings carry secrets.
//!
//! One rule for all that this program writes, journals, archives, rows, vintages, webhooks and the
//! files of a server that it starts: what a service creates has the modes that the process allows.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::Mode;

/// What nobody but the owner may do.
const OTHERS: u32 = 0o077;

/// From here on, files that this process makes are 0600 and folders 0700, whatever was asked for.
pub(super) fn begin() {
    rustix::process::umask(Mode::from_raw_mode(OTHERS));
}

/// Takes from others what they may do in a folder and below it, as earlier versions left it, and
/// says so in the log. What cannot be changed, on a disk that is only read or of another owner, is
/// said there as well: it keeps nobody from the figures.
pub(super) fn tighten(folder: &Path) {
    let mut changed = 0;
    close(folder, &mut changed);
    if changed > 0 {
        let folder = folder.display();
        tracing::warn!(%folder, changed, "others could read files here: now only their owner can");
    }
}

fn close(path: &Path, changed: &mut u64) {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => return refused(path, &error),
    };
    // A link is somebody's choice: what it leads to may be shared on purpose.
    if about.is_symlink() {
        return;
    }
    let mode = about.permissions().mode();
    if mode & OTHERS != 0 {
        match fs::set_permissions(path, fs::Permissions::from_mode(mode & !OTHERS)) {
            Ok(()) => *changed += 1,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => refused(path, &error),
        }
    }
    if !about.is_dir() {
        return;
    }
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| close(&entry.path(), changed)),
        Err(error) => refused(path, &error),
    }
}

fn refused(path: &Path, error: &std::io::Error) {
    tracing::warn!(path = %path.display(), %error, "others may be able to read this");
}
