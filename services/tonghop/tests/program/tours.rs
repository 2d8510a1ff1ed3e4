//! The tours of docs/tours, walked as they are written: each command of a ```console block must
//! succeed, and print what stands below it.
//!
//! In what is printed, `…` stands for what varies: for anything within a line, and alone in a line
//! for any lines. A command below which nothing stands may print what it likes.

mod listing;
mod walk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walk::walk;

/// One test each, so that they run beside each other.
const TOURS: [&str; 6] =
    ["auditor.md", "demo.md", "developer.md", "officer.md", "operator.md", "subscriber.md"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tours")
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn the_tour_of_an_auditor_does_what_it_says() {
    walk(&folder().join("auditor.md"));
}

#[test]
fn the_tour_of_the_demo_does_what_it_says() {
    walk(&folder().join("demo.md"));
}

#[test]
fn the_tour_of_a_developer_does_what_it_says() {
    walk(&folder().join("developer.md"));
}

#[test]
fn the_tour_of_an_officer_does_what_it_says() {
    walk(&folder().join("officer.md"));
}

#[test]
fn the_tour_of_an_operator_does_what_it_says() {
    walk(&folder().join("operator.md"));
}

#[test]
fn the_tour_of_a_subscriber_does_what_it_says() {
    walk(&folder().join("subscriber.md"));
}

#[test]
fn every_tour_is_walked() {
    let files = std::fs::read_dir(folder()).expect("the folder of the tours");
    let names = files.map(|file| file.expect("an entry").file_name().into_string());
    let there: BTreeSet<String> = names.map(|name| name.expect("UTF-8")).collect();
    let there = there.iter().map(String::as_str).filter(|name| {
        Path::new(name).extension().is_some_and(|kind| kind == "md") && *name != "README.md"
    });
    assert_eq!(there.collect::<Vec<_>>(), TOURS);
}
