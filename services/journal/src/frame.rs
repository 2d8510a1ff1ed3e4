//! The frame: how one record is laid out, on disk and in memory.
//!
//! ```text
//! length u32 | crc u32 | receive time i64 (ms) | length bytes          all little-endian
//! ```
//!
//! The CRC-32 (IEEE) covers length, receive time and bytes.
//!
//! Records are appended, so a write that a crash stopped leaves the first bytes of a frame, or
//! zeros where a file grew before its bytes came. Nothing else is *torn*: a frame as long as it
//! says with a wrong checksum was altered after it was written.

use std::ops::Range;

use crate::ReceiveTime;

/// Bytes of a frame before its record.
pub(crate) const HEAD: usize = 16;
/// Most bytes of a record in a frame. Whoever appends is held to [`crate::RECORD_BYTES_MAX`]; this
/// is what a server with the shipped `max_payload` takes from anybody.
pub(crate) const FRAME_BYTES_MAX: usize = 1 << 20;

/// Appends one frame to `out`.
pub(crate) fn encode(out: &mut Vec<u8>, received: ReceiveTime, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("records are far below 4 GiB");
    let length = length.to_le_bytes();
    let time = received.0.to_le_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(&crc(length, time, bytes).to_le_bytes());
    out.extend_from_slice(&time);
    out.extend_from_slice(bytes);
}

fn crc(length: [u8; 4], time: [u8; 8], bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(&time);
    hasher.update(bytes);
    hasher.finalize()
}

/// One frame found in a buffer.
pub(crate) struct Frame {
    pub(crate) received: ReceiveTime,
    /// The record within the buffer; the next frame begins at its end.
    pub(crate) bytes: Range<usize>,
}

/// What is at an offset of a buffer.
pub(crate) enum Parsed {
    /// A whole frame with a good checksum.
    Whole(Frame),
    /// The buffer ends here, exactly between two frames.
    End,
    /// The buffer ends inside this frame, which would need this many bytes from the offset.
    Short { needed: usize },
    /// No frame can look like this.
    Bad(&'static str),
}

/// Looks for a frame at `offset` and verifies it.
pub(crate) fn parse(buffer: &[u8], offset: usize) -> Parsed {
    let rest = &buffer[offset..];
    if rest.is_empty() {
        return Parsed::End;
    }
    let Some((head, body)) = rest.split_first_chunk::<HEAD>() else {
        return Parsed::Short { needed: HEAD };
    };
    let [l0, l1, l2, l3, c0, c1, c2, c3, time @ ..] = *head;
    let length = [l0, l1, l2, l3];
    let size = u32::from_le_bytes(length) as usize;
    // An empty record is one, too: a stream takes such a message from anybody, and its archive keeps
    // what the stream has. Zeros, which a file is extended with before a power cut, are none.
    let is_blank = head.iter().all(|byte| *byte == 0);
    if is_blank || size > FRAME_BYTES_MAX {
        return Parsed::Bad("a frame with an impossible length");
    }
    let Some(bytes) = body.get(..size) else {
        return Parsed::Short { needed: HEAD + size };
    };
    if crc(length, time, bytes) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Parsed::Bad("a frame with a wrong checksum");
    }
    let start = offset + HEAD;
    let received = ReceiveTime(i64::from_le_bytes(time));
    Parsed::Whole(Frame { received, bytes: start..start + size })
}

/// Steps over the frame at `offset` of a buffer that was verified before.
pub(crate) fn step(buffer: &[u8], offset: usize) -> Option<Frame> {
    let head = buffer.get(offset..)?.first_chunk::<HEAD>()?;
    let [l0, l1, l2, l3, _, _, _, _, time @ ..] = *head;
    let start = offset + HEAD;
    let end = start + u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    (end <= buffer.len())
        .then(|| Frame { received: ReceiveTime(i64::from_le_bytes(time)), bytes: start..end })
}

/// A run of whole frames at the start of a buffer, and why it stopped.
pub(crate) struct Run {
    pub(crate) count: u64,
    /// Where the last whole frame ends.
    pub(crate) end: usize,
    pub(crate) last: Option<ReceiveTime>,
    /// Never `Whole`.
    pub(crate) stop: Parsed,
}

/// Verifies frames from the start of the buffer until something else comes.
pub(crate) fn run(buffer: &[u8]) -> Run {
    let mut run = Run { count: 0, end: 0, last: None, stop: Parsed::End };
    loop {
        match parse(buffer, run.end) {
            Parsed::Whole(frame) => {
                run.count += 1;
                run.end = frame.bytes.end;
                run.last = Some(frame.received);
            }
            stop @ (Parsed::End | Parsed::Short { .. } | Parsed::Bad(_)) => {
                run.stop = stop;
                return run;
            }
        }
    }
}

