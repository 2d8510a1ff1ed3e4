//! Key files: private ones stay private, none is overwritten.

use std::error::Error as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use proof::{Error, keys};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_key_is_written_for_its_owner_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.key");
    let made = keys::create(&path, "tonghop.example").unwrap();
    assert_eq!((mode(&path), made.name()), (0o600, "tonghop.example"));
    let public = keys::public_path(&path);
    assert_eq!(keys::verifier(&public).unwrap(), made);
    assert_eq!(keys::signer(&path).unwrap().verifier(), made);
    assert_eq!(fs::read_to_string(&public).unwrap(), format!("{made}\n"));

    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    assert_eq!(keys::signer(&link).unwrap().verifier(), made);
    let another = keys::create(&folder.path().join("another.key"), "tonghop.example").unwrap();
    assert_ne!(another, made, "two keys are the same");
}

#[test]
fn nothing_is_overwritten() {
    for there in ["key", "key.pub"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(folder.path().join(there), "mine").unwrap();
        let made = keys::create(&path, "tonghop.example");
        assert!(matches!(made, Err(Error::Exists { .. })), "{there}: {made:?}");
        assert_eq!(fs::read_to_string(folder.path().join(there)).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{there}: something is left");
    }
}

#[test]
fn a_private_key_that_others_may_read_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    keys::create(&path, "tonghop.example").unwrap();
    for open in [0o640, 0o604, 0o620, 0o602, 0o601, 0o644] {
        fs::set_permissions(&path, Permissions::from_mode(open)).unwrap();
        let error = keys::signer(&path).unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, Error::NotPrivate { .. }), "{said}");
        assert!(said.contains(&format!("{open:03o}")) && said.contains("chmod 600"), "{said}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    assert!(keys::signer(&path).is_ok());
}

#[test]
fn what_is_no_key_is_named_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    keys::create(&path, "tonghop.example").unwrap();
    let (public, absent) = (keys::public_path(&path), folder.path().join("absent"));
    fs::set_permissions(&public, Permissions::from_mode(0o600)).unwrap();
    let table = [
        (keys::verifier(&path).unwrap_err(), &path, "private key, to be shown to nobody"),
        (keys::signer(&public).unwrap_err(), &public, "its .pub only checks"),
        (keys::signer(&absent).unwrap_err(), &absent, "No such file"),
        (keys::verifier(&absent).unwrap_err(), &absent, "No such file"),
    ];
    let secret = fs::read_to_string(&path).unwrap();
    let secret = secret.trim().rsplit('+').next().unwrap();
    for (error, path, what) in table {
        let said = format!("{error}: {}", error.source().unwrap());
        assert!(said.contains(path.to_str().unwrap()) && said.contains(what), "{said}");
        assert!(!said.contains(secret), "the message tells the key");
    }
}
