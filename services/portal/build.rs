//! Names the program by what it is built of, so that no answer of another one is taken for its own.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// All that decides what an answer or a page says, from this folder. What the catalogue and the
/// gazetteer say is known by hashes of their own.
const INPUTS: [&str; 9] = [
    "src",
    "templates",
    "assets",
    "tiles",
    "../domain/src",
    "../query/src",
    "../projector/src",
    "../../proto/src",
    "../../Cargo.lock",
];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = BTreeSet::new();
    for input in INPUTS {
        let path = here.join(input);
        println!("cargo::rerun-if-changed={}", path.display());
        list(&path, &mut files)?;
    }
    // The same for the same inputs, on whatever machine, by one edition of the compiler.
    let mut hash = DefaultHasher::new();
    for file in files {
        file.strip_prefix(&here).unwrap_or(&file).hash(&mut hash);
        fs::read(&file)?.hash(&mut hash);
    }
    println!("cargo::rustc-env=TONGHOP_BUILT_OF={:016x}", hash.finish());
    Ok(())
}

fn list(path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            list(&entry?.path(), files)?;
        }
    } else {
        files.insert(path.to_owned());
    }
    Ok(())
}
