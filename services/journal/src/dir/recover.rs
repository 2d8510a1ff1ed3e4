//! What a writer does before its first append: finish or undo what a crash left.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::path::Path;

use super::layout::{self, Kind, Present};
use super::manifest::Manifest;
use super::raw::Raw;
use super::sealed::Sealed;
use super::{BLOCK_BYTES, files, seal};
use crate::{Error, Identity, Known, Position, ReceiveTime, Result};

/// Where the journal ends.
pub(crate) struct Recovered {
    pub(crate) end: Position,
    pub(crate) last_received: ReceiveTime,
    /// Complete segments that are still to be sealed.
    pub(crate) unsealed: Vec<Position>,
    /// The first position of the segment to go on with, and its length.
    pub(crate) active: Option<(Position, u64)>,
}

/// Brings the directory into order, which must reach to `known`. The caller holds the lock.
pub(crate) fn recover(dir: &Path, identity: Identity, known: Option<&Known>) -> Result<Recovered> {
    remove_temporaries(dir)?;
    let segments = layout::segments(dir)?;
    check_manifest(dir, identity, &segments)?;
    let mut so_far = Recovered {
        end: Position(0),
        last_received: ReceiveTime(0),
        unsealed: Vec::new(),
        active: None,
    };
    let newest = segments.last_key_value().map(|(first, _)| *first);
    for (&first, &present) in &segments {
        if first != so_far.end.next() {
            let place = dir.display().to_string();
            return Err(Error::Gap { place, before: so_far.end, found: first });
        }
        if present.sealed && finish_sealing(dir, first, identity, present)? {
            take_sealed(dir, first, identity, &mut so_far)?;
        } else {
            let newest = (Some(first) == newest).then_some(known);
            take_active(dir, first, identity, newest, &mut so_far)?;
        }
    }
    // Whole segments may be gone, of which nothing here tells.
    reaches(dir, so_far.end, known)?;
    Ok(so_far)
}

/// Fails where the journal ends before what is known to have been in it: the next record would get
/// a position that another one had.
fn reaches(place: &Path, end: Position, known: Option<&Known>) -> Result<()> {
    match known.filter(|known| end < known.position) {
        Some(known) => Err(Error::Shorter {
            place: place.to_owned(),
            end,
            known: known.position,
            by: known.by.clone(),
        }),
        None => Ok(()),
    }
}

/// Whatever was not renamed was not finished, and everything in it is still elsewhere.
fn remove_temporaries(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir).map_err(Error::io("list", dir))? {
        let path = entry.map_err(Error::io("list", dir))?.path();
        if path.to_string_lossy().ends_with(files::TEMPORARY) {
            files::remove(&path)?;
        }
    }
    Ok(())
}

/// Every sealed segment of the manifest is there with its size.
fn check_manifest(
    dir: &Path,
    identity: Identity,
    segments: &BTreeMap<Position, Present>,
) -> Result<()> {
    for item in Manifest::load(dir, identity)?.items() {
        let first = Position(item.first);
        let present = segments.get(&first).copied().unwrap_or_default();
        if present.active {
            continue; // not removed yet: finish_sealing compares the two
        }
        let path = layout::path(dir, first, Kind::Sealed);
        if !present.sealed {
            return Err(Error::corrupt(
                &path,
                0,
                "it is in the manifest, but not in the directory",
            ));
        }
        let len = fs::metadata(&path).map_err(Error::io("inspect", &path))?.len();
        if len != item.bytes {
            let what = format!("it has {len} bytes, the manifest says {}", item.bytes);
            return Err(Error::corrupt(&path, len.min(item.bytes), what));
        }
    }
    Ok(())
}

/// Goes on where sealing stopped. False: the sealed file is no good, seal the active one again.
fn finish_sealing(
    dir: &Path,
    first: Position,
    identity: Identity,
    present: Present,
) -> Result<bool> {
    if present.active {
        // The active segment is about to be removed for good: look at every byte of the other.
        if verify_sealed(dir, first, identity).is_err() {
            return Ok(false);
        }
        seal::record(dir, first, identity)?;
        // If we crash here, both files are still there, and the next open comes here again.
        files::remove(&layout::path(dir, first, Kind::Active))?;
    } else if Manifest::load(dir, identity)?.item(first).is_none() {
        seal::record(dir, first, identity)?;
    }
    Ok(true)
}

fn verify_sealed(dir: &Path, first: Position, identity: Identity) -> Result<()> {
    let path = layout::path(dir, first, Kind::Sealed);
    let Some(sealed) = Sealed::open(dir, first, identity)? else {
        return Err(Error::corrupt(&path, 0, "it vanished"));
    };
    for block in 0..sealed.slots().len() {
        if let Some(packed) = sealed.packed(block)? {
            packed.open()?;
        }
    }
    Ok(())
}

fn take_sealed(
    dir: &Path,
    first: Position,
    identity: Identity,
    so_far: &mut Recovered,
) -> Result<()> {
    let path = layout::path(dir, first, Kind::Sealed);
    let Some(sealed) = Sealed::open(dir, first, identity)? else {
        return Err(Error::corrupt(&path, 0, "it vanished"));
    };
    let last_block = sealed.slots().len() - 1;
    so_far.end = sealed.last();
    so_far.active = None;
    if let Some(packed) = sealed.packed(last_block)? {
        let received = packed.open()?.records().last().map(|record| record.received);
        so_far.last_received = received.unwrap_or(so_far.last_received);
    }
    Ok(())
}

fn take_active(
    dir: &Path,
    first: Position,
    identity: Identity,
    newest: Option<Option<&Known>>,
    so_far: &mut Recovered,
) -> Result<()> {
    let path = layout::path(dir, first, Kind::Active);
    let Some(mut raw) = Raw::open(dir, first, identity)? else {
        return Err(Error::corrupt(&path, 0, "it vanished"));
    };
    while let Some(chunk) = raw.next_chunk(BLOCK_BYTES)? {
        so_far.last_received = chunk.last_received;
    }
    so_far.end = Position(raw.next().0 - 1);
    let Some(known) = newest else {
        raw.expect_end()?;
        so_far.unsealed.push(first);
        return Ok(());
    };
    // Before anything is cut: what looks torn may be all that is left of a record that others saw.
    reaches(&path, so_far.end, known)?;
    cut(dir, &path, &raw)?;
    so_far.active = Some((first, raw.offset()));
    Ok(())
}

/// Cuts the torn tail off and keeps it aside. It was never acknowledged, and no reader was given
/// any of it; should that ever be wrong, the bytes are still there for people to look at.
fn cut(dir: &Path, path: &Path, raw: &Raw) -> Result<()> {
    let file = open_for_writing(path)?;
    let (len, tail) = (raw.offset(), raw.tail()?);
    if !tail.is_empty() {
        let kept = layout::torn(dir, raw.next());
        // If we crash after this, the same bytes are kept once more, under the next free name.
        files::write(&kept, &tail)?;
        tracing::warn!(
            file = %path.display(),
            byte = len,
            bytes = tail.len(),
            position = raw.next().0,
            kept = %kept.display(),
            "a write that was never finished is cut off and kept aside"
        );
        file.set_len(len).map_err(Error::io("cut", path))?;
    }
    // If we crash here, the next open finds the same tail, or none. Whole frames that were never
    // acknowledged stay: a reader may have seen them, so they must be durable before we go on.
    file.sync_all().map_err(Error::io("sync", path))
}

/// An existing active segment, to append to.
pub(crate) fn open_for_writing(path: &Path) -> Result<File> {
    OpenOptions::new().append(true).open(path).map_err(Error::io("open", path))
}
