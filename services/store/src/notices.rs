//! Notices as bytes: a run of them in one row, because a commit may have very many and rows are
//! what sled is slow at.

/// A run takes no more notices when it has so many,
const RUN: usize = 64;
/// or so many bytes.
const RUN_BYTES: usize = 8 << 10;

/// The runs of a list of notices, each with how many there are up to its last.
pub(crate) fn pack(notices: &[Vec<u8>]) -> Vec<(usize, Vec<u8>)> {
    let (mut runs, mut run, mut in_run) = (Vec::new(), Vec::new(), 0);
    for (number, notice) in (1..).zip(notices) {
        // A notice is far below 4 GiB.
        run.extend_from_slice(&(notice.len() as u32).to_le_bytes());
        run.extend_from_slice(notice);
        in_run += 1;
        if in_run == RUN || run.len() >= RUN_BYTES || number == notices.len() {
            runs.push((number, std::mem::take(&mut run)));
            in_run = 0;
        }
    }
    runs
}

/// The notices of a run; none if it is not whole.
pub(crate) fn unpack(mut run: &[u8]) -> Option<Vec<&[u8]>> {
    let mut notices = Vec::new();
    while let Some((length, rest)) = run.split_first_chunk::<4>() {
        let (notice, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        notices.push(notice);
        run = rest;
    }
    run.is_empty().then_some(notices)
}
