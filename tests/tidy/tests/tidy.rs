//! What the tree has to look like, so that whoever comes new finds the room.

use std::path::Path;

use tidy::{Crate, circles, crates};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn named(krate: &Crate, file: usize) -> String {
    let path = &krate.files[file].path;
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn no_files_take_names_from_each_other_in_a_circle() {
    let mut told = String::new();
    for krate in crates(root()) {
        let arrows = krate.arrows();
        for circle in circles(krate.files.len(), &arrows) {
            let names: Vec<String> = circle.iter().map(|file| named(&krate, *file)).collect();
            told += &format!("\n{}\n", names.join("\n"));
            for arrow in &arrows {
                if circle.contains(&arrow.from) && circle.contains(&arrow.to) {
                    let names: Vec<&str> = arrow.names.iter().map(String::as_str).collect();
                    let (from, to) = (named(&krate, arrow.from), named(&krate, arrow.to));
                    told += &format!("  {from} takes {} from {to}\n", names.join(", "));
                }
            }
        }
    }
    assert!(told.is_empty(), "{told}");
}
