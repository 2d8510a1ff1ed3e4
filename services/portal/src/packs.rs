//! Audit packs, each made into a file that has no name any more: whatever happens, it is gone when
//! nobody reads it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use auditor::{Shelf, Vintage, pack_kept};
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use journal::Journal;
use tokio::io::AsyncReadExt;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::spawn_blocking;

/// Most packs that are made at once: each takes a processor and reads the whole journal.
const MAKING_MAX: usize = 2;
/// Most that are made or sent at once: each has a file as large as the journal, packed.
const OPEN_MAX: usize = 8;
/// A pack that takes longer is given up; whoever needs such a one runs `tonghop pack`.
const MAKING_S_MAX: u64 = 600;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// Places for packs.
#[derive(Debug)]
pub(crate) struct Packs {
    making: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

/// A place for one.
pub(crate) struct Places {
    making: OwnedSemaphorePermit,
    open: OwnedSemaphorePermit,
}

/// A pack that is whole.
pub(crate) struct Pack {
    pub(crate) bytes: u64,
    file: File,
    open: OwnedSemaphorePermit,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It cannot be made.
    Audit(auditor::Error),
    /// Its file cannot be written.
    Io(io::Error),
    /// It takes too long, or nobody waits for it any more.
    GivenUp,
}

impl Default for Packs {
    fn default() -> Packs {
        let places = |max| Arc::new(Semaphore::new(max));
        Packs { making: places(MAKING_MAX), open: places(OPEN_MAX) }
    }
}

impl Packs {
    /// A place, if one is free now.
    pub(crate) fn place(&self) -> Option<Places> {
        let take = |places: &Arc<Semaphore>| places.clone().try_acquire_owned().ok();
        Some(Places { making: take(&self.making)?, open: take(&self.open)? })
    }
}

/// Makes the pack of a vintage on a thread of its own, in a file of the data folder. Whoever drops
/// this ends it.
pub(crate) async fn make(
    shelf: Shelf,
    journal: Journal,
    vintage: Vintage,
    Places { making, open }: Places,
) -> Result<Pack, Trouble> {
    // Dropped with us; the thread looks at the other end.
    let (_waiting, gone) = watch::channel(());
    let made = spawn_blocking(move || {
        let made = Handle::current().block_on(pack(&shelf, &journal, &vintage, gone));
        drop(making);
        made
    });
    let broken = |error| Trouble::Io(io::Error::other(error));
    let (file, bytes) = made.await.map_err(broken)??;
    Ok(Pack { bytes, file, open })
}

async fn pack(
    shelf: &Shelf,
    journal: &Journal,
    vintage: &Vintage,
    gone: watch::Receiver<()>,
) -> Result<(File, u64), Trouble> {
    let mut file = unnamed(shelf.folder()).map_err(Trouble::Io)?;
    let out = Watched { file: BufWriter::new(&file), gone: gone.clone() };
    let packing = pack_kept(out, shelf, journal, vintage, None, None, |_| {});
    let mut ended = gone;
    tokio::select! {
        packed = packing => packed.map_err(Trouble::Audit)?,
        _ = ended.changed() => return Err(Trouble::GivenUp),
        () = tokio::time::sleep(Duration::from_secs(MAKING_S_MAX)) => return Err(Trouble::GivenUp),
    };
    let bytes = file.seek(SeekFrom::End(0)).map_err(Trouble::Io)?;
    file.rewind().map_err(Trouble::Io)?;
    Ok((file, bytes))
}

/// A new file for its owner alone, whose name is taken from it at once.
fn unnamed(folder: &Path) -> io::Result<File> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("pack-{}-{nth}.part", std::process::id()));
        let opened =
            OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        match opened {
            Ok(file) => {
                // If we crash here, an empty file stays.
                fs::remove_file(&path)?;
                return Ok(file);
            }
            // Of a process that had our number before.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes as long as somebody waits for it: packing does not always come to a point where it could
/// be dropped.
struct Watched<'f> {
    file: BufWriter<&'f File>,
    gone: watch::Receiver<()>,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone.has_changed().is_err() {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "nobody waits for it"));
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Pack {
    /// The pack, to be sent piece by piece.
    pub(crate) fn body(self) -> Body {
        let Pack { file, open, .. } = self;
        let reading = (tokio::fs::File::from_std(file), open);
        Body::from_stream(stream::try_unfold(reading, |(mut file, open)| async move {
            let mut bytes = vec![0; CHUNK_BYTES];
            let length = file.read(&mut bytes).await?;
            bytes.truncate(length);
            io::Result::Ok((length > 0).then(|| (Bytes::from(bytes), (file, open))))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_packs_are_made_at_once_and_no_third() {
        let packs = Packs::default();
        let first = packs.place().unwrap();
        let second = packs.place().unwrap();
        assert!(packs.place().is_none());
        // One that is made and not sent yet lets another be made.
        let Places { making, open } = second;
        drop(making);
        let third = packs.place().unwrap();
        assert!(packs.place().is_none());
        drop((first, open, third));
        assert!(packs.place().is_some());
    }

    #[test]
    fn nothing_more_is_written_once_nobody_waits() {
        let folder = std::env::temp_dir();
        let file = unnamed(&folder).unwrap();
        let (waiting, gone) = watch::channel(());
        let mut out = Watched { file: BufWriter::new(&file), gone };
        out.write_all(b"something").unwrap();
        drop(waiting);
        assert_eq!(out.write(b"more").unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
