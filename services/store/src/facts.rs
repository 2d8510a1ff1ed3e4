//! Facts as bytes, and the chunks they are kept in.

use domain::fact::{Fact, Key, Subject, What};

/// A chunk takes no more facts when it has this many bytes. sled keeps up to 16 rows in a page and
/// writes pages above 128 KiB to files of their own, so larger chunks would be dearer.
pub(crate) const CHUNK_BYTES: usize = 8 << 10;

/// Subject, key and content are hashes: varints would make them longer.
const HASHES: usize = 40;

/// Appends one fact.
pub(crate) fn pack(out: &mut Vec<u8>, subject: Subject, fact: &Fact) {
    let Fact { key, content, respelt, position, sequence, on, at, what } = fact;
    for half in [subject.0.0[0], subject.0.0[1], key.0[0], key.0[1], *content] {
        out.extend_from_slice(&half.to_le_bytes());
    }
    let rest = (respelt, position, sequence, on, at, what);
    postcard::to_io(&rest, out).expect("memory takes everything");
}

/// Takes the first fact off a chunk; `None` if there is no whole one.
pub(crate) fn unpack(bytes: &mut &[u8]) -> Option<(Subject, Fact)> {
    let (hashes, rest) = bytes.split_at_checked(HASHES)?;
    let half = |nth: usize| {
        let half = hashes[nth * 8..][..8].try_into().expect("eight bytes");
        u64::from_le_bytes(half)
    };
    type Rest = (u64, u64, u32, domain::time::Day, domain::atlas::Place, What);
    let ((respelt, position, sequence, on, at, what), rest) =
        postcard::take_from_bytes::<Rest>(rest).ok()?;
    *bytes = rest;
    let (key, content) = (Key([half(2), half(3)]), half(4));
    let fact = Fact { key, content, respelt, position, sequence, on, at, what };
    Some((Subject(Key([half(0), half(1)])), fact))
}
