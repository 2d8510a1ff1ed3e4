//! Checks proofs, as RFC 9162 sections 2.1.3.2 and 2.1.4.2 write it down for the same tree.

use crate::tree::{Hash, node};
use crate::{Error, Result};

/// Checks that the leaf with this index, from 0, is in the tree of this size and root.
///
/// # Errors
/// `Index`, `PathLength`, `Root`.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<()> {
    if index >= size {
        return Err(Error::Index { index, size });
    }
    let mut way = Way { at: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in path {
        hash = match way.up(path.len())? {
            Sibling::Left => node(sibling, &hash),
            Sibling::Right => node(&hash, sibling),
        };
    }
    way.ended(path.len())?;
    if hash == *root { Ok(()) } else { Err(Error::Root) }
}

/// Checks that the tree of `old` leaves with its root is the beginning of the one of `new`.
///
/// # Errors
/// `Sizes`: `old` is 0 or larger than `new`. `PathLength`, `Root`.
pub fn verify_consistency(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    path: &[Hash],
) -> Result<()> {
    if old == 0 || old > new {
        return Err(Error::Sizes { old, new });
    }
    let length = Error::PathLength { found: path.len() };
    // A perfect old tree is a node of the new one: the path begins above it.
    let (first, rest) = match path.split_first() {
        _ if old == new && !path.is_empty() => return Err(length),
        _ if old.is_power_of_two() || old == new => (old_root, path),
        Some((first, rest)) => (first, rest),
        None => return Err(length),
    };
    let mut way = Way { at: old - 1, last: new - 1 };
    if old == new {
        way = Way { at: 0, last: 0 };
    } else {
        way.skip(way.at.trailing_ones());
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        match way.up(path.len())? {
            Sibling::Left => {
                old_hash = node(sibling, &old_hash);
                new_hash = node(sibling, &new_hash);
            }
            Sibling::Right => new_hash = node(&new_hash, sibling),
        }
    }
    way.ended(path.len())?;
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(Error::Root) }
}

/// On which side the next hash of a path stands.
enum Sibling {
    Left,
    Right,
}

/// A node on its way to the root: its index in its level, and that of the level's last node.
struct Way {
    at: u64,
    last: u64,
}

impl Way {
    /// Goes one hash of the path up.
    fn up(&mut self, found: usize) -> Result<Sibling> {
        if self.last == 0 {
            return Err(Error::PathLength { found });
        }
        let right = self.at & 1 == 1 || self.at == self.last;
        if right {
            // The last node of a level may have no sibling there: it is its own parent.
            self.skip(self.at.trailing_zeros());
        }
        self.skip(1);
        Ok(if right { Sibling::Left } else { Sibling::Right })
    }

    fn skip(&mut self, levels: u32) {
        self.at >>= levels;
        self.last >>= levels;
    }

    fn ended(&self, found: usize) -> Result<()> {
        if self.last == 0 { Ok(()) } else { Err(Error::PathLength { found }) }
    }
}
