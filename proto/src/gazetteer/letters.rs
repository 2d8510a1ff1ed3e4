//! Which characters a name may hold: a Devanagari letter in the middle of `Ia RMok` is a damaged
//! text, and guessing what it stood for is not ours to do.

use unicode_normalization::UnicodeNormalization;

use super::unresolved::{NAME_CHARS_MAX, Unresolved};

/// The text in NFC with single spaces, when every character may stand in a name.
pub(super) fn clean(text: &str) -> Result<String, Unresolved> {
    let text = text.trim();
    let length = text.chars().count();
    if length > NAME_CHARS_MAX {
        return Err(Unresolved::TooLong { length });
    }
    for character in text.chars() {
        if character.is_control() || is_invisible(character) {
            return Err(Unresolved::ControlCharacter { text: text.to_owned(), character });
        }
        if !may_stand_in_a_name(character) {
            let script = script(character);
            return Err(Unresolved::ForeignScript { text: text.to_owned(), character, script });
        }
    }
    let mut clean = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.nfc());
    }
    if clean.is_empty() { Err(Unresolved::Missing) } else { Ok(clean) }
}

fn may_stand_in_a_name(c: char) -> bool {
    match c {
        ' '..='~' => true,
        // Signs people type for an apostrophe or a hyphen.
        '´' | 'ʹ' | 'ʻ' | 'ʼ' | '‘' | '’' | '‛' | '′' | '‐'..='―' | '−' => true,
        '×' | '÷' => false,
        // Latin letters, with those of Jrai and Ê Đê (ƀ, č, ĭ, ŏ, ŭ), and the marks of NFD.
        'À'..='\u{24F}' | '\u{256}' | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}' => true,
        _ => c.is_whitespace(),
    }
}

/// Characters without a shape that hide in copied text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn script(c: char) -> &'static str {
    match c {
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => "Greek",
        '\u{400}'..='\u{52F}' | '\u{1C80}'..='\u{1C8F}' | '\u{2DE0}'..='\u{2DFF}' => "Cyrillic",
        '\u{530}'..='\u{58F}' => "Armenian",
        '\u{590}'..='\u{5FF}' => "Hebrew",
        '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' => "Arabic",
        '\u{900}'..='\u{97F}' => "Devanagari",
        '\u{980}'..='\u{DFF}' => "Indic",
        '\u{E00}'..='\u{E7F}' => "Thai",
        '\u{E80}'..='\u{EFF}' => "Lao",
        '\u{1780}'..='\u{17FF}' => "Khmer",
        '\u{AA00}'..='\u{AA5F}' => "Cham",
        '\u{3040}'..='\u{30FF}' => "Japanese",
        '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' => "Han",
        '\u{AC00}'..='\u{D7AF}' => "Korean",
        '\u{FF00}'..='\u{FFEF}' => "fullwidth",
        '\u{1D400}'..='\u{1D7FF}' => "mathematical",
        _ => "other",
    }
}
