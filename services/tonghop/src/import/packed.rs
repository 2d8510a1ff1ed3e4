//! A file of facts, unpacked where it is packed, and given up where it unpacks out of all
//! proportion.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};

/// A packed file may unpack to so many times its bytes: facts do to 10 or 50 times.
const RATIO_MAX: u64 = 200;
/// And to so many bytes beyond that: of a small file the ratio says little.
const UNPACKED_FREE: u64 = 64 << 20;

/// Opens a file, or the standard input for `-`, and unpacks gzip and zstd, told by their first
/// bytes.
pub(super) fn open<'a>(
    path: &Path,
    progress: &'a (dyn Fn(u64) + Sync),
) -> Result<Box<dyn BufRead + Send + 'a>> {
    let raw: Box<dyn Read + Send> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot open {}", path.display()))?)
    };
    let packed = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: raw, read: Arc::clone(&packed), progress };
    let mut reader = BufReader::with_capacity(1 << 20, counted);
    let magic = reader.fill_buf().with_context(|| format!("cannot read {}", path.display()))?;
    Ok(match magic {
        [0x1f, 0x8b, ..] => {
            let inner = flate2::bufread::MultiGzDecoder::new(reader);
            Box::new(BufReader::new(Bounded { inner, packed, unpacked: 0 }))
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let inner = zstd::stream::read::Decoder::with_buffer(reader)
                .with_context(|| format!("{} is not whole zstd", path.display()))?;
            let bounded = Bounded { inner, packed, unpacked: 0 };
            Box::new(BufReader::with_capacity(1 << 20, bounded))
        }
        _ => Box::new(reader),
    })
}

/// What is unpacked, as long as it is not out of all proportion: a few KB can be made to unpack for
/// hours.
struct Bounded<R> {
    inner: R,
    /// How much of the packed file has been read.
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.unpacked += read as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        if self.unpacked > UNPACKED_FREE + RATIO_MAX.saturating_mul(packed) {
            let what = format!(
                "its first {packed} bytes unpack to more than {RATIO_MAX} times as many: facts do \
                 not, so that something is wrong with the file; if it is meant, unpack it first \
                 and import it plain"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(read)
    }
}

struct Counted<'a> {
    inner: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
    progress: &'a (dyn Fn(u64) + Sync),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let all = self.read.fetch_add(read as u64, Ordering::Relaxed) + read as u64;
        (self.progress)(all);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// How many bytes a file of these comes to, or why it is given up.
    fn unpacked(bytes: &[u8]) -> Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts");
        std::fs::write(&path, bytes).unwrap();
        let mut reader = open(&path, &|_| ()).unwrap();
        let mut all = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(all),
                Ok(read) => all += read,
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    #[test]
    fn a_small_file_does_not_unpack_for_hours() {
        let blanks = vec![b'\n'; 128 << 20];
        let zipped = zstd::stream::encode_all(&blanks[..], 1).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&blanks).unwrap();
        for packed in [zipped, gzip.finish().unwrap()] {
            assert!(packed.len() < 2 << 20, "{}", packed.len());
            let told = unpacked(&packed);
            // gzip packs a thousand times at most.
            let is_far = packed.len() as u64 * RATIO_MAX + UNPACKED_FREE < blanks.len() as u64;
            match (told, is_far) {
                (Err(why), true) => assert!(why.contains("unpack it first"), "{why}"),
                (Ok(all), false) => assert_eq!(all, blanks.len()),
                (told, _) => panic!("{} bytes: {told:?}", packed.len()),
            }
        }
        let few = vec![b'\n'; 32 << 20];
        let zipped = zstd::stream::encode_all(&few[..], 1).unwrap();
        assert_eq!(unpacked(&zipped), Ok(few.len()), "a small one may be of blanks only");
        assert_eq!(unpacked(b"plain"), Ok(5));
    }
}
