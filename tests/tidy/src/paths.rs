//! Which paths of its own crate a file names.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Item, ItemMod, ItemUse};

use crate::module::{Module, absolute, is_test, leaves};

/// A path that a file names.
pub(crate) struct Taken {
    /// From the crate on.
    pub(crate) path: Module,
}

/// Every path of the crate that a file names outside its tests.
pub(crate) fn taken(syntax: &syn::File, module: &Module, all: &BTreeSet<Module>) -> Vec<Taken> {
    let mut reader = Reader {
        module: module.clone(),
        all,
        brought: BTreeMap::new(),
        handed_on: BTreeSet::new(),
        found: vec![],
    };
    reader.bring(&syntax.items);
    reader.visit_file(syntax);
    reader.found
}

struct Reader<'a> {
    module: Module,
    all: &'a BTreeSet<Module>,
    /// Names that `use` brings, and what they stand for.
    brought: BTreeMap<String, Module>,
    /// Names that it hands on.
    handed_on: BTreeSet<String>,
    found: Vec<Taken>,
}

impl Reader<'_> {
    fn bring(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Use(one) = item
                && !is_test(&one.attrs)
            {
                self.use_tree(one);
            }
        }
    }

    fn use_tree(&mut self, one: &ItemUse) {
        let mut brought = Vec::new();
        leaves(&one.tree, &mut Vec::new(), &mut |path, name| brought.push((path.to_vec(), name)));
        for (path, name) in brought {
            if let Some(path) = self.ours(&path) {
                if !matches!(one.vis, syn::Visibility::Inherited) {
                    self.handed_on.insert(name.clone());
                }
                self.brought.insert(name, path);
            }
        }
    }

    /// A path from the crate on, where it is one of the crate.
    fn ours(&self, path: &[String]) -> Option<Module> {
        let first = path.first()?;
        if let "crate" | "self" | "super" = first.as_str() {
            return absolute(path, &self.module);
        }
        if let Some(real) = self.brought.get(first) {
            return Some(real.iter().chain(&path[1..]).cloned().collect());
        }
        let own: Module = self.module.iter().chain(path).cloned().collect();
        self.all.contains(&own[..=self.module.len()]).then_some(own)
    }

    fn take(&mut self, path: &[String]) {
        if let Some(path) = self.ours(path) {
            self.found.push(Taken { path });
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, one: &'ast ItemUse) {
        if is_test(&one.attrs) {
            return;
        }
        let mut paths = Vec::new();
        leaves(&one.tree, &mut Vec::new(), &mut |path, _| paths.push(path.to_vec()));
        // What a module hands on it does not use.
        if matches!(one.vis, syn::Visibility::Inherited) {
            paths.iter().for_each(|path| self.take(path));
        }
    }

    fn visit_item_mod(&mut self, one: &'ast ItemMod) {
        let Some((_, items)) = &one.content else { return };
        if is_test(&one.attrs) {
            return;
        }
        let brought = self.brought.clone();
        self.bring(items);
        visit::visit_item_mod(self, one);
        self.brought = brought;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|one| one.ident.to_string()).collect();
        // One name alone is of this file or was brought by a `use` that is counted itself, unless
        // that hands it on.
        if segments.len() > 1 || self.handed_on.contains(&segments[0]) {
            self.take(&segments);
        }
        visit::visit_path(self, path);
    }
}
