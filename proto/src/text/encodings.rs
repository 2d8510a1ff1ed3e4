//! Texts that were written in one encoding and read in another: old Vietnamese fonts (TCVN3 and
//! VNI, whose letters stand in the places of others), UTF-8 read as Windows-1252, and letters that
//! became question marks.
//!
//! Only what no orthography of the country has is taken for such a text: the languages of the
//! highlands have letters that Vietnamese has not.

/// Why a text looks misread, and what it most likely was, where that can be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Misread {
    /// What it was written in, for a message.
    pub(super) as_if: &'static str,
    /// What it says there.
    pub(super) guess: Option<String>,
}

/// Whether a text is misread.
pub(super) fn misread(text: &str) -> Option<Misread> {
    if text.is_ascii() && !text.contains('?') {
        return None;
    }
    let letters: Vec<char> = text.chars().collect();
    if let Some(guess) = utf8_as_1252(text) {
        return Some(Misread { as_if: "UTF-8 and read as Windows-1252", guess: Some(guess) });
    }
    // What was lost in between leaves no whole text, but two of the three bytes of ế, ồ and the like.
    let is_torn = |three: &[char]| match *three {
        ['á', '»' | 'º', c] => !c.is_whitespace() && !c.is_ascii_punctuation(),
        _ => false,
    };
    if letters.windows(3).any(is_torn) {
        return Some(Misread { as_if: "UTF-8 and read as Windows-1252", guess: None });
    }
    if has_tcvn3(&letters) {
        let guess = Some(letters.iter().map(|c| tcvn3(*c)).collect());
        return Some(Misread { as_if: "TCVN3 (fonts like .VnTime)", guess });
    }
    if letters.windows(2).any(|pair| VNI_ONLY.contains(&(lower(pair[0]), lower(pair[1])))) {
        return Some(Misread { as_if: "VNI (fonts like VNI-Times)", guess: Some(vni(&letters)) });
    }
    let is_lost = |three: &[char]| {
        let [a, b, c] = *three else { return false };
        b == '?' && c.is_alphabetic() && (a.is_alphabetic() || a == '?')
    };
    letters.windows(3).any(is_lost).then_some(Misread {
        as_if: "another encoding that lost letters to question marks",
        guess: None,
    })
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The letters of TCVN 5712:1993, third set, as Latin-1 shows them, and what they are.
const TCVN3: (&str, &str) = (
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u{ad}õøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
);

fn tcvn3(c: char) -> char {
    let at = TCVN3.0.chars().position(|one| one == c);
    at.and_then(|at| TCVN3.1.chars().nth(at)).unwrap_or(c)
}

/// Whether signs stand where letters do: inside a word, or for the Đ that it begins with.
fn has_tcvn3(letters: &[char]) -> bool {
    // Some of them are letters or digits of their own, and stand in no word.
    let is_odd = |c: char| matches!(c, 'µ' | 'ª' | '¹' | '¼' | '½' | '¾');
    let is_sign = |c: char| tcvn3(c) != c && (is_odd(c) || !c.is_alphanumeric());
    let inside = |three: &[char]| match *three {
        [a, b, c] => a.is_alphabetic() && is_sign(b) && c.is_alphabetic(),
        _ => false,
    };
    let first = |at: usize| at == 0 || letters[at - 1].is_whitespace();
    let begins = |at: usize| {
        let follows = letters.get(at + 1).is_some_and(|c| c.is_alphabetic());
        matches!(letters[at], '§' | '®') && first(at) && follows
    };
    letters.windows(3).any(inside) || (0..letters.len()).any(begins)
}

/// Pairs that VNI writes and no orthography of the country has.
const VNI_ONLY: [(char, char); 9] = [
    ('o', 'â'),
    ('a', 'â'),
    ('e', 'â'),
    ('a', 'ê'),
    ('a', 'ø'),
    ('o', 'ø'),
    ('e', 'ø'),
    ('u', 'ø'),
    ('y', 'ø'),
];

/// What a letter and the mark behind it are in VNI: marks of tone, of the letters â, ê, ô, and of ă.
const VNI_TONES: &str = "øùûõï";
const VNI_ROOF: &str = "âàáåãä";
const VNI_BREVE: &str = "êèéúüë";

fn vni(letters: &[char]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < letters.len() {
        let (c, next) = (letters[at], letters.get(at + 1).copied().map_or(' ', lower));
        let found = vni_pair(lower(c), next);
        at += if found.is_some() { 2 } else { 1 };
        let one = found.unwrap_or_else(|| vni_single(lower(c)));
        match c.is_uppercase() {
            true => text.extend(one.to_uppercase()),
            false => text.push(one),
        }
    }
    text
}

fn vni_pair(letter: char, mark: char) -> Option<char> {
    let of = |marks: &str, letters: &str| {
        let at = marks.chars().position(|one| one == mark)?;
        letters.chars().nth(at)
    };
    match letter {
        'a' => of(VNI_TONES, "àáảãạ")
            .or_else(|| of(VNI_ROOF, "âầấẩẫậ"))
            .or_else(|| of(VNI_BREVE, "ăằắẳẵặ")),
        'e' => of(VNI_TONES, "èéẻẽẹ").or_else(|| of(VNI_ROOF, "êềếểễệ")),
        'o' => of(VNI_TONES, "òóỏõọ").or_else(|| of(VNI_ROOF, "ôồốổỗộ")),
        'u' => of(VNI_TONES, "ùúủũụ"),
        'y' => of(VNI_TONES, "ỳýỷỹỵ"),
        'ô' => of(VNI_TONES, "ờớởỡợ"),
        'ö' => of(VNI_TONES, "ừứửữự"),
        _ => None,
    }
}

fn vni_single(letter: char) -> char {
    match letter {
        'ñ' => 'đ',
        'ô' => 'ơ',
        'ö' => 'ư',
        'æ' => 'ỉ',
        'ó' => 'ĩ',
        'ò' => 'ị',
        'î' => 'ỵ',
        other => other,
    }
}

/// What Windows-1252 shows for the bytes from 0x80 to 0x9F; its five gaps as the control characters
/// of Latin-1.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The text that these are the bytes of, if they are UTF-8 with letters beyond ASCII.
fn utf8_as_1252(text: &str) -> Option<String> {
    let byte = |c: char| match u32::from(c) {
        code @ 0..=0xFF => u8::try_from(code).ok(),
        _ => {
            let at = WINDOWS_1252.chars().position(|one| one == c)?;
            u8::try_from(0x80 + at).ok()
        }
    };
    let bytes: Vec<u8> = text.chars().map(byte).collect::<Option<_>>()?;
    let read = String::from_utf8(bytes).ok()?;
    read.chars().any(|c| c.is_alphabetic() && !c.is_ascii()).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misread_texts_are_told_with_what_they_were() {
        assert_eq!(TCVN3.0.chars().count(), TCVN3.1.chars().count());
        for (text, expected) in [
            ("Th«n §ång Míi", "Thôn Đồng Mới"),
            ("Bu«n Ma Thuét", "Buôn Ma Thuột"),
            ("®iÖn s¸ng", "điện sáng"),
            ("lµng", "làng"),
            ("Thoân Ñoàng Môùi", "Thôn Đồng Mới"),
            ("Buoân Chö", "Buôn Chư"),
            ("Thò traán Phuù Tuùc, thoân 3", "Thị trấn Phú Túc, thôn 3"),
            ("ThÃ´n Má»›i", "Thôn Mới"),
            ("BuÃ´n ChÆ°", "Buôn Chư"),
        ] {
            let found = misread(text).and_then(|one| one.guess);
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        for text in ["Th?n ??ng M?i", "Bu?n Ch?", "ThÃ´n Äá»\u{93}ng"] {
            assert!(misread(text).is_some_and(|one| one.guess.is_none()), "{text}");
        }
    }

    #[test]
    fn names_in_any_language_of_the_country_are_not_misread() {
        for text in [
            "Thôn Đồng Mới",
            "thôn Hoà Bình, xã Quế Xuân",
            "buôn Ñai, buôn Kmông, plei Tơ Drăh",
            "làng Kŏn Klŏr",
            "buôn Čư Blang, Êa Kênh, Ea Nuôl",
            "làng Kön Rơbang",
            "«hỗ trợ» nhà ở, «cá», «cá»",
            "đất ở 200 m² – “hỗ trợ”, ½ giá",
            "§ 5, điểm a",
            "Đã nhận chưa? Chưa.",
            "Công ty ABC®",
            "30 °C · 5 ha",
            "Sóc Trăng, khóm 3",
            "xoá mù chữ, hoà nhập, thuế, tuần, quyết, khuya",
        ] {
            assert_eq!(misread(text), None, "{text}");
        }
    }
}
