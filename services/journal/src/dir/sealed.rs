//! Reading a sealed segment: compressed blocks, an index, a trailer.
//!
//! ```text
//! header 40 | block … | index: 32 bytes per block | trailer 48
//! index entry: offset u64 | packed bytes u32 | raw bytes u32 | first u64 | records u32 | crc u32
//! trailer: index offset u64 | blocks u32 | index crc u32 | first u64 | last u64
//!          | magic 8 | 0 u32 | crc u32
//! ```
//!
//! Each block is one zstd frame of whole record frames; its crc covers the packed bytes.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::layout::{self, HEADER, Kind};
use crate::block::Block;
use crate::frame::{self, Parsed};
use crate::{Error, Identity, Position, Result};

pub(crate) const ENTRY: usize = 32;
pub(crate) const TRAILER: usize = 48;
const MAGIC: &[u8; 8] = b"THSEALIX";
/// No block is larger, raw or packed: a bound on what a damaged index can make us allocate.
const BLOCK_BYTES_MAX: u32 = 8 << 20;

/// Where one block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) offset: u64,
    pub(crate) packed: u32,
    pub(crate) raw: u32,
    pub(crate) first: Position,
    pub(crate) count: u32,
    pub(crate) crc: u32,
}

impl Slot {
    pub(crate) fn last(&self) -> Position {
        Position(self.first.0 + u64::from(self.count) - 1)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&self.packed.to_le_bytes());
        out.extend_from_slice(&self.raw.to_le_bytes());
        out.extend_from_slice(&self.first.0.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&self.crc.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Self {
        Self {
            offset: u64_at(bytes, 0),
            packed: u32_at(bytes, 8),
            raw: u32_at(bytes, 12),
            first: Position(u64_at(bytes, 16)),
            count: u32_at(bytes, 24),
            crc: u32_at(bytes, 28),
        }
    }
}

/// The index and the trailer that follow the last block, which ends at `index_offset`.
pub(crate) fn encode_end(index_offset: u64, slots: &[Slot]) -> Vec<u8> {
    let mut out = Vec::with_capacity(slots.len() * ENTRY + TRAILER);
    for slot in slots {
        slot.encode(&mut out);
    }
    let index_crc = crc32fast::hash(&out);
    let start = out.len();
    let first = slots.first().map_or(0, |slot| slot.first.0);
    let last = slots.last().map_or(0, |slot| slot.last().0);
    let blocks = u32::try_from(slots.len()).expect("a segment has few blocks");
    out.extend_from_slice(&index_offset.to_le_bytes());
    out.extend_from_slice(&blocks.to_le_bytes());
    out.extend_from_slice(&index_crc.to_le_bytes());
    out.extend_from_slice(&first.to_le_bytes());
    out.extend_from_slice(&last.to_le_bytes());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 4]);
    let crc = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

/// An open sealed segment.
#[derive(Debug)]
pub(crate) struct Sealed {
    file: File,
    path: Arc<PathBuf>,
    slots: Vec<Slot>,
}

