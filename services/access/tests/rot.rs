//! Files of users and sessions that were cut off or in which a bit turned: nobody gets a right by it,
//! and nobody loses one without being told which file it is.

// What was seen is a row of the table of faults.
#![allow(clippy::print_stderr)]

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use access::{Access, Book, Passed, Post, Session};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "mua xuan 2021 o Krong Pa";

/// A folder with two officers, a session that goes on and one that was signed out of.
struct World {
    folder: tempfile::TempDir,
    open: Session,
    ended: Session,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["hoa", "minh"] {
            let add = |book: &mut Book| book.add(name, Post::Officer, Some("L-637"), PASSWORD);
            Book::change(folder.path(), add).expect("it is added");
        }
        let access = Access::open(folder.path()).expect("it opens");
        let sign_in = |name| match access.sign_in(name, PASSWORD, HERE).expect("it is right") {
            Passed::In(session) => session,
            Passed::Code(_) => panic!("no code is asked for"),
        };
        let (open, ended) = (sign_in("hoa"), sign_in("minh"));
        access.sign_out(&ended.value);
        World { folder, open, ended }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens the folder with these bytes in a file; the error, or whether either session is good.
    fn with(&self, name: &str, bytes: &[u8]) -> Result<(bool, bool), String> {
        let path = self.path(name);
        fs::write(&path, bytes).expect("it can be written");
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&path, mode).expect("it is ours");
        let access = Access::open(self.folder.path()).map_err(|error| error.to_string())?;
        let is_good = |session: &Session| access.session(&session.value).is_some();
        Ok((is_good(&self.open), is_good(&self.ended)))
    }
}

/// How many cuts, and how many flipped bits, of each file: `TONGHOP_FAULTS`, some without it.
fn faults() -> usize {
    let set = std::env::var("TONGHOP_FAULTS").ok();
    set.map_or(150, |text| text.parse().expect("TONGHOP_FAULTS is a number"))
}

/// Cuts and bits that turn, all over a file; every one where there are few.
fn damages(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (cuts, bits) = (faults().min(whole.len()), faults().min(whole.len() * 8));
    let cut = |n: usize| {
        let at = whole.len() * n / cuts;
        (format!("cut at {at}"), whole[..at].to_vec())
    };
    let turned = |n: usize| {
        // Another place in its byte each time.
        let bit = (whole.len() * 8 * n / bits + n % 8).min(whole.len() * 8 - 1);
        let mut bytes = whole.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        (format!("bit {bit}"), bytes)
    };
    (0..cuts).map(cut).chain((0..bits).map(turned)).collect()
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("it is there")
}

fn told(what: &str, expected: &str, times: usize) {
    eprintln!("fault | {what} | cut at a grid, bits flipped | {expected} | as expected | {times}");
}

#[test]
fn users_are_never_nobody_and_nobody_else() {
    let world = World::new();
    let whole = read(&world.path("users.toml"));
    let all = damages(&whole);
    for (how, bytes) in &all {
        let error = world.with("users.toml", bytes).expect_err(how);
        assert!(error.contains("users.toml"), "{how}: {error}");
    }
    assert_eq!(world.with("users.toml", &whole), Ok((true, false)));
    told("`users.toml`", "an error that names the file", all.len());
}

#[test]
fn a_damaged_key_of_sessions_ends_them_or_is_named() {
    let world = World::new();
    let whole = read(&world.path("session.key"));
    let all = damages(&whole);
    for (how, bytes) in &all {
        match world.with("session.key", bytes) {
            Ok((_, ended)) => assert!(!ended, "{how}: who had signed out is in again"),
            Err(error) => assert!(error.contains("session.key"), "{how}: {error}"),
        }
    }
    assert_eq!(world.with("session.key", &whole), Ok((true, false)));
    told("`session.key`", "an error that names the file, or everybody signs in again", all.len());
}

#[test]
fn a_bit_that_turns_among_those_who_signed_out_lets_nobody_in_again() {
    let world = World::new();
    let path = world.path("signed-out");
    let whole = read(&path);
    let all: Vec<_> =
        damages(&whole).into_iter().filter(|(how, _)| how.starts_with("bit")).collect();
    for (how, bytes) in &all {
        match world.with("signed-out", bytes) {
            Ok((_, ended)) => assert!(!ended, "{how}: who had signed out is in again"),
            Err(error) => assert!(error.contains("signed-out"), "{how}: {error}"),
        }
    }
    // A line that was torn was told to nobody, and spoils none that comes after it.
    for end in 0..whole.len() {
        world.with("signed-out", &[&whole, &whole[..end]].concat()).expect("torn at its end");
        let access = Access::open(world.folder.path()).expect("it opens");
        access.sign_out(&world.open.value);
        drop(access);
        let again = Access::open(world.folder.path()).expect("it opens");
        assert!(again.session(&world.open.value).is_none(), "cut at {end}");
    }
    assert_eq!(world.with("signed-out", &whole), Ok((true, false)));
    eprintln!(
        "fault | `signed-out` | bits flipped | whoever signed out stays so, or an error that names \
         the file | as expected | {}",
        all.len()
    );
}

#[test]
fn a_reading_that_was_cut_off_does_not_spoil_the_next_one() {
    let world = World::new();
    let access = Access::open(world.folder.path()).expect("it opens");
    let who = access.session(&world.open.value).expect("it is good");
    access.record_reading(&who, "households", "L-637").expect("it is recorded");
    let path = world.path("access.ndjson");
    let whole = read(&path);
    for end in 1..whole.len() {
        fs::write(&path, &whole[..end]).expect("it can be written");
        let access = Access::open(world.folder.path()).expect("it opens");
        access.record_reading(&who, "households", "L-638").expect("it is recorded");
        let text = fs::read_to_string(&path).expect("it is text");
        let last: serde_json::Value =
            serde_json::from_str(text.lines().last().expect("a line")).expect("it is JSON");
        assert_eq!(last["unit"], "L-638", "cut at {end}");
        assert!(text.as_bytes().starts_with(&whole[..end]), "what was there stays");
    }
    eprintln!(
        "fault | `access.ndjson` | cut at each byte | the next line is one of its own | as expected | {}",
        whole.len() - 1
    );
}
