//! Files for their owner alone, those that are made and those that were there.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::runner::{run, simulated, succeed, text};

/// Everything in a folder that others may read, write or enter, the folder itself, too.
fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let about = fs::symlink_metadata(path).expect("it is there");
    let mut found = Vec::new();
    if about.permissions().mode() & 0o077 != 0 {
        found.push(path.to_owned());
    }
    if about.is_dir() {
        let entries = fs::read_dir(path).expect("a folder");
        found.extend(entries.flat_map(|entry| open_to_others(&entry.expect("an entry").path())));
    }
    found
}

#[test]
fn whatever_is_kept_is_for_its_owner_alone_and_older_files_are_closed_to_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 200, 1);
    let (data, archive) = (folder.path().join("data"), folder.path().join("archive"));
    succeed(&["import", text(&file), "--data", text(&data)]);
    succeed(&["archive", text(&archive), "--data", text(&data), "--once"]);
    for kept in [&data, &archive] {
        assert_eq!(open_to_others(kept), Vec::<PathBuf>::new());
    }
    // As an earlier version left them; what a link leads to is somebody else's.
    let outside = folder.path().join("outside");
    fs::write(&outside, "").expect("a file");
    for path in [&outside, &data.join("journal/journal.json"), &archive.join("journal.json")] {
        fs::set_permissions(path, Permissions::from_mode(0o644)).expect("it is ours");
    }
    fs::set_permissions(&data, Permissions::from_mode(0o755)).expect("it is ours");
    std::os::unix::fs::symlink(&outside, data.join("link")).expect("a link");
    for args in [
        vec!["import", text(&file), "--data", text(&data)],
        vec!["archive", text(&archive), "--data", text(&data), "--once"],
    ] {
        let output = run(&args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("now only their owner can"), "{args:?}: {said}");
    }
    fs::remove_file(data.join("link")).expect("a link");
    for kept in [&data, &archive] {
        assert_eq!(open_to_others(kept), Vec::<PathBuf>::new());
    }
    assert_eq!(open_to_others(&outside), std::slice::from_ref(&outside));
    // The public half of a key is for everybody.
    let key = folder.path().join("key");
    succeed(&["keygen", "--name", "tonghop.example", "--out", text(&key)]);
    let mode = |path: &Path| fs::metadata(path).expect("it").permissions().mode() & 0o777;
    assert_eq!((mode(&key), mode(&folder.path().join("key.pub"))), (0o600, 0o644));
}
