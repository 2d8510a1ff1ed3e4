//! Opens a zip file of unknown origin: a closed list of names, bounded sizes, nothing written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::thread::{self, JoinHandle};

use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, ZipArchive};

use crate::fault::{Fault, Faults};
use crate::form;
use crate::{Error, Result};

/// The end of a zip file without a comment: how many bytes, and how they begin.
const END_BYTES: i64 = 22;
const END: [u8; 4] = *b"PK\x05\x06";
/// Entries that are smaller than this may be packed as tightly as they will.
const RATIO_FROM: u64 = 1 << 20;

/// The files of a pack but the records and their receipts, which are read when they are needed.
#[derive(Debug, Default)]
pub(super) struct Opened {
    files: BTreeMap<&'static str, Vec<u8>>,
    /// How many receipts there are.
    pub(super) receipts: u64,
    records: Option<Summing>,
}

/// The hash of the file of records, which is most of a pack: it is taken beside everything else.
#[derive(Debug)]
struct Summing {
    listed: Option<String>,
    found: JoinHandle<Result<String, String>>,
}

impl Opened {
    /// The bytes of a file, if it is there.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Whether the pack has this file.
    pub(super) fn has(&self, name: &str) -> bool {
        // The records and their receipts are in every pack, and are not kept.
        matches!(name, form::FACTS | form::RECEIPTS) || self.files.contains_key(name)
    }

    /// The text of a file; that it is none is told.
    pub(super) fn text(&self, name: &'static str, faults: &mut Faults) -> Option<&str> {
        let text = std::str::from_utf8(self.bytes(name)?);
        text.map_err(|_| {
            faults.find(Fault::Unreadable { file: name, what: "it is not UTF-8".into() });
        })
        .ok()
    }

    /// Waits for the hash of the records, and tells it if it is not the one that is listed.
    pub(super) fn sum_records(&mut self, faults: &mut Faults) {
        let Some(Summing { listed, found }) = self.records.take() else { return };
        match found.join().unwrap_or_else(|_| Err("reading it broke off".into())) {
            Ok(found) if listed.as_ref() == Some(&found) => {}
            Ok(_) => faults.find(Fault::Sum { file: form::FACTS.to_owned() }),
            Err(what) => faults.find(Fault::Unreadable { file: form::FACTS, what }),
        }
    }
}

/// Opens one file of a pack for reading from its beginning to its end.
pub(super) fn reader(
    path: &Path,
    name: &'static str,
    give: impl FnOnce(&mut dyn Read),
) -> Result<(), String> {
    let mut archive = again(path)?;
    let entry = archive.by_name(name).map_err(|error| error.to_string())?;
    let size = entry.size();
    give(&mut entry.take(size));
    Ok(())
}

/// The file once more, for a reader of its own.
fn again(path: &Path) -> Result<ZipArchive<BufReader<File>>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| error.to_string())
}

/// Reads a pack's list and its smaller files, and checks every file's hash, but for that of the
/// records: see [`Opened::sum_records`]. None if it is not safe or not worth to go on.
pub(super) fn open(path: &Path, faults: &mut Faults) -> Result<Option<Opened>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let mut file = BufReader::new(file);
    let count = match end(&mut file) {
        Ok(count) => count,
        Err(what) => {
            faults.find(Fault::Archive { what });
            return Ok(None);
        }
    };
    let mut archive = match ZipArchive::new(file) {
        Ok(archive) => archive,
        Err(error) => {
            faults.find(Fault::Archive { what: error.to_string() });
            return Ok(None);
        }
    };
    if !listed(&mut archive, count, faults) {
        return Ok(None);
    }
    let mut opened = Opened::default();
    let mut sums = BTreeMap::new();
    let of_records = {
        let path = path.to_owned();
        thread::spawn(move || sum(&mut again(&path)?, form::FACTS, |_| {}))
    };
    let names: Vec<&'static str> = (0..archive.len())
        .filter_map(|at| form::known(archive.name_for_index(at)?))
        .filter(|name| *name != form::FACTS)
        .collect();
    for name in names.iter().copied() {
        match take(&mut archive, name, &mut opened) {
            Ok(sum) => {
                sums.insert(name, sum);
            }
            Err(what) => faults.find(Fault::Unreadable { file: name, what }),
        }
    }
    if let Some(mut listed) = list(&opened, faults) {
        let of_records = Summing { listed: listed.remove(form::FACTS), found: of_records };
        compare(listed, &sums, &names, faults);
        opened.records = Some(of_records);
    }
    Ok(Some(opened))
}

