//! Three looser forms of a clean name (NFC, single spaces), each blind to more than the one before.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Blind to case, to where the tone mark stands (`Hoà`, `Hòa`), to y or i at the end of an open
/// syllable (`Mỹ`, `Mĩ`), to apostrophes, hyphens, dots and spaces (`Ea T'Ling`, `Ea Tling`), and
/// to zeros before a number (`Phường 01`).
pub(super) fn spelled(text: &str) -> String {
    let mut form = String::with_capacity(text.len() + 4);
    let mut tones = String::new();
    for word in words(text) {
        let start = form.len();
        for c in significant(word).nfd().flat_map(char::to_lowercase) {
            match c {
                '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tones.push(c),
                // Eth and African D look like Đ, and old keyboard drivers typed them.
                'ð' | 'ɖ' => form.push('đ'),
                other => form.push(other),
            }
        }
        close_with_i(&mut form, start);
        form.push_str(&tones);
        tones.clear();
    }
    form
}

/// Blind to all marks as well, and to đ or d; but spaces count, for without marks nothing else
/// tells `Phú Cần` from `Phúc An`.
pub(super) fn bare(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    let parts = |c: char| !is_letter(c) && !is_apostrophe(c) && !c.is_ascii_digit();
    for chunk in text.split(parts) {
        if !form.is_empty() && !form.ends_with(' ') {
            form.push(' ');
        }
        for word in words(chunk) {
            let start = form.len();
            form.extend(significant(word).chars().filter(|c| !is_combining_mark(*c)).map(base));
            close_with_i(&mut form, start);
        }
    }
    form.truncate(form.trim_end().len());
    form
}

/// The letters of a bare form without its spaces. Equal for all names that are equal in any form.
pub(super) fn squeezed(bare: &str) -> impl Iterator<Item = char> + '_ {
    bare.chars().filter(|c| *c != ' ')
}

/// Small letters without marks, words with one space between: for searching, and for names of files.
pub fn plain(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            form.push(base(c));
        } else if !is_apostrophe(c) && !is_combining_mark(c) && !form.ends_with(' ') {
            form.push(' ');
        }
    }
    form.truncate(form.trim_end().len());
    form
}

/// The small letter without marks; đ gives d.
pub(super) fn base(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut first = None;
    decompose_canonical(c, |part| first = first.or(Some(part)));
    let letter = first.unwrap_or(c).to_lowercase().next().unwrap_or(c);
    match letter {
        'đ' | 'ð' | 'ɖ' => 'd',
        other => other,
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | 'ʹ' | 'ʻ' | 'ʼ' | '‘' | '’' | '‛' | '′')
}

/// The runs of letters (with their marks) and the runs of digits.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c| !is_letter(c) && !c.is_ascii_digit());
        let digits = rest.starts_with(|c: char| c.is_ascii_digit());
        let ends = |c: char| if digits { !c.is_ascii_digit() } else { !is_letter(c) };
        let (word, tail) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        rest = tail;
        (!word.is_empty()).then_some(word)
    })
}

fn is_letter(c: char) -> bool {
    // The modifier letters are alphabetic in Unicode, and apostrophes for us.
    (c.is_alphabetic() && !is_apostrophe(c)) || is_combining_mark(c)
}

/// A number without the zeros before it; a word as it is.
fn significant(word: &str) -> &str {
    let number = word.starts_with(|c: char| c.is_ascii_digit());
    match word.trim_start_matches('0') {
        _ if !number => word,
        "" => "0",
        trimmed => trimmed,
    }
}

/// Writes the word that begins at `start` with i where y is as good: alone (`Ý`), after a
/// consonant (`Mỹ`), after qu (`Quý`). Elsewhere the two differ (`Thủy`, `Thủi`; `Tay`, `Tai`).
fn close_with_i(form: &mut String, start: usize) {
    let Some(stem) = form[start..].strip_suffix('y') else { return };
    let before = stem.chars().next_back();
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || !c.is_ascii();
    if stem == "qu" || !before.is_some_and(|c| vowel(c) && c != 'đ') {
        form.pop();
        form.push('i');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_name_have_one_form() {
        let cases = [
            ("Hoà Mỹ", "Hòa Mĩ", "old and new tone placement; y or i"),
            ("Uỷ", "ỦY", "tone placement and case"),
            ("Quý Quân", "Quí Quân", "y or i after qu"),
            ("Đồng Ý", "Đồng Í", "y alone"),
            ("Ea T'Ling", "Ea TLing", "apostrophe"),
            ("Ea T’Ling", "Ea Tling", "a typographic apostrophe and case"),
            ("Ea TʼLing", "EaTling", "a modifier letter and no space"),
            ("Eachà Rang", "Ea Chà Rang", "the tone moves with its syllable"),
            ("Phan Rang-Tháp Chàm", "Phan Rang – Tháp Chàm", "hyphen or dash"),
            ("01", "1", "zeros before a number"),
            ("Hòa Tú 02", "Hoà Tú 2", "zeros before a number inside"),
            ("Ðắk", "Đắk", "eth for đ"),
        ];
        for (one, other, why) in cases {
            assert_eq!(spelled(one), spelled(other), "{why}");
            let squeeze = |text| squeezed(&bare(text)).collect::<String>();
            assert_eq!(squeeze(one), squeeze(other), "{why}, and squeezed is blinder");
        }
    }

    #[test]
    fn two_names_keep_two_forms() {
        let cases = [
            ("Sa Pa", "Sa Pả", "a tone"),
            ("Minh Quân", "Minh Quán", "a vowel"),
            ("Đức", "Dức", "đ and d"),
            ("Thủy", "Thủi", "y after u"),
            ("10", "1", "zeros behind a number"),
        ];
        for (one, other, why) in cases {
            assert_ne!(spelled(one), spelled(other), "{why}");
        }
        assert_eq!(bare("Sa Pa"), bare("Sa Pả"));
        assert_eq!(bare("Đức"), bare("duc"));
        assert_ne!(bare("Tay"), bare("Tai"));
        assert_ne!(bare("Phú Cần"), bare("Phúc An"));
        assert_eq!(bare("Ea T'Ling"), bare("ea tling"));
        assert_eq!(plain("Văn Miếu - Quốc Tử Giám"), "van mieu quoc tu giam");
        assert_eq!(plain("Ia H'Drai"), "ia hdrai");
    }
}
