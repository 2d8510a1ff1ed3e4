//! What the tree has to look like, so that whoever comes new finds the room.

use std::collections::BTreeSet;
use std::path::Path;

use tidy::{Arrow, Crate, circles, crates};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn named(krate: &Crate, file: usize) -> String {
    let path = &krate.files[file].path;
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Files that are in a circle still. A file that is in none any more is to be struck off; none is to
/// be added.
const CIRCLES: &str = include_str!("circles.txt");

#[test]
fn no_files_take_names_from_each_other_in_a_circle() {
    let mut known: BTreeSet<&str> = CIRCLES.lines().collect();
    let mut told = String::new();
    for krate in crates(root()) {
        let arrows = krate.arrows();
        for circle in circles(krate.files.len(), &arrows) {
            let names: Vec<String> = circle.iter().map(|file| named(&krate, *file)).collect();
            let new: Vec<&String> = names.iter().filter(|name| !known.contains(&***name)).collect();
            if !new.is_empty() {
                told += &format!("new in a circle: {new:?}\n");
                told += &tied(&krate, &circle, &arrows);
            }
            for name in &names {
                known.remove(&**name);
            }
        }
    }
    for name in known {
        told += &format!("no longer in a circle: strike {name} off tests/circles.txt\n");
    }
    assert!(told.is_empty(), "{told}");
}

/// What ties a circle: which file takes what from which.
fn tied(krate: &Crate, circle: &BTreeSet<usize>, arrows: &[Arrow]) -> String {
    let inside = arrows.iter().filter(|one| circle.contains(&one.from) && circle.contains(&one.to));
    let told = |arrow: &Arrow| {
        let names: Vec<&str> = arrow.names.iter().map(String::as_str).collect();
        let (from, to) = (named(krate, arrow.from), named(krate, arrow.to));
        format!("  {from} takes {} from {to}\n", names.join(", "))
    };
    inside.map(told).collect()
}

#[test]
fn every_file_says_first_what_it_is() {
    let mut told = Vec::new();
    for krate in crates(root()) {
        for (at, file) in krate.files.iter().enumerate() {
            if !file.text.starts_with("//! ") {
                told.push(named(&krate, at));
            }
        }
    }
    assert!(told.is_empty(), "{told:?}");
}

/// The most lines of a file.
const LINES_MAX: usize = 400;

#[test]
fn no_file_is_longer_than_one_idea_needs() {
    let mut told = Vec::new();
    for krate in crates(root()) {
        for (at, file) in krate.files.iter().enumerate() {
            let lines = file.text.lines().count();
            if lines > LINES_MAX {
                told.push(format!("{}: {lines} lines", named(&krate, at)));
            }
        }
    }
    assert!(told.is_empty(), "{told:?}");
}

/// The rows of the map in ARCHITECTURE.md: a crate, and what it may depend on.
fn map() -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it can be read");
    let rows = text.lines().skip_while(|line| !line.starts_with("## Map")).skip(1);
    let rows = rows.take_while(|line| !line.starts_with("## "));
    let cells = rows.map(|row| row.split('|').map(str::trim).map(str::to_owned).collect());
    cells
        .filter_map(|cells: Vec<String>| {
            let [_, folder, _, may, ..] = cells.as_slice() else { return None };
            let name = folder.strip_prefix('`')?.strip_suffix('`')?.rsplit('/').next()?;
            Some((name.to_owned(), may.split(", ").map(str::to_owned).collect()))
        })
        .collect()
}

#[test]
fn crates_depend_on_what_the_map_says_and_on_nothing_else() {
    let (map, all) = (map(), crates(root()));
    let name_of = |krate: &Crate| {
        let name = krate.folder.file_name().expect("a folder has a name");
        name.to_string_lossy().into_owned()
    };
    let names: BTreeSet<String> = all.iter().map(name_of).filter(|name| name != "tidy").collect();
    let mut told = String::new();
    for krate in &all {
        let name = name_of(krate);
        if name == "tidy" {
            continue;
        }
        let Some((_, may)) = map.iter().find(|(one, _)| *one == name) else {
            told += &format!("{name} is not in the map\n");
            continue;
        };
        let file = std::fs::read_to_string(krate.folder.join("Cargo.toml")).expect("it has one");
        let file: toml::Table = file.parse().expect("it is TOML");
        let depends = file["dependencies"].as_table().expect("a table");
        for one in depends.keys().filter(|one| names.contains(*one)) {
            let is_drawn = may.iter().any(|part| part == one || part == "all above");
            if !is_drawn {
                told += &format!("{name} depends on {one}, the map allows {may:?}\n");
            }
        }
    }
    assert!(told.is_empty(), "{told}");
}