/// How many entries the end of the file says that there are.
fn end(file: &mut (impl Read + Seek)) -> Result<usize, String> {
    let mut bytes = [0; END_BYTES as usize];
    let read = file.seek(SeekFrom::End(-END_BYTES)).and_then(|_| file.read_exact(&mut bytes));
    if read.is_err() || bytes[..4] != END || bytes[20..] != [0, 0] {
        return Err("it does not end as a zip file does: it was cut short, or extended".into());
    }
    let number = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    if number(4) != 0 || number(6) != 0 || number(8) != number(10) {
        return Err("it is a part of several".into());
    }
    Ok(number(10))
}

/// Whether the list of entries is that of a pack.
fn listed(archive: &mut ZipArchive<BufReader<File>>, count: usize, faults: &mut Faults) -> bool {
    let before = faults.listed.len();
    if archive.len() != count {
        let what =
            format!("{count} entries have only {} names: some are there twice", archive.len());
        faults.find(Fault::Archive { what });
    }
    if archive.offset() != 0 || archive.has_overlapping_files().unwrap_or(true) {
        faults
            .find(Fault::Archive { what: "its entries overlap, or something lies before".into() });
    }
    for at in 0..archive.len() {
        let entry = match archive.by_index_raw(at) {
            Ok(entry) => entry,
            Err(error) => {
                faults.find(Fault::Archive { what: format!("entry {at}: {error}") });
                continue;
            }
        };
        let name = entry.name().to_owned();
        let ratio = entry.size() / entry.compressed_size().max(1);
        let packed =
            matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
        let what = if form::known(&name).is_none() {
            "no pack has a file of that name"
        } else if entry.is_symlink() || entry.is_dir() || entry.encrypted() || !packed {
            "it is a link or a folder, or packed in another way"
        } else if entry.size() > form::bytes_max(&name) {
            "it says to be larger than such a file may be"
        } else if entry.size() > RATIO_FROM && ratio > form::RATIO_MAX {
            "it is packed more tightly than such text can be"
        } else {
            continue;
        };
        faults.find(Fault::Entry { file: name, what: what.into() });
    }
    for name in form::required() {
        if archive.index_for_name(name).is_none() {
            faults.find(Fault::Missing { file: name });
        }
    }
    faults.listed.len() == before
}

/// Reads a file to its end: its hash. The lines of receipts are counted, smaller files are kept.
fn take(
    archive: &mut ZipArchive<BufReader<File>>,
    name: &'static str,
    opened: &mut Opened,
) -> Result<String, String> {
    if name == form::RECEIPTS {
        let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        return sum(archive, name, |bytes| opened.receipts += lines(bytes));
    }
    let mut kept = Vec::new();
    let sum = sum(archive, name, |bytes| kept.extend_from_slice(bytes))?;
    opened.files.insert(name, kept);
    Ok(sum)
}

/// Reads a file to its end and hashes it; each piece of it is shown.
fn sum(
    archive: &mut ZipArchive<BufReader<File>>,
    name: &str,
    mut show: impl FnMut(&[u8]),
) -> Result<String, String> {
    let mut entry = archive.by_name(name).map_err(|error| error.to_string())?;
    let size = entry.size();
    let (mut sum, mut read, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let length = entry.read(&mut buffer).map_err(|error| error.to_string())?;
        if length == 0 {
            break;
        }
        read += length as u64;
        // Whatever it says of itself, no more than that is unpacked.
        if read > size {
            return Err(format!("it is larger than the {size} bytes that it says"));
        }
        sum.update(&buffer[..length]);
        show(&buffer[..length]);
    }
    if read != size {
        return Err(format!("it has {read} bytes, not the {size} that it says"));
    }
    Ok(form::hex(&sum.finalize()))
}

/// The hashes that are listed, by name.
fn list(opened: &Opened, faults: &mut Faults) -> Option<BTreeMap<String, String>> {
    let mut listed = BTreeMap::new();
    for (line, number) in opened.text(form::SUMS, faults)?.split_terminator('\n').zip(1..) {
        let Some((sum, name)) = line.split_once("  ") else {
            let what = "this is no hash with a name".to_owned();
            faults.find(Fault::Malformed { file: form::SUMS, line: number, what });
            continue;
        };
        listed.insert(name.to_owned(), sum.to_owned());
    }
    Some(listed)
}

/// Every file but the list itself is listed, once, with its hash, and nothing else is.
fn compare(
    mut listed: BTreeMap<String, String>,
    sums: &BTreeMap<&'static str, String>,
    there: &[&'static str],
    faults: &mut Faults,
) {
    for (name, sum) in sums.iter().filter(|(name, _)| **name != form::SUMS) {
        if listed.remove(*name).as_ref() != Some(sum) {
            faults.find(Fault::Sum { file: (*name).to_owned() });
        }
    }
    for file in listed.into_keys().filter(|name| !sums.contains_key(name.as_str())) {
        match form::known(&file).filter(|file| !there.contains(file)) {
            Some(file) => faults.find(Fault::Missing { file }),
            None => faults.find(Fault::Sum { file }),
        }
    }
}
