//! Roots, and ranges that are stopped, stored, joined.

use proof::{Error, Hash, Range, leaf};
use proptest::prelude::*;

use crate::{flips, naive};

/// The leaves of Certificate Transparency's own tests.
const CT_LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots of the first 0, 1, 2 … of them.
const CT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

pub(crate) fn hex(hash: Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn ct_leaves() -> Vec<Hash> {
    CT_LEAVES.map(leaf).to_vec()
}

fn range(leaves: &[Hash]) -> Range {
    let mut range = Range::default();
    leaves.iter().for_each(|leaf| range.push(*leaf));
    range
}

#[test]
fn the_roots_of_certificate_transparency_are_ours() {
    let leaves = ct_leaves();
    for (size, root) in CT_ROOTS.iter().enumerate() {
        assert_eq!(hex(range(&leaves[..size]).root()), *root, "{size} leaves");
    }
}

#[test]
fn a_range_has_the_root_of_the_recursive_tree_and_of_a_foreign_one() {
    let leaves = naive::leaves(300);
    let mut range = Range::default();
    for size in 0..=leaves.len() {
        assert_eq!((range.size(), range.root()), (size as u64, naive::root(&leaves[..size])));
        let foreign: [u8; 32] = (*naive::foreign(size).root().as_bytes()).into();
        assert_eq!(range.root(), Hash(foreign), "{size} leaves");
        assert_eq!(Range::from_bytes(&range.to_bytes()).unwrap(), range);
        if let Some(leaf) = leaves.get(size) {
            range.push(*leaf);
        }
    }
}

#[test]
fn a_written_range_is_read_whole_or_not_at_all() {
    let bytes = range(&naive::leaves(13)).to_bytes();
    assert_eq!(bytes.len(), 1 + 8 + 3 * 32 + 8);
    // Facts are stored with it: its form never changes under the same version.
    assert_eq!(&bytes[..9], b"\x01\0\0\0\0\0\0\0\x0d");
    for flipped in flips(&bytes) {
        assert!(matches!(Range::from_bytes(&flipped), Err(Error::Malformed { .. })));
    }
    for end in 0..bytes.len() {
        assert!(Range::from_bytes(&bytes[..end]).is_err(), "{end} bytes");
        assert!(Range::from_bytes(&bytes[end + 1..]).is_err(), "from byte {end}");
    }
}

/// Appended to a size: does the other range fall into the grid?
#[test]
fn subtrees_are_appended_where_they_are_aligned() {
    let table = [
        (0, 0, true),
        (5, 0, true),
        (0, 7, true),
        (8, 8, true),
        (8, 5, true),
        (4, 8, false),
        (4, 4, true),
        (5, 1, true),
        (6, 3, true),
        (5, 2, false),
        (12, 7, true),
        (12, 8, false),
    ];
    for (size, other, aligned) in table {
        let leaves = naive::leaves(size + other);
        let mut joined = range(&leaves[..size]);
        let before = joined.clone();
        let appended = joined.append(&range(&leaves[size..]));
        assert_eq!(appended.is_ok(), aligned, "{size} and {other}");
        assert_eq!(joined, if aligned { range(&leaves) } else { before }, "{size} and {other}");
    }
}

proptest! {
    #[test]
    fn runs_of_one_power_of_two_hashed_apart_join_to_the_same_range(
        count in 0_usize..500, level in 0_u32..6,
    ) {
        let leaves = naive::leaves(count);
        let mut joined = Range::default();
        for run in leaves.chunks(1 << level) {
            joined.append(&range(run)).unwrap();
        }
        prop_assert_eq!(joined, range(&leaves));
    }
}
