//! Files that were damaged behind our back: the journal's last record, and the rows.

use std::fs;
use std::path::{Path, PathBuf};

use crate::runner::{digest, run, simulated, succeed, text};

/// A data folder, its digest, and one more file to import.
fn imported(folder: &Path) -> (PathBuf, String, PathBuf) {
    let (first, more) = (simulated(folder, 300, 1), folder.join("more.ndjson"));
    let data = folder.join("data");
    succeed(&["import", text(&first), "--data", text(&data)]);
    let lines = fs::read_to_string(&first).expect("it was simulated");
    let again = lines.lines().next().expect("a line");
    fs::write(&more, format!("{again}\n")).expect("it can be written");
    let right = digest(&data);
    (data, right, more)
}

fn active(data: &Path) -> PathBuf {
    data.join("journal/00000000000000000001.active")
}

/// Every command fails and names the file, and none touches it.
fn refused(data: &Path, more: &Path, said: &str) {
    let before = fs::read(active(data)).expect("it is there");
    for args in [
        vec!["import", text(more), "--data", text(data)],
        vec!["digest", "--data", text(data)],
        vec!["rebuild", "--data", text(data)],
    ] {
        let output = run(&args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{args:?} went well");
        assert!(error.contains(said), "{args:?}: {error}");
        assert_eq!(fs::read(active(data)).expect("it is there"), before, "{args:?}");
    }
}

#[test]
fn a_bit_flipped_in_the_last_record_stops_every_command_and_is_not_cut_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, right, more) = imported(folder.path());
    let good = fs::read(active(&data)).expect("it is there");
    let mut damaged = good.clone();
    let at = damaged.len() - 10;
    damaged[at] ^= 1;
    fs::write(active(&data), &damaged).expect("it can be written");
    refused(&data, &more, "00000000000000000001.active is corrupt at byte");
    // Also where nothing is left that knows better.
    fs::remove_dir_all(data.join("rows.1")).expect("there are rows");
    refused(&data, &more, "00000000000000000001.active is corrupt at byte");
    fs::write(active(&data), &good).expect("it can be written");
    assert_eq!(digest(&data), right);
}

#[test]
fn no_position_that_the_rows_know_is_given_to_another_fact() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, right, more) = imported(folder.path());
    let good = fs::read(active(&data)).expect("it is there");
    for cut in [10, 600] {
        fs::write(active(&data), &good[..good.len() - cut]).expect("it can be written");
        refused(&data, &more, "ends at position 29");
    }
    fs::write(active(&data), &good).expect("it can be written");
    assert_eq!(digest(&data), right);
}

#[test]
fn rows_that_are_cut_short_are_made_again_by_themselves() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, right, _) = imported(folder.path());
    let rows = |number: u32| data.join(format!("rows.{number}/db"));
    let whole = fs::read(rows(1)).expect("there are rows");
    let mut number = 1;
    for part in 0..8 {
        let file = fs::OpenOptions::new().write(true).open(rows(number)).expect("there are rows");
        file.set_len((whole.len() * part / 8) as u64).expect("it can be cut");
        drop(file);
        assert_eq!(digest(&data), right, "cut to {part} eighths");
        succeed(&["rebuild", "--data", text(&data)]);
        while !rows(number).exists() {
            number += 1;
        }
    }
}
