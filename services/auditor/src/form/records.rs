//! The records of a pack: their exact bytes, one a line, and a line about each.
//!
//! ```text
//! 1 1781577600000 214 9c0f3a51        position, receive time (ms), bytes, first of the leaf's hash
//! ```
//!
//! The lengths delimit the records, so that any bytes can be packed, also such with a newline. The
//! leaf's beginning proves nothing; it tells at which position a record is another.

use std::fmt::Write as _;
use std::io::{BufRead, Read};

use journal::{Block, Position, RECORD_BYTES_MAX, ReceiveTime};
use proof::{Hash, leaf};

use crate::fault::Fault;
use crate::form;

/// Records of one block.
const BLOCK_RECORDS: usize = 4096;
/// Bytes after which a block is closed.
const BLOCK_BYTES: usize = 1 << 21;

/// Writes the line of a record.
pub(crate) fn receipt(
    out: &mut String,
    position: u64,
    received: ReceiveTime,
    bytes: &[u8],
    leaf: &Hash,
) {
    let begin = form::hex(&leaf.0[..4]);
    let _ = writeln!(out, "{position} {} {} {begin}", received.0, bytes.len());
}

struct Receipt {
    received: ReceiveTime,
    length: usize,
    leaf: String,
}

fn parse(line: &str, position: u64) -> Option<Receipt> {
    let mut fields = line.split(' ');
    let mut next = || fields.next();
    let (at, received, length, leaf) = (next()?, next()?, next()?, next()?);
    let one_way = |text: &str, number: String| text == number;
    let received = ReceiveTime(received.parse().ok()?);
    let length: usize = length.parse().ok()?;
    let written = format!("{position} {} {length} {leaf}", received.0);
    let fits = one_way(line, written) && (1..=RECORD_BYTES_MAX).contains(&length);
    (fits && at.len() == position.to_string().len()).then(|| Receipt {
        received,
        length,
        leaf: leaf.to_owned(),
    })
}

/// Reads the records of a pack, all or the first `part`, and hands them out in blocks until `give`
/// wants no more. Gives how many there are; whatever is wrong with them is told to `find`.
pub(crate) fn read(
    mut facts: impl BufRead,
    mut receipts: impl BufRead,
    part: Option<u64>,
    mut give: impl FnMut(Block) -> bool,
    find: &mut dyn FnMut(Fault),
) -> u64 {
    let (mut first, mut at) = (1, 0);
    let mut gathered: Vec<(ReceiveTime, Vec<u8>)> = Vec::new();
    let (mut bytes, mut line) = (0, String::new());
    loop {
        if part == Some(at) {
            if !gathered.is_empty() {
                give(block(first, &gathered));
            }
            return at;
        }
        line.clear();
        match receipts.by_ref().take(128).read_line(&mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                find(Fault::Unreadable { file: form::RECEIPTS, what: error.to_string() });
                break;
            }
        }
        let Some(receipt) = line.strip_suffix('\n').and_then(|line| parse(line, at + 1)) else {
            find(Fault::Malformed {
                file: form::RECEIPTS,
                line: at + 1,
                what: "this is no receipt of that position".into(),
            });
            break;
        };
        let mut record = vec![0; receipt.length + 1];
        if facts.read_exact(&mut record).is_err() {
            find(Fault::Record { position: at + 1, what: "the facts end before or within it" });
            break;
        }
        if record.pop() != Some(b'\n') {
            find(Fault::Record {
                position: at + 1,
                what: "its line is longer than its receipt says",
            });
            break;
        }
        at += 1;
        if form::hex(&leaf(&record).0[..4]) != receipt.leaf {
            find(Fault::Record { position: at, what: "it is not the record of its receipt" });
        }
        bytes += record.len();
        gathered.push((receipt.received, record));
        if gathered.len() >= BLOCK_RECORDS || bytes >= BLOCK_BYTES {
            if !give(block(first, &gathered)) {
                return at;
            }
            gathered.clear();
            (first, bytes) = (at + 1, 0);
        }
    }
    if !gathered.is_empty() {
        give(block(first, &gathered));
    }
    if !matches!(facts.fill_buf(), Ok([])) {
        find(Fault::Record { position: at + 1, what: "it has no receipt" });
    }
    at
}

fn block(first: u64, records: &[(ReceiveTime, Vec<u8>)]) -> Block {
    Block::of(Position(first), records.iter().map(|(received, bytes)| (*received, &bytes[..])))
}
