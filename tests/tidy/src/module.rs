//! Paths of modules, as segments from the crate on.

use syn::UseTree;

/// A module: its path below the crate, as segments.
pub(crate) type Module = Vec<String>;

/// Whether something is there for tests only.
pub(crate) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|one| {
        let mut found = false;
        let _ = one.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("test");
            Ok(())
        });
        one.path().is_ident("cfg") && found
    })
}

/// Every name that a `use` brings, with its path.
pub(crate) fn leaves(
    tree: &UseTree,
    path: &mut Vec<String>,
    give: &mut dyn FnMut(&[String], String),
) {
    match tree {
        UseTree::Path(one) => {
            path.push(one.ident.to_string());
            leaves(&one.tree, path, give);
            path.pop();
        }
        UseTree::Name(one) => {
            let name = one.ident.to_string();
            if name == "self" {
                let own = path.last().cloned().unwrap_or_default();
                return give(path, own);
            }
            path.push(name.clone());
            give(path, name);
            path.pop();
        }
        UseTree::Rename(one) => {
            path.push(one.ident.to_string());
            give(path, one.rename.to_string());
            path.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|one| leaves(one, path, give)),
        UseTree::Glob(_) => {}
    }
}

/// A path from the crate on; none, where it leads out of the crate. What begins with no keyword may
/// be a module of this one, which is tried by the caller.
pub(crate) fn absolute(path: &[String], module: &[String]) -> Option<Module> {
    let mut at = module.to_vec();
    let mut rest = path;
    match rest.first().map(String::as_str) {
        Some("crate") => at.clear(),
        Some("self") => {}
        Some("super") => {
            at.pop();
        }
        Some(_) => return Some(at.into_iter().chain(rest.iter().cloned()).collect()),
        None => return None,
    }
    rest = &rest[1..];
    while rest.first().is_some_and(|one| one == "super") {
        at.pop();
        rest = &rest[1..];
    }
    Some(at.into_iter().chain(rest.iter().cloned()).collect())
}
