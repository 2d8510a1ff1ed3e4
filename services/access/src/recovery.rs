//! Recovery codes: for whoever has lost what makes their codes. Each is good once.

use crate::{Error, secret};

/// So many are made at once.
pub(crate) const CODES: usize = 10;
/// Letters that are not taken for others: neither l nor o, neither 0 nor 1.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 80 bits: nobody guesses one, not even from its hash.
const LETTERS_EACH: usize = 16;

/// New codes, in groups of four, and their hashes: the codes themselves are kept nowhere.
pub(crate) fn made() -> Result<(Vec<String>, Vec<String>), Error> {
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let letters = secret::random::<LETTERS_EACH>()?;
        let letters = letters.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
        codes.push(groups.collect::<Vec<_>>().join("-"));
    }
    let hashes = codes.iter().map(|code| hash(&crate::totp::typed(code))).collect();
    Ok((codes, hashes))
}

/// The hash of a code without its dashes, in letters of whatever size. A plain hash is enough for what
/// nobody can guess.
pub(crate) fn hash(typed: &str) -> String {
    secret::digest(&["recovery code", &typed.to_ascii_lowercase()])
}

/// Whether a text is the hash of a code.
pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_codes_are_made_that_differ_and_are_known_by_their_hashes() {
        let (codes, hashes) = made().expect("random");
        assert_eq!((codes.len(), hashes.len()), (CODES, CODES));
        let mut different = codes.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), CODES);
        for (code, known) in codes.iter().zip(&hashes) {
            assert_eq!(code.len(), 19, "{code}");
            assert!(is_hash(known) && !known.contains(&code[..4]), "{known}");
            let (upper, spaced) = (code.to_uppercase(), code.replace('-', " "));
            for same in [code, &upper, &spaced] {
                assert_eq!(hash(&crate::totp::typed(same)), *known, "{same}");
            }
        }
    }
}
