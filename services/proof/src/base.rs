//! The small pieces of text that all formats here share: base64 and whole numbers, in the one way
//! in which each can be written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// RFC 4648 section 4, with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes; none where the text is not exactly how they are written.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A whole number in decimal digits, without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_from_one_text_only() {
        for text in ["AAA", "AAB=", "AA==\n", " AA==", "AA=", "A-_=", "A"] {
            assert_eq!(from_base64(text), None, "{text:?}");
        }
        for text in ["", "+1", "-0", "01", "00", "1 ", "18446744073709551616", "1_0"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
        assert_eq!(from_base64("AAA="), Some(vec![0, 0]));
        assert_eq!((decimal("0"), decimal("18446744073709551615")), (Some(0), Some(u64::MAX)));
    }
}
