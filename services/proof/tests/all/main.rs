//! Trees against naive and foreign ones, formats against their specifications, all against flips.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;
mod keys;
mod naive;
mod notes;
mod proofs;
mod trees;

/// Every text that differs from this one in a single bit, as bytes.
fn flips(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..text.len() * 8).map(|bit| {
        let mut flipped = text.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}
