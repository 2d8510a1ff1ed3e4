//! Sealing: a full active segment becomes a compressed one.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::layout::{self, HEADER, Kind};
use super::manifest::{Item, Manifest};
use super::raw::Raw;
use super::sealed::{self, Sealed, Slot};
use super::{BLOCK_BYTES, files};
use crate::{Error, Identity, Position, Result};

/// Measured on two slow cores with 400-byte JSON facts: see `examples/throughput.rs`.
const ZSTD_LEVEL: i32 = 1;

/// Seals the segment that begins at `first`. Must hold the lock; the segment is not written any
/// more, is synced, and has at least one record.
pub(crate) fn seal(dir: &Path, first: Position, identity: Identity) -> Result<()> {
    let raw = layout::path(dir, first, Kind::Active);
    let target = layout::path(dir, first, Kind::Sealed);
    let beside = files::temporary(&target);

    // If we crash while this is written, the next writer removes it and seals again.
    let mut file = File::create(&beside).map_err(Error::io("create", &beside))?;
    pack(dir, first, identity, &mut file, &beside)?;
    files::finish(&file, &target)?;
    // If we crash here, both segments are there and say the same; readers prefer the sealed one,
    // and the next writer goes on with the two steps below.
    record(dir, first, identity)?;
    // If we crash here, the manifest knows the sealed segment and the active one is still there.
    files::remove(&raw)
}

/// Writes the sealed segment into the manifest.
pub(crate) fn record(dir: &Path, first: Position, identity: Identity) -> Result<()> {
    let Some(sealed) = Sealed::open(dir, first, identity)? else {
        let path = layout::path(dir, first, Kind::Sealed);
        return Err(Error::corrupt(&path, 0, "it vanished"));
    };
    let mut manifest = Manifest::load(dir, identity)?;
    manifest.put(Item::of(&sealed)?);
    manifest.save(dir)
}

fn pack(
    dir: &Path,
    first: Position,
    identity: Identity,
    file: &mut File,
    beside: &Path,
) -> Result<()> {
    let Some(mut raw) = Raw::open(dir, first, identity)? else {
        return Err(Error::corrupt(&layout::path(dir, first, Kind::Active), 0, "it vanished"));
    };
    let mut put = |bytes: &[u8]| file.write_all(bytes).map_err(Error::io("write", beside));
    put(&layout::header(Kind::Sealed, identity, first))?;
    let mut offset = HEADER as u64;
    let mut slots = Vec::new();
    while let Some(chunk) = raw.next_chunk(BLOCK_BYTES)? {
        let packed = zstd::bulk::compress(&chunk.frames, ZSTD_LEVEL)
            .map_err(Error::io("compress", beside))?;
        slots.push(Slot {
            offset,
            packed: size(packed.len()),
            raw: size(chunk.frames.len()),
            first: chunk.first,
            count: size(usize::try_from(chunk.count).expect("a chunk is in memory")),
            crc: crc32fast::hash(&packed),
        });
        offset += packed.len() as u64;
        put(&packed)?;
    }
    raw.expect_end()?;
    put(&sealed::encode_end(offset, &slots))
}

fn size(len: usize) -> u32 {
    u32::try_from(len).expect("a block is far smaller than 4 GiB")
}
