//! The last line of a file that this program wrote: a checksum of all that is above it, so that a
//! file that was cut off, or in which a bit turned, is not taken for what somebody meant.
//!
//! ```text
//! # The last line is a checksum. Whoever changes this file by hand takes out that line and this one.
//! …
//! # sha256 of all above: 0123…
//! ```

use sha2::{Digest, Sha256};

/// Says that a last line has to be there: a file that ends early has this and not that.
const HEAD: &str = "# The last line is a checksum. Whoever changes this file by hand takes out that \
                    line and this one.\n";
const LAST: &str = "# sha256 of all above: ";

/// A text with its checksum; both lines are comments.
pub fn sealed(text: &str) -> String {
    let whole = format!("{HEAD}{}\n", unsealed(text).trim_end_matches('\n'));
    let sum = sum(&whole);
    format!("{whole}{LAST}{sum}\n")
}

/// A text as somebody writes it by hand: without the two lines.
pub fn unsealed(text: &str) -> String {
    let is_ours = |line: &&str| !line.starts_with(LAST) && *line != HEAD.trim_end_matches('\n');
    text.lines().filter(is_ours).map(|line| format!("{line}\n")).collect()
}

/// Whether a text is as it was written, or was written by hand.
///
/// # Errors
/// It was cut off or altered: what to do, without anything of the text.
pub fn check(text: &str) -> Result<(), String> {
    let way_out = "put a copy back; or, if it is as it should be, take out the line that begins with \
                   \"# The last line is a checksum\" and the last one";
    let begins = text.starts_with(HEAD);
    let last = text.rfind(LAST).filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n');
    match last {
        Some(at) if text[at..] == format!("{LAST}{}\n", sum(&text[..at])) => Ok(()),
        Some(_) => Err(format!("its checksum is another one, so it was altered; {way_out}")),
        None if begins => Err(format!("its end is missing, so it was cut off; {way_out}")),
        None => Ok(()),
    }
}

fn sum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Who may do what.\n\n[[user]]\nname = \"hoà\"\n";

    #[test]
    fn every_cut_and_every_bit_is_noticed() {
        let whole = sealed(TEXT);
        assert_eq!(check(&whole), Ok(()));
        assert_eq!(sealed(&whole), whole, "there is one checksum");
        let bytes = whole.as_bytes();
        // The first cuts leave less than the first line: a reader sees that nothing is in it.
        for end in HEAD.len()..bytes.len() {
            let Ok(cut) = std::str::from_utf8(&bytes[..end]) else { continue };
            assert!(check(cut).is_err(), "cut at {end}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut turned = bytes.to_vec();
            turned[bit / 8] ^= 1 << (bit % 8);
            // What is no UTF-8 is not read at all.
            let Ok(turned) = String::from_utf8(turned) else { continue };
            assert!(check(&turned).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn what_was_written_by_hand_has_none() {
        assert_eq!(check(TEXT), Ok(()));
        assert_eq!(unsealed(&sealed(TEXT)), TEXT);
        assert_eq!(check(&unsealed(&sealed(TEXT))), Ok(()));
    }
}
