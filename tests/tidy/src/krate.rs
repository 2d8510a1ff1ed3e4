//! One crate: its files as modules, what each defines and hands on, and what it takes from others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Item, ItemMod, Visibility};

use crate::module::{Module, absolute, is_test, leaves};
use crate::paths::{Taken, taken};

/// A file of a crate.
#[allow(missing_debug_implementations)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its syntax.
    pub syntax: syn::File,
    module: Module,
    /// What it hands on under which name: the path that the name stands for.
    handed_on: BTreeMap<String, Module>,
}

/// A file that takes names from another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Arrow {
    /// Who takes, as the number of the file.
    pub from: usize,
    /// Who gives.
    pub to: usize,
    /// Which names, as they are written.
    pub names: BTreeSet<String>,
}

/// A crate.
#[allow(missing_debug_implementations)]
pub struct Crate {
    /// Its folder.
    pub folder: PathBuf,
    /// Its files; tests in files of their own are none.
    pub files: Vec<SourceFile>,
}

impl Crate {
    pub(crate) fn read(folder: &Path) -> Crate {
        let mut files = Vec::new();
        walk(&folder.join("src/lib.rs"), Vec::new(), &mut files);
        Crate { folder: folder.to_owned(), files }
    }

    /// Which file takes what from which, each pair once.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut all: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
        for (from, file) in self.files.iter().enumerate() {
            for Taken { path } in taken(&file.syntax, &file.module, &self.modules()) {
                let mut seen = BTreeSet::new();
                let Some(to) = self.giver(&path, &mut seen).filter(|to| *to != from) else {
                    continue;
                };
                all.entry((from, to)).or_default().insert(path.join("::"));
            }
        }
        all.into_iter().map(|((from, to), names)| Arrow { from, to, names }).collect()
    }

    fn modules(&self) -> BTreeSet<Module> {
        self.files.iter().map(|file| file.module.clone()).collect()
    }

    fn at(&self, module: &[String]) -> Option<usize> {
        self.files.iter().position(|file| file.module == module)
    }

    /// The file that defines what a path of this crate names.
    fn giver(&self, path: &Module, seen: &mut BTreeSet<Module>) -> Option<usize> {
        if !seen.insert(path.clone()) {
            return None;
        }
        let deepest = (0..=path.len()).rev().find_map(|end| Some((end, self.at(&path[..end])?)));
        let (end, file) = deepest?;
        let Some(name) = path.get(end) else {
            // The module itself: whoever names something in it is seen where it does.
            return None;
        };
        let Some(real) = self.files[file].handed_on.get(name) else { return Some(file) };
        let real: Module = real.iter().chain(&path[end + 1..]).cloned().collect();
        self.giver(&real, seen)
    }
}

/// Reads a file and those of its modules.
fn walk(path: &Path, module: Module, files: &mut Vec<SourceFile>) {
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let syntax = syn::parse_file(&text).expect("the file is Rust");
    let handed_on = handed_on(&syntax, &module);
    let inner: Vec<String> = syntax.items.iter().filter_map(outside).collect();
    files.push(SourceFile {
        path: path.to_owned(),
        text,
        syntax,
        module: module.clone(),
        handed_on,
    });
    for name in inner {
        let below = match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("lib" | "mod") => path.with_file_name(""),
            _ => path.with_extension(""),
        };
        let file = below.join(&name).with_extension("rs");
        let file = if file.is_file() { file } else { below.join(&name).join("mod.rs") };
        walk(&file, module.iter().cloned().chain([name]).collect(), files);
    }
}

/// The name of a module that is a file of its own, unless it is one for tests.
fn outside(item: &Item) -> Option<String> {
    match item {
        Item::Mod(ItemMod { content: None, ident, attrs, .. }) if !is_test(attrs) => {
            Some(ident.to_string())
        }
        _ => None,
    }
}

/// Names that a file hands on for others, and what they stand for.
fn handed_on(syntax: &syn::File, module: &Module) -> BTreeMap<String, Module> {
    let mut handed = BTreeMap::new();
    for item in &syntax.items {
        let Item::Use(one) = item else { continue };
        if matches!(one.vis, Visibility::Inherited) {
            continue;
        }
        leaves(&one.tree, &mut Vec::new(), &mut |path, name| {
            if let Some(path) = absolute(path, module) {
                handed.insert(name, path);
            }
        });
    }
    handed
}
