//! Inclusion and consistency: made as the RFC says, checked strictly.

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proof::{Error, Hash, Prover, verify_consistency, verify_inclusion};
use proptest::prelude::*;
use sha2::Sha256;

use crate::naive;
use crate::trees::{ct_leaves, hex};

const SIZES: std::ops::Range<usize> = 1..40;

fn inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    let prover = Prover::inclusion(index as u64, leaves.len() as u64).unwrap();
    proved(prover, leaves)
}

fn consistency(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    let prover = Prover::consistency(old as u64, leaves.len() as u64).unwrap();
    proved(prover, leaves)
}

fn proved(mut prover: Prover, leaves: &[Hash]) -> Vec<Hash> {
    leaves.iter().for_each(|leaf| prover.push(*leaf));
    let proved = prover.finish().unwrap();
    assert_eq!(proved.root, naive::root(leaves));
    proved.path
}

fn includes(index: usize, leaves: &[Hash], path: &[Hash]) -> proof::Result<()> {
    let root = naive::root(leaves);
    verify_inclusion(&leaves[index], index as u64, leaves.len() as u64, path, &root)
}

fn continues(old: usize, leaves: &[Hash], path: &[Hash]) -> proof::Result<()> {
    let (before, after) = (naive::root(&leaves[..old]), naive::root(leaves));
    verify_consistency((old as u64, &before), (leaves.len() as u64, &after), path)
}

fn wrong_length(result: &proof::Result<()>) -> bool {
    matches!(result, Err(Error::PathLength { .. }))
}

/// From the tests of Certificate Transparency: index, size, and how the hashes begin.
#[test]
fn the_paths_of_certificate_transparency_are_ours() {
    let table: [(usize, usize, &[&str]); 5] = [
        (0, 1, &[]),
        (0, 8, &["96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"]),
        (5, 8, &["bc1a0643b12e4d2d", "ca854ea128ed050b", "d37ee418976dd957"]),
        (2, 3, &["fac54203e7cc696c"]),
        (1, 5, &["6e340b9cffb37a98", "5f083f0a1a33ca07", "bc1a0643b12e4d2d"]),
    ];
    let short = |path: Vec<Hash>| -> Vec<String> {
        path.into_iter().map(|hash| hex(hash)[..16].to_owned()).collect()
    };
    let leaves = ct_leaves();
    for (index, size, path) in table {
        assert_eq!(short(inclusion(index, &leaves[..size])), path, "{index} of {size}");
    }
    let table: [(usize, usize, &[&str]); 4] = [
        (1, 1, &[]),
        (1, 8, &["96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"]),
        (6, 8, &["0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"]),
        (2, 5, &["5f083f0a1a33ca07", "bc1a0643b12e4d2d"]),
    ];
    for (old, new, path) in table {
        assert_eq!(short(consistency(old, &leaves[..new])), path, "{old} to {new}");
    }
}

#[test]
fn every_leaf_of_every_small_tree_is_proved_as_the_rfc_says() {
    for size in SIZES {
        let (leaves, foreign) = (naive::leaves(size), naive::foreign(size));
        let root = RootHash::<Sha256>::new(naive::root(&leaves).0.into(), size as u64);
        for index in 0..size {
            let path = inclusion(index, &leaves);
            assert_eq!(path, naive::path(index, &leaves), "{index} of {size}");
            includes(index, &leaves, &path).unwrap();
            let bytes = path.iter().flat_map(|hash| hash.0).collect();
            let theirs = InclusionProof::<Sha256>::try_from_bytes(bytes).unwrap();
            assert_eq!(theirs.as_bytes(), foreign.prove_inclusion(index).as_bytes());
            root.verify_inclusion(&index.to_be_bytes(), index as u64, &theirs).unwrap();
        }
    }
}

#[test]
fn every_growth_of_every_small_tree_is_proved_as_the_rfc_says() {
    for size in SIZES {
        let (leaves, foreign) = (naive::leaves(size), naive::foreign(size));
        for old in 1..=size {
            let path = consistency(old, &leaves);
            assert_eq!(path, naive::consistency(old, &leaves, true), "{old} to {size}");
            continues(old, &leaves, &path).unwrap();
            if old < size {
                let bytes = path.iter().flat_map(|hash| hash.0).collect();
                let ours = ConsistencyProof::<Sha256>::try_from_bytes(bytes).unwrap();
                assert_eq!(ours.as_bytes(), foreign.prove_consistency(size - old).as_bytes());
            }
        }
    }
}