impl Sealed {
    /// Opens the file; `None` if there is no such file.
    pub(crate) fn open(dir: &Path, first: Position, identity: Identity) -> Result<Option<Self>> {
        let path = layout::path(dir, first, Kind::Sealed);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io("open", &path)(e)),
        };
        let mut header = [0; HEADER];
        read_at(&file, &path, &mut header, 0, "the header is cut short")?;
        layout::check_header(&header, &path, Kind::Sealed, identity, first)?;
        let slots = read_index(&file, &path, first)?;
        Ok(Some(Self { file, path: Arc::new(path), slots }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(crate) fn last(&self) -> Position {
        self.slots.last().map_or(Position(0), Slot::last)
    }

    /// The number of the block that holds `position`, or of the first after it.
    pub(crate) fn block_of(&self, position: Position) -> usize {
        self.slots.partition_point(|slot| slot.last() < position)
    }

    /// Reads a block without looking into it.
    pub(crate) fn packed(&self, block: usize) -> Result<Option<Packed>> {
        let Some(slot) = self.slots.get(block).copied() else { return Ok(None) };
        let mut bytes = vec![0; slot.packed as usize];
        read_at(&self.file, &self.path, &mut bytes, slot.offset, "a block is cut short")?;
        Ok(Some(Packed { path: Arc::clone(&self.path), slot, bytes }))
    }
}

fn read_index(file: &File, path: &Path, first: Position) -> Result<Vec<Slot>> {
    let len = file.metadata().map_err(Error::io("inspect", path))?.len();
    let Some(trailer_offset) = len.checked_sub(TRAILER as u64) else {
        return Err(Error::corrupt(path, 0, "the trailer is cut short"));
    };
    let damaged = |offset, what: &str| Error::corrupt(path, offset, what);
    let mut trailer = [0; TRAILER];
    read_at(file, path, &mut trailer, trailer_offset, "the trailer is cut short")?;
    let crc_good = crc32fast::hash(&trailer[..44]) == u32_at(&trailer, 44);
    if !crc_good || trailer[32..40] != *MAGIC {
        return Err(damaged(trailer_offset, "the trailer is damaged"));
    }
    let (index_offset, blocks) = (u64_at(&trailer, 0), u32_at(&trailer, 8) as usize);
    if index_offset.checked_add((blocks * ENTRY) as u64) != Some(trailer_offset) {
        return Err(damaged(trailer_offset, "the trailer does not fit the file"));
    }
    let mut index = vec![0; blocks * ENTRY];
    read_at(file, path, &mut index, index_offset, "the index is cut short")?;
    if crc32fast::hash(&index) != u32_at(&trailer, 12) {
        return Err(damaged(index_offset, "the index is damaged"));
    }
    let slots: Vec<Slot> = index.chunks_exact(ENTRY).map(Slot::decode).collect();
    let mut next = first;
    for slot in &slots {
        let small = slot.packed <= BLOCK_BYTES_MAX && slot.raw <= BLOCK_BYTES_MAX;
        if slot.first != next || slot.count == 0 || !small {
            return Err(damaged(index_offset, "the index contradicts itself"));
        }
        next = slot.last().next();
    }
    if next == first {
        return Err(damaged(index_offset, "the segment is empty"));
    }
    Ok(slots)
}

/// One block of a sealed segment as it is in the file.
#[derive(Debug)]
pub(crate) struct Packed {
    path: Arc<PathBuf>,
    slot: Slot,
    bytes: Vec<u8>,
}

impl Packed {
    pub(crate) fn last(&self) -> Position {
        self.slot.last()
    }

    /// Decompresses and verifies every frame.
    pub(crate) fn open(self) -> Result<Block> {
        let corrupt = |what: &str| Error::corrupt(&self.path, self.slot.offset, what);
        if crc32fast::hash(&self.bytes) != self.slot.crc {
            return Err(corrupt("a block with a wrong checksum"));
        }
        let raw = zstd::bulk::decompress(&self.bytes, self.slot.raw as usize)
            .map_err(|_| corrupt("a block that cannot be decompressed"))?;
        let run = frame::run(&raw);
        if run.count != u64::from(self.slot.count) || !matches!(run.stop, Parsed::End) {
            return Err(corrupt("a block whose records contradict the index"));
        }
        Ok(Block::new(self.slot.first, run.count, Bytes::from(raw)))
    }
}

fn read_at(file: &File, path: &Path, buffer: &mut [u8], offset: u64, what: &str) -> Result<()> {
    file.read_exact_at(buffer, offset).map_err(|e: io::Error| match e.kind() {
        ErrorKind::UnexpectedEof => Error::corrupt(path, offset, what),
        _ => Error::io("read", path)(e),
    })
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].first_chunk().map_or(0, |chunk| u32::from_le_bytes(*chunk))
}
