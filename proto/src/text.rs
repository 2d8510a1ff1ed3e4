//! What a free text may hold: Vietnamese or Latin letters, and nothing that identifies a person.

mod encodings;
mod personal;

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::reject::{Reason, Rejection};

use encodings::Misread;

pub use personal::{looks_personal, names_person, quoted};

/// The text in Unicode's composed form (NFC). Half of what people paste is decomposed, and looks
/// the same.
pub fn composed(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(&text) { text } else { Cow::Owned(text.nfc().collect()) }
}

/// Checks a free text. The rejection never repeats the text: it may be somebody's number.
///
/// # Errors
/// `bad_text`, `foreign_script` or `personal_data`, without a field.
pub fn check(text: &str, chars_max: usize) -> Result<(), Rejection> {
    let reject = |reason, message: &str| Err(Rejection::new(reason, "", message));
    if text.trim().is_empty() {
        return reject(Reason::BadText, "the text is empty; leave the field out instead");
    }
    if text.chars().count() > chars_max {
        let message = format!("the text is longer than {chars_max} characters");
        return Err(Rejection::new(Reason::BadText, "", message));
    }
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return reject(
            Reason::BadText,
            "the text has line breaks, control characters or characters that cannot be seen",
        );
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return reject(
            Reason::BadText,
            "the text has U+FFFD in the place of letters that were lost when the file was read in \
             another encoding than it was written in; save it as UTF-8 where it was made and send \
             it again",
        );
    }
    if let Some(letter) = text.chars().find(|c| is_foreign(*c)) {
        let message = format!(
            "the letter {letter:?} (U+{:04X}) is not of the Latin script; a copy from a scan or a \
             picture often puts such letters in",
            u32::from(letter)
        );
        return Err(Rejection::new(Reason::ForeignScript, "", message));
    }
    if looks_personal(text) {
        return reject(
            Reason::PersonalData,
            "the text holds what looks like an identity card or telephone number; facts carry no \
             personal data",
        );
    }
    // After numbers of persons: what was meant is repeated.
    if let Some(Misread { as_if, guess }) = encodings::misread(text) {
        let meant = guess.map_or_else(String::new, |guess| format!(" (is it {guess:?}?)"));
        let message = format!(
            "the text looks as if it was written in {as_if}{meant}; save it as Unicode where it \
             was made and send it again"
        );
        return Err(Rejection::new(Reason::BadText, "", message));
    }
    Ok(())
}

/// A letter, digit or mark of another script; punctuation and signs of any kind pass.
fn is_foreign(c: char) -> bool {
    match u32::from(c) {
        // Latin letters, spacing modifiers and marks; ², ³ and ½ are below 0x100.
        0..=0x24F | 0x1E00..=0x1EFF | 0x2B0..=0x36F => false,
        0xFF00..=0xFFEF => true,
        _ => c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c),
    }
}

/// Characters without a shape that hide in copied text, or turn its direction.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_or_refused_for_a_reason() {
        let table = [
            ("146/QĐ-UBND 2021-03-22", None),
            ("buôn Tờ Tung", None),
            ("đất ở 200 m² – “hỗ trợ”, ½ giá", None),
            ("", Some(Reason::BadText)),
            ("  ", Some(Reason::BadText)),
            ("hai\ndòng", Some(Reason::BadText)),
            ("buôn\u{200b} Tờ Tung", Some(Reason::BadText)),
            ("Th\u{fffd}n \u{fffd}\u{fffd}ng", Some(Reason::BadText)),
            ("Th«n §ång Míi", Some(Reason::BadText)),
            ("Thoân Ñoàng Môùi", Some(Reason::BadText)),
            ("Th?n ??ng M?i", Some(Reason::BadText)),
            ("Ia Rm\u{94b}\u{915}", Some(Reason::ForeignScript)),
            ("Рhú Cần", Some(Reason::ForeignScript)), // a Cyrillic letter that looks like P
            ("thôn ２", Some(Reason::ForeignScript)),
            ("thôn ٢", Some(Reason::ForeignScript)),
            ("CMND 231234567", Some(Reason::PersonalData)),
        ];
        for (text, expected) in table {
            assert_eq!(check(text, 100).err().map(|r| r.reason), expected, "{text:?}");
        }
        assert!(check(&"ở".repeat(100), 100).is_ok());
        assert!(check(&"a".repeat(101), 100).is_err());
    }

    #[test]
    fn a_decomposed_text_is_composed() {
        assert_eq!(composed("To\u{302}\u{309}ng".into()), "Tổng");
        assert!(matches!(composed("Tổng".into()), Cow::Borrowed(_)));
    }
}
