//! RFC 6962, section 2.1, word for word: recursive, over all leaves at once.

use proof::{Hash, leaf};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::{Digest, Sha256};

/// MTH(D[n]).
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash(Sha256::digest([]).into()),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            let bytes = [&[1][..], &root(left).0, &root(right).0].concat();
            Hash(Sha256::digest(bytes).into())
        }
    }
}

/// PATH(m, D[n]).
pub(crate) fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut below, sibling) = match index < left.len() {
        true => (path(index, left), right),
        false => (path(index - left.len(), right), left),
    };
    below.push(root(sibling));
    below
}

/// SUBPROOF(m, D[n], b); PROOF(m, D[n]) with b.
pub(crate) fn consistency(old: usize, leaves: &[Hash], complete: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if complete { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut below, sibling) = match old <= left.len() {
        true => (consistency(old, left, complete), right),
        false => (consistency(old - left.len(), right, false), left),
    };
    below.push(root(sibling));
    below
}

fn split(size: usize) -> usize {
    (0..).map(|power| 1 << power).take_while(|half| *half < size).last().unwrap()
}

/// Different records, and the hashes of their leaves.
pub(crate) fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
}

/// The same records in the tree of another implementation.
pub(crate) fn foreign(count: usize) -> MemoryBackedTree<Sha256, [u8; 8]> {
    let mut tree = MemoryBackedTree::new();
    (0..count).for_each(|n| tree.push(n.to_be_bytes()));
    tree
}
