//! Reads the source of the workspace as a house of files: which file takes names from which.
//!
//! It reads `src` of every crate with `syn`, follows `use` and paths that begin with `crate`, `self`
//! or `super`, and re-exports to the file that defines the name. It is no compiler: names that come
//! through a glob, a macro or a method are not seen.

mod circles;
mod krate;
mod module;
mod paths;

pub use circles::circles;
pub use krate::{Arrow, Crate, SourceFile};

use std::path::{Path, PathBuf};

/// Every crate of the workspace: the folders with a `src` in `root`, `proto` and `services`.
///
/// # Panics
/// Where a file cannot be read or is no Rust: the compiler says it better.
pub fn crates(root: &Path) -> Vec<Crate> {
    let mut found = Vec::new();
    look_in(root, &mut found);
    found.sort();
    found.iter().map(|folder| Crate::read(folder)).collect()
}

/// Finds crates, not below crates, and not in what is made or fetched.
fn look_in(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the entry can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_ours = path.is_dir() && !name.starts_with('.') && name != "target";
        if !is_ours || name == "node_modules" || name == "docs" {
            continue;
        }
        if path.join("src/lib.rs").is_file() {
            found.push(path);
        } else {
            look_in(&path, found);
        }
    }
}
