//! Linear checks: sums of hashes, kept up by differences and computed again from the rows at open.
//! They guard against rot, not against malice.

use domain::finding::Finding;
use domain::posting::{Column, Site, Slot, Statement};
use serde::{Deserialize, Serialize};

/// What the rows must come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Checks {
    /// [`domain::rollup::Rollup::check`].
    pub(crate) cells: u128,
    /// The sum of the hashes of all facts as packed.
    pub(crate) facts: u128,
    pub(crate) statements: u128,
    pub(crate) findings: u128,
    /// The sum of the hashes of all notices.
    pub(crate) notices: u128,
}

pub(crate) fn of_statement(statement: &Statement) -> u128 {
    hash(&postcard::to_stdvec(statement).expect("memory takes everything"))
}

pub(crate) fn of_finding(finding: &Finding) -> u128 {
    hash(&postcard::to_stdvec(finding).expect("memory takes everything"))
}

pub(crate) fn of_notice(number: u64, notice: &[u8]) -> u128 {
    hash(&[&number.to_le_bytes(), notice].concat())
}

/// A cell's part in a sum over cells.
pub(crate) fn of_cell(site: Site, column: Column, slot: Slot, value: i64) -> u128 {
    let address = u64::from(site.0) << 32 | u64::from(column.0) << 16 | u64::from(slot.0);
    let (high, low) = (mix(address ^ 0x6A09_E667_F3BC_C908), mix(address ^ 0xBB67_AE85_84CA_A73B));
    (u128::from(high) << 64 | u128::from(low)).wrapping_mul(value as u128)
}

/// A hash of bytes that is the same in every build.
pub(crate) fn hash(bytes: &[u8]) -> u128 {
    let mut state = mix(bytes.len() as u64 ^ 0x3C6E_F372_FE94_F82B);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word: [u8; 8] = word.try_into().expect("eight bytes");
        state = mix(state.rotate_left(23) ^ u64::from_le_bytes(word));
    }
    let mut rest = [0; 8];
    rest[..words.remainder().len()].copy_from_slice(words.remainder());
    state = mix(state.rotate_left(23) ^ u64::from_le_bytes(rest));
    u128::from(state) << 64 | u128::from(mix(state ^ 0xA54F_F53A_5F1D_36F1))
}

/// The finaliser of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
