//! A compact range: what has to be remembered of the first n leaves to go on hashing.

use sha2::{Digest, Sha256};

use crate::tree::{Hash, node, nothing};
use crate::{Error, Result};

/// The first byte of a written range.
const VERSION: u8 = 1;
/// How many bytes of a hash close a written range.
const SEAL: usize = 8;
const FORM: &str = "range of a Merkle tree";

/// The roots of the perfect subtrees that the first leaves of a tree fall into: at most 64 hashes,
/// whatever its size.
///
/// Threads may hash runs of leaves into ranges of their own; [`Range::append`] joins those whose
/// subtrees fall into the tree's grid, such as runs of one power of two.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Range {
    size: u64,
    /// One for each bit of `size` that is set, the highest bit first.
    peaks: Vec<Hash>,
}

impl Range {
    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(leaf, 0);
    }

    /// Appends the leaves of another range.
    ///
    /// # Errors
    /// `Misaligned`, unless every subtree of `other` begins at a multiple of its own size here.
    /// Nothing was appended.
    pub fn append(&mut self, other: &Range) -> Result<()> {
        let misaligned = Error::Misaligned { size: self.size, other: other.size };
        // The largest subtree decides: those behind it are smaller and begin at a multiple of it.
        let aligned = other.size == 0 || self.size.is_multiple_of(1 << other.size.ilog2());
        if !aligned || self.size.checked_add(other.size).is_none() {
            return Err(misaligned);
        }
        let levels = (0..u64::BITS).rev().filter(|level| other.size >> level & 1 == 1);
        levels.zip(&other.peaks).for_each(|(level, peak)| self.push_subtree(*peak, level));
        Ok(())
    }

    /// Appends a perfect subtree of 2^level leaves, which begins at a multiple of that.
    fn push_subtree(&mut self, root: Hash, level: u32) {
        let mut root = root;
        for _ in 0..(self.size >> level).trailing_ones() {
            let left = self.peaks.pop().expect("every bit that is set has its peak");
            root = node(&left, &root);
        }
        self.peaks.push(root);
        self.size += 1 << level;
    }

    /// The root of the tree over these leaves.
    pub fn root(&self) -> Hash {
        let joined = self.peaks.iter().rev().copied().reduce(|right, left| node(&left, &right));
        joined.unwrap_or_else(nothing)
    }

    /// Writes the range: a version byte, the size (64 bits, the highest first), the peaks, the
    /// largest subtree's first, and the first 64 bits of SHA-256 over all that.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.size.to_be_bytes());
        self.peaks.iter().for_each(|peak| out.extend(peak.0));
        let seal = Sha256::digest(&out);
        out.extend(&seal[..SEAL]);
        out
    }

    /// Reads what [`Range::to_bytes`] wrote.
    ///
    /// # Errors
    /// `Malformed`: another version, another length than the size asks for, damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Range> {
        let malformed = |what| Error::malformed(FORM, what);
        let (body, seal) = bytes
            .len()
            .checked_sub(SEAL)
            .map(|at| bytes.split_at(at))
            .ok_or_else(|| malformed("it is too short"))?;
        if Sha256::digest(body)[..SEAL] != *seal {
            return Err(malformed("it is damaged"));
        }
        let Some((&VERSION, rest)) = body.split_first() else {
            return Err(malformed("it has another version"));
        };
        let (size, rest) = rest.split_first_chunk().ok_or_else(|| malformed("it is too short"))?;
        let (peaks, rest) = rest.as_chunks::<32>();
        let size = u64::from_be_bytes(*size);
        if !rest.is_empty() || peaks.len() != size.count_ones() as usize {
            return Err(malformed("it has another length than its size asks for"));
        }
        Ok(Range { size, peaks: peaks.iter().copied().map(Hash).collect() })
    }
}
