//! What became of a check.

use proof::Checkpoint;

use crate::fault::Fault;

/// What became of a check.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong, the first [`crate::FAULTS_MAX`]; none if the pack holds.
    pub faults: Vec<Fault>,
    /// How many more faults there are.
    pub more: u64,
    /// The checkpoint, also if it is not to be believed.
    pub checkpoint: Option<Checkpoint>,
    /// The vintage's id.
    pub vintage: Option<String>,
    /// The rows that were computed again and compared.
    pub rows: u64,
    /// Whether the signature covers every file. Packs made without a key, and those of older
    /// programs, are signed in their records and their vintage only.
    pub files_signed: bool,
    /// The files of which something is not computed again, receive times in `journal/receipts.txt`:
    /// they are as they were packed if the files are signed, and anybody's otherwise.
    pub not_computed: Vec<&'static str>,
}

impl Verdict {
    /// Whether everything was as it is signed.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}