/// What bytes at the end of a file are that no whole frame begins with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The beginning of a frame, or zeros: a write that was never finished.
    Torn,
    /// Bytes that were once good, or never ours, and what is wrong with them.
    Damaged(&'static str),
}

/// Tells a write that was never finished from damage. `rest` begins where the last whole frame
/// ends and goes to the end of the file.
pub(crate) fn judge(rest: &[u8]) -> Rest {
    if rest.iter().all(|byte| *byte == 0) {
        return Rest::Torn;
    }
    match parse(rest, 0) {
        Parsed::Whole(_) | Parsed::End => Rest::Torn,
        // The file had grown, and the first of its blocks came before the power went.
        Parsed::Bad(_) if rest.ends_with(&[0]) && !any_whole_after(rest) => Rest::Torn,
        Parsed::Bad(what) => Rest::Damaged(what),
        Parsed::Short { .. } if any_whole_after(rest) => {
            Rest::Damaged("a frame longer than the file, good ones after")
        }
        Parsed::Short { .. } if is_whole_but_for_its_length(rest) => {
            Rest::Damaged("a whole frame whose length was altered")
        }
        Parsed::Short { .. } => Rest::Torn,
    }
}

/// Whether any whole frame begins after the first byte of `rest`. A wrong length may hide where
/// the next frame begins, so every offset is tried; almost all fail on their length.
fn any_whole_after(rest: &[u8]) -> bool {
    (1..rest.len()).any(|offset| matches!(parse(rest, offset), Parsed::Whole(_)))
}

/// Whether the frame would be whole if it ended with the file. The checksum covers the length, so
/// a frame that really is too short passes once in 2^32 times.
fn is_whole_but_for_its_length(rest: &[u8]) -> bool {
    let Some((head, bytes)) = rest.split_first_chunk::<HEAD>() else { return false };
    let [_, _, _, _, c0, c1, c2, c3, time @ ..] = *head;
    let Ok(length) = u32::try_from(bytes.len()) else { return false };
    crc(length.to_le_bytes(), time, bytes) == u32::from_le_bytes([c0, c1, c2, c3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_back_as_written() {
        let mut buffer = Vec::new();
        encode(&mut buffer, ReceiveTime(7), b"xin");
        let Parsed::Whole(frame) = parse(&buffer, 0) else { panic!("not whole") };
        assert_eq!((frame.received, &buffer[frame.bytes]), (ReceiveTime(7), &b"xin"[..]));
    }

    #[test]
    fn an_empty_record_is_a_frame_and_zeros_are_none() {
        for time in [0, 1_700_000_000_000] {
            let mut buffer = Vec::new();
            encode(&mut buffer, ReceiveTime(time), b"");
            let Parsed::Whole(frame) = parse(&buffer, 0) else { panic!("not whole") };
            assert_eq!((frame.received, frame.bytes.len()), (ReceiveTime(time), 0));
        }
        assert!(matches!(parse(&[0; 64], 0), Parsed::Bad(_)));
    }

    #[test]
    fn a_frame_with_any_bit_flipped_is_not_whole() {
        let mut buffer = Vec::new();
        encode(&mut buffer, ReceiveTime(1_700_000_000_000), b"abc");
        for bit in 0..buffer.len() * 8 {
            buffer[bit / 8] ^= 1 << (bit % 8);
            assert!(!matches!(parse(&buffer, 0), Parsed::Whole(_)), "bit {bit}");
            buffer[bit / 8] ^= 1 << (bit % 8);
        }
    }

    /// Written by version 1 of the format, which is for ever.
    #[test]
    fn the_layout_of_a_frame_never_changes() {
        let mut buffer = Vec::new();
        encode(&mut buffer, ReceiveTime(258), b"A");
        assert_eq!(&buffer[..4], [1, 0, 0, 0]);
        assert_eq!(&buffer[8..], [2, 1, 0, 0, 0, 0, 0, 0, b'A']);
        let covered = [1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, b'A'];
        assert_eq!(&buffer[4..8], crc32fast::hash(&covered).to_le_bytes());
    }

    #[test]
    fn a_cut_frame_is_torn_and_one_with_any_bit_flipped_is_damaged() {
        let mut buffer = Vec::new();
        encode(&mut buffer, ReceiveTime(1_700_000_000_000), b"abc");
        for len in 1..buffer.len() {
            assert_eq!(judge(&buffer[..len]), Rest::Torn, "cut at {len}");
        }
        for bit in 0..buffer.len() * 8 {
            buffer[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(judge(&buffer), Rest::Damaged(_)), "bit {bit}");
            buffer[bit / 8] ^= 1 << (bit % 8);
        }
        assert_eq!(judge(&[0; 4096]), Rest::Torn);
        for len in 0..buffer.len() {
            let mut grown = buffer.clone();
            grown[len..].fill(0);
            assert_eq!(judge(&grown), Rest::Torn, "zeros from {len}");
        }
    }
}
