//! Limits that hold before a line is read at all: its size, and how deep it is nested.

use crate::reject::{Reason, Rejection};

/// Most bytes of one fact.
pub const BYTES_MAX: usize = 64 * 1024;
/// Most levels of nesting.
pub const DEPTH_MAX: usize = 16;

pub(super) fn check(line: &[u8]) -> Result<(), Rejection> {
    if line.len() > BYTES_MAX {
        let message = format!("the fact has {} bytes; at most {BYTES_MAX} are taken", line.len());
        return Err(Rejection::new(Reason::TooLarge, "", message));
    }
    if depth(line) > DEPTH_MAX {
        let message = format!("the fact is nested deeper than {DEPTH_MAX} levels");
        return Err(Rejection::new(Reason::TooDeep, "", message));
    }
    Ok(())
}

/// How deep brackets are nested outside strings; what is not JSON may give any answer.
fn depth(line: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut bytes = line.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}
