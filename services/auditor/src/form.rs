//! The form of a pack: its files, and how large each may be.

pub(crate) mod records;
pub(crate) mod tables;

use sha2::{Digest as _, Sha256};

/// The signed checkpoint.
pub(crate) const NOTE: &str = "checkpoint.note";
/// The frozen figures.
pub(crate) const VINTAGE: &str = "vintage.txt";
/// The records.
pub(crate) const FACTS: &str = "journal/facts.ndjson";
/// A line about each record.
pub(crate) const RECEIPTS: &str = "journal/receipts.txt";
/// What changed since; not in every pack.
pub(crate) const REVISIONS: &str = "revisions.csv";
/// How to check a pack.
pub(crate) const GUIDE: &str = "VERIFY.md";
/// The hashes of all other files.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// The files of the catalogue, in the order of its hash; behind them comes [`BOUNDS`].
pub(crate) const CATALOGUE: [&str; 4] = [
    "catalog/indicators.toml",
    "catalog/movements.toml",
    "catalog/calendars.toml",
    "catalog/codes.toml",
];
/// The bounds of facts, the last file of a catalogue; packs of before there were bounds have none,
/// and hold no fact for what it tells.
pub(crate) const BOUNDS: &str = "catalog/bounds.toml";
/// The files of the gazetteer, in the order of its hash.
pub(crate) const GAZETTEER: [&str; 3] =
    ["gazetteer/units.csv", "gazetteer/successions.csv", "gazetteer/aliases.csv"];
/// The tables, in the order of the vintage's rows.
pub(crate) const TABLES: [&str; 4] =
    ["figures.csv", "movements.csv", "targets.csv", "findings.csv"];

/// All files that every pack has.
pub(crate) fn required() -> impl Iterator<Item = &'static str> {
    let single = [NOTE, VINTAGE, FACTS, RECEIPTS, GUIDE, SUMS];
    single.into_iter().chain(CATALOGUE).chain(GAZETTEER).chain(TABLES)
}

/// All files that a pack may have.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    required().chain([BOUNDS, REVISIONS]).find(|known| *known == name)
}

const MIB: u64 = 1 << 20;

/// The most bytes a file may have. What is read into memory is bounded by it; records are read one
/// after the other.
pub(crate) fn bytes_max(name: &str) -> u64 {
    match name {
        FACTS => 1 << 40,
        RECEIPTS => 8 << 30,
        NOTE | SUMS | GUIDE => MIB,
        _ => 512 * MIB,
    }
}

/// Deflate packs equal bytes at most 1032 times smaller; text of ours never comes near a hundred.
pub(crate) const RATIO_MAX: u64 = 200;

/// How the line of a checkpoint begins that signs a pack's files.
pub(crate) const FILES: &str = "files sha256:";

/// The line of a checkpoint that signs all files of a pack with these hashes: SHA-256 of
/// `SHA256SUMS` without the line of the checkpoint, which cannot hold its own hash.
pub(crate) fn files(sums: &str) -> String {
    let own = format!("  {NOTE}\n");
    let lines: String = sums.split_inclusive('\n').filter(|line| !line.ends_with(&own)).collect();
    format!("{FILES}{}", hex(&Sha256::digest(lines)))
}

/// What no figure is computed from, and nothing computes again: only a signature on all files
/// covers it. Of the receipts these are the receive times.
pub(crate) const NOT_COMPUTED: [&str; 3] = [RECEIPTS, REVISIONS, GUIDE];

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
