//! Numbers that identify a person: found in a text, and never repeated.

/// Most characters of what a sender wrote that a message repeats.
const QUOTED_CHARS_MAX: usize = 80;

/// Whether a text holds a run of digits as long as an identity card (9 or 12) or a telephone
/// number (10 beginning with 0, or 11 with the country's 84), also when grouped by blanks, points
/// or hyphens. Money, which is grouped by points and does not begin with 0, and dates are none.
pub fn looks_personal(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_digit() && !is_joint(c));
    // Most texts have no long run of digits.
    runs.filter(|run| run.len() >= 9).any(|run| {
        let words = run.split_whitespace().map(|word| word.trim_matches(['.', '-']));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words.split(|word| is_date(word) || is_money(word)).any(|numbers| {
            numbers.iter().any(|word| is_personal(word)) || is_personal(&numbers.concat())
        })
    })
}

/// What a sender wrote, fit for a message: short, on one line, without anybody's number.
pub fn quoted(text: &str) -> String {
    let personal = looks_personal(text);
    let shown = |c: char| match c {
        '0'..='9' if personal => '#',
        c if c.is_control() => '?',
        c => c,
    };
    let mut short: String = text.chars().take(QUOTED_CHARS_MAX).map(shown).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// What stands between the groups of one number.
fn is_joint(c: char) -> bool {
    matches!(c, '.' | '-') || c.is_whitespace()
}

/// `2021-03-22`, `22-03-2021`, `5.3.2021`.
fn is_date(word: &str) -> bool {
    let numbers: Vec<(usize, u32)> = word
        .split(['-', '.'])
        .map(|digits| (digits.len(), digits.parse().unwrap_or(u32::MAX)))
        .collect();
    let is = |(_, day): (usize, u32), (_, month): (usize, u32), (digits, _): (usize, u32)| {
        (1..=31).contains(&day) && (1..=12).contains(&month) && digits == 4
    };
    matches!(numbers[..], [a, b, c] if is(a, b, c) || is(c, b, a))
}

/// `1.898.378.000`.
fn is_money(word: &str) -> bool {
    let mut groups = word.split('.');
    groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && !first.starts_with('0'))
        && word.contains('.')
        && groups.all(|group| group.len() == 3 && group.bytes().all(|c| c.is_ascii_digit()))
}

fn is_personal(word: &str) -> bool {
    let digits: Vec<u8> = word.bytes().filter(u8::is_ascii_digit).collect();
    match digits.len() {
        9 | 12 => true,
        10 => digits.starts_with(b"0"),
        11 => digits.starts_with(b"84"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_persons_are_told_from_money_and_dates() {
        let table = [
            ("231234567", true),
            ("CMND 231234567", true),
            ("CMND 231234567 5 khẩu", true),
            ("CCCD 064 123 456 789", true),
            ("CCCD064123456789", true),
            ("064\u{a0}123\u{a0}456\u{a0}789", true),
            ("gọi 0905.123.456", true),
            ("gọi 0905 - 123 - 456", true),
            ("+84 905 123 456", true),
            ("CMND.231234567", true),
            ("231234567.", true),
            ("23123.4567", true),
            ("1.898.378.000 đồng theo kế hoạch", false),
            ("113.000.000.000 đồng", false),
            ("564.000.000 đồng", false),
            ("1.898.378.000 – 564.000.000", false),
            ("100.000 200.000 đồng", false),
            ("1234 2021-05-12.", false),
            ("235 12-05-2021", false),
            ("từ 15.12.2020 - 14.6.2021", false),
            ("146/QĐ-UBND 2021-03-22", false),
            ("12345678", false),
            ("1234567890", false),
            (". - .- ..  - . - ..", false),
            ("", false),
        ];
        for (text, expected) in table {
            assert_eq!(looks_personal(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_quoted_is_short_and_tells_nobodys_number() {
        assert_eq!(quoted("Nguyễn Văn A 0905 123 456\n"), "Nguyễn Văn A #### ### ###?");
        assert_eq!(quoted("poor_households"), "poor_households");
        assert_eq!(quoted(&"a".repeat(1000)).chars().count(), QUOTED_CHARS_MAX + 1);
    }
}
