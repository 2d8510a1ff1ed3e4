//! The meta row: what the other rows are made from, and as of where.

use serde::{Deserialize, Serialize};

use crate::check::{Checks, hash};

/// The format of the rows. Raised when they are laid out otherwise or a number in them means
/// something else: older rows are rebuilt. 2: the content of a fact is of its leaf hash.
/// 5: notices stand in runs. 6: sums are exact beyond 64 bits, and a fact tells a twin from a rival.
/// 7: a column of lists that were opened comes before the catalogue's, and money has a giver.
/// 8: a census may be of another day than its fact.
pub(crate) const FORMAT: u32 = 8;

/// A place in a journal, with what is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Mark {
    /// The position of the last record that was taken in; 0 before the first.
    pub position: u64,
    /// SHA-256 of that record's bytes; zeros at position 0.
    pub digest: [u8; 32],
}

/// What became of the records up to a position. They sum to the position.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// They say something that none said before.
    pub applied: u64,
    /// They were there already.
    pub duplicate: u64,
    /// They cannot be read.
    pub unreadable: u64,
    /// They belong to another shard.
    pub foreign: u64,
}

impl Counts {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.applied + self.duplicate + self.unreadable + self.foreign
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.applied += other.applied;
        self.duplicate += other.duplicate;
        self.unreadable += other.unreadable;
        self.foreign += other.foreign;
    }
}

/// What the numbers in the rows refer to. Rows of other editions are rebuilt.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Editions {
    /// The hash of the gazetteer: sites and units are its numbers.
    pub gazetteer: String,
    /// The hash of the catalogue: columns are its numbers.
    pub catalogue: String,
    /// Which records are taken in: the name of the shard.
    pub shard: String,
    /// The rules that notices are made by; empty for none.
    pub milestones: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) journal: u128,
    pub(crate) editions: Editions,
    pub(crate) mark: Mark,
    pub(crate) counts: Counts,
    pub(crate) checks: Checks,
    /// The number of the last chunk of facts.
    pub(crate) chunk: u32,
    /// How many facts are kept.
    pub(crate) facts: u64,
    /// How many notices there are.
    pub(crate) notices: u64,
    /// What has to be remembered of the tree over the journal, as its owner writes it.
    pub(crate) tree: Vec<u8>,
}

/// What the meta row says.
pub(crate) enum Found {
    Meta(Box<Meta>),
    /// Of another format.
    Format(u32),
    Damaged,
}

impl Meta {
    pub(crate) fn new(journal: u128, editions: Editions) -> Meta {
        let (mark, counts, checks) = Default::default();
        Meta {
            journal,
            editions,
            mark,
            counts,
            checks,
            chunk: 0,
            facts: 0,
            notices: 0,
            tree: Vec::new(),
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = FORMAT.to_le_bytes().to_vec();
        postcard::to_io(self, &mut out).expect("memory takes everything");
        sealed(out)
    }

    pub(crate) fn read(bytes: &[u8]) -> Found {
        let read = || {
            let (format, rest) = unsealed(bytes)?.split_first_chunk::<4>()?;
            match u32::from_le_bytes(*format) {
                FORMAT => Some(Found::Meta(Box::new(postcard::from_bytes(rest).ok()?))),
                other => Some(Found::Format(other)),
            }
        };
        read().unwrap_or(Found::Damaged)
    }
}

/// The row that tells the position of the upper rows.
pub(crate) fn write_position(position: u64) -> Vec<u8> {
    sealed(position.to_le_bytes().to_vec())
}

pub(crate) fn read_position(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(unsealed(bytes)?.try_into().ok()?))
}

/// Bytes with their hash behind them.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hash = hash(&bytes);
    bytes.extend_from_slice(&hash.to_le_bytes());
    bytes
}

fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (bytes, seal) = bytes.split_last_chunk::<16>()?;
    (hash(bytes) == u128::from_le_bytes(*seal)).then_some(bytes)
}