#[test]
fn what_there_is_no_proof_of_is_neither_made_nor_checked() {
    let hash = naive::leaves(1)[0];
    for (index, size) in [(0, 0), (1, 1), (8, 8), (u64::MAX, 8), (u64::MAX, u64::MAX)] {
        assert!(matches!(Prover::inclusion(index, size), Err(Error::Index { .. })));
        let checked = verify_inclusion(&hash, index, size, &[], &hash);
        assert!(matches!(checked, Err(Error::Index { .. })), "{index} of {size}");
    }
    for (old, new) in [(0, 0), (0, 8), (9, 8), (u64::MAX, 8)] {
        assert!(matches!(Prover::consistency(old, new), Err(Error::Sizes { .. })));
        let checked = verify_consistency((old, &hash), (new, &hash), &[]);
        assert!(matches!(checked, Err(Error::Sizes { .. })), "{old} to {new}");
    }
    for leaves in [0, 6, 8] {
        let mut prover = Prover::inclusion(2, 7).unwrap();
        naive::leaves(leaves).into_iter().for_each(|leaf| prover.push(leaf));
        assert!(matches!(prover.finish(), Err(Error::Leaves { .. })), "{leaves} leaves");
    }
}

#[test]
fn the_largest_trees_are_walked_to_their_roots() {
    let hash = naive::leaves(1)[0];
    for (index, size, length) in [
        (0, u64::MAX, 64),
        (u64::MAX - 1, u64::MAX, 63),
        (0, 1 << 63, 63),
        (1 << 63, (1 << 63) + 1, 1),
    ] {
        for found in 0..=65 {
            let checked = verify_inclusion(&hash, index, size, &vec![hash; found], &hash);
            assert_eq!(wrong_length(&checked), found != length, "{found} for {index} of {size}");
        }
    }
}

proptest! {
    #[test]
    fn a_path_of_another_length_leaf_place_or_tree_is_refused(
        size in 1_usize..200, index in 0_usize..200, other in 0_usize..200, at in 0_usize..8,
    ) {
        let (index, leaves) = (index % size, naive::leaves(size));
        let path = inclusion(index, &leaves);
        let longer = [&path[..], &leaves[..1]].concat();
        prop_assert!(wrong_length(&includes(index, &leaves, &longer)));
        if let Some((_, shorter)) = path.split_last() {
            prop_assert!(wrong_length(&includes(index, &leaves, shorter)));
            let mut exchanged = path.clone();
            exchanged[at % path.len()].0[at] ^= 1 << at;
            prop_assert!(matches!(includes(index, &leaves, &exchanged), Err(Error::Root)));
        }
        let other = other % size;
        prop_assert_eq!(includes(other, &leaves, &path).is_ok(), other == index);
        let root = naive::root(&leaves);
        let moved = verify_inclusion(&leaves[index], other as u64, size as u64, &path, &root);
        prop_assert_eq!(moved.is_ok(), other == index);
    }

    #[test]
    fn a_history_that_was_written_anew_is_refused(
        size in 2_usize..200, old in 1_usize..200, at in 0_usize..200,
    ) {
        let (old, leaves) = (1 + old % size, naive::leaves(size));
        let path = consistency(old, &leaves);
        let mut rewritten = leaves.clone();
        rewritten[at % old].0[0] ^= 1;
        let new_path = consistency(old, &rewritten);
        let (before, after) = (naive::root(&leaves[..old]), naive::root(&rewritten));
        for path in [&path, &new_path] {
            let sizes = ((old as u64, &before), (size as u64, &after));
            prop_assert!(verify_consistency(sizes.0, sizes.1, path).is_err());
        }
        let longer = [&path[..], &leaves[..1]].concat();
        prop_assert!(wrong_length(&continues(old, &leaves, &longer)));
        if let Some((_, shorter)) = path.split_last() {
            prop_assert!(continues(old, &leaves, shorter).is_err());
        }
    }
}
