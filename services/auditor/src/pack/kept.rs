//! A pack of what a data folder keeps: a vintage of its shelf, and the note that was signed for it.

use std::io::{Seek, Write};

use journal::Journal;
use proof::Signer;

use super::{Packed, Packer, Source};
use crate::revisions::Revisions;
use crate::shelf::Shelf;
use crate::vintage::Vintage;
use crate::{Error, Result};

/// Packs a vintage of a shelf with the part of its journal that it is of, signed by a key or, without
/// one, with the checkpoint that was signed when it was closed. `revisions` and `progress` as in
/// [`Packer::pack`]. What is packed holds pseudonyms of households: `out` is for those only who may
/// see them.
///
/// # Errors
/// `NoNote`: no checkpoint speaks for the vintage; `Io`; and those of [`Packer::pack`].
pub async fn pack_kept(
    out: impl Write + Seek,
    shelf: &Shelf,
    journal: &Journal,
    vintage: &Vintage,
    key: Option<Signer>,
    revisions: Option<&Revisions>,
    progress: impl Fn(u64) + Send,
) -> Result<Packed> {
    let source = match key {
        Some(key) => Source::Key(Box::new(key)),
        None => Source::Note(note(shelf, vintage)?),
    };
    Packer::pack(out, journal, vintage, source, revisions, progress).await
}

/// The checkpoint that was signed at the position of a vintage.
fn note(shelf: &Shelf, vintage: &Vintage) -> Result<String> {
    let position = vintage.head.position;
    let notes = shelf.checkpoints()?;
    let found = notes.into_iter().find(|(size, _)| *size == position);
    let (_, path) = found.ok_or_else(|| Error::NoNote { id: vintage.head.id.clone() })?;
    std::fs::read_to_string(&path).map_err(Error::io("read", &path))
}
