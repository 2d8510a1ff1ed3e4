//! Bytes as they come, cut into lines.

use bytes::{Bytes, BytesMut};
use proto::intake::BYTES_MAX;

/// Of a line that is too long so much is kept that it is refused as such.
const KEPT_MAX: usize = BYTES_MAX + 1;

/// A line and its number, from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) bytes: Bytes,
}

/// Cuts bytes into lines that are not blank.
#[derive(Default)]
pub(crate) struct Lines {
    /// The beginning of a line whose end has not come.
    rest: BytesMut,
    number: u64,
}

impl Lines {
    /// Takes what came, and gives the lines that are whole now.
    pub(crate) fn take(&mut self, mut came: Bytes, lines: &mut Vec<Line>) {
        while let Some(end) = came.iter().position(|byte| *byte == b'\n') {
            let piece = came.split_to(end + 1).slice(..end);
            let bytes = if self.rest.is_empty() {
                piece.slice(..piece.len().min(KEPT_MAX))
            } else {
                self.keep(&piece);
                self.rest.split().freeze()
            };
            self.give(bytes, lines);
        }
        self.keep(&came);
    }

    /// The last line, if it has no end.
    pub(crate) fn finish(mut self, lines: &mut Vec<Line>) {
        let bytes = self.rest.split().freeze();
        self.give(bytes, lines);
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = KEPT_MAX - self.rest.len();
        self.rest.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn give(&mut self, bytes: Bytes, lines: &mut Vec<Line>) {
        self.number += 1;
        if !bytes.trim_ascii().is_empty() {
            lines.push(Line { number: self.number, bytes });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_however_the_bytes_come() {
        let text = "{\"a\":1}\n\n  \r\n{\"b\":\"ế\"}\r\nlast";
        let expected = [(1, "{\"a\":1}"), (4, "{\"b\":\"ế\"}\r"), (5, "last")];
        for size in 1..=text.len() {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                lines.take(Bytes::copy_from_slice(piece), &mut found);
            }
            lines.finish(&mut found);
            let found: Vec<(u64, &str)> = found
                .iter()
                .map(|line| (line.number, std::str::from_utf8(&line.bytes).expect("it is text")))
                .collect();
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn of_a_line_without_end_only_the_beginning_is_kept() {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for _ in 0..100 {
            lines.take(Bytes::from(vec![b'x'; 10_000]), &mut found);
        }
        assert!(lines.rest.len() <= KEPT_MAX);
        lines.take(Bytes::from_static(b"\n{}\n"), &mut found);
        let sizes: Vec<(u64, usize)> = found.iter().map(|l| (l.number, l.bytes.len())).collect();
        assert_eq!(sizes, [(1, KEPT_MAX), (2, 2)]);
    }
}
