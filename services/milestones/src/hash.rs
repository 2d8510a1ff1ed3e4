//! Names made of SHA-256.

use sha2::{Digest as _, Sha256};

/// The first bytes of SHA-256, in hex.
pub(crate) fn hex(of: &[u8], bytes: usize) -> String {
    Sha256::digest(of).iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

/// The first four bytes as a number.
pub(crate) fn short(of: &[u8]) -> u32 {
    let [a, b, c, d, ..] = Sha256::digest(of).0;
    u32::from_be_bytes([a, b, c, d])
}
