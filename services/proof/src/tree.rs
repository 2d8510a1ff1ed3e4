//! The hashes of RFC 6962, section 2.1: of leaves, of inner nodes, of nothing.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::base::{from_base64, to_base64};

/// A hash in the tree. Written in base64, as in checkpoints and proofs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

/// The hash of a record: SHA-256 of a zero byte and the record's bytes. The one place where facts
/// are hashed.
pub fn leaf(bytes: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(bytes).finalize().into())
}

/// The hash of an inner node. Its first byte differs from a leaf's: no record can pass for a node.
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// The root of the tree without leaves.
pub(crate) fn nothing() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// The number of leaves left of where a tree of this size divides: the largest power of two
/// smaller than it. `size` is 2 or more.
pub(crate) fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

impl Hash {
    /// Reads what `Display` writes; none where it is anything else.
    pub fn parse(text: &str) -> Option<Hash> {
        from_base64(text)?.try_into().ok().map(Hash)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_base64(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
