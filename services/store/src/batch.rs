//! A batch of rows that knows how large it is, so that it can be asked beforehand whether there is
//! room for it.

use sled::IVec;

/// What sled keeps beside key and value of a row.
const ROW_BYTES: usize = 32;

/// Rows to be written, all or none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) rows: sled::Batch,
    bytes: usize,
}

impl Batch {
    pub(crate) fn insert(&mut self, key: &[u8], value: impl Into<IVec>) {
        let value = value.into();
        self.bytes += key.len() + value.len() + ROW_BYTES;
        self.rows.insert(key, value);
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.bytes += key.len() + ROW_BYTES;
        self.rows.remove(key);
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes as u64
    }
}
