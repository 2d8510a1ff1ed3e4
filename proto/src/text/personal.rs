//! Numbers that identify a person: found in a text, and never repeated.

/// Most characters of what a sender wrote that a message repeats.
const QUOTED_CHARS_MAX: usize = 80;

/// Whether a text holds a run of digits as long as an identity card (9 or 12) or a telephone
/// number (10 beginning with 0, or 11 with the country's 84), also when grouped by blanks, points,
/// hyphens or slashes. Money, which is grouped by points and does not begin with 0, dates and the
/// numbers of decisions (`146/2021`) are none.
pub fn looks_personal(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_digit() && !is_joint(c));
    // Most texts have no long run of digits.
    runs.filter(|run| run.len() >= 9).any(|run| {
        let words = run.split_whitespace().map(|word| word.trim_matches(['.', '-', '/']));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words.split(|word| is_known(word)).any(|numbers| {
            let mut parts = numbers.iter().flat_map(|word| word.split('/').chain([*word]));
            parts.any(is_personal) || is_personal(&numbers.concat())
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
    matches!(c, '.' | '-' | '/') || c.is_whitespace()
}

/// Dates, money and numbers of decisions, alone or from one to the other.
fn is_known(word: &str) -> bool {
    let is_one = |word: &str| is_date(word) || is_numbered(word);
    is_one(word) || is_money(word) || word.split('-').all(is_one)
}

/// `146/2021`, `5/2021`, `12/21`: a number or a month of a year.
fn is_numbered(word: &str) -> bool {
    let is_year =
        |year: &str| year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
    word.split_once('/').is_some_and(|(number, year)| {
        (1..=5).contains(&number.len())
            && number.bytes().all(|c| c.is_ascii_digit())
            && is_year(year)
            && year.bytes().all(|c| c.is_ascii_digit())
    })
}

/// `2021-03-22`, `22-03-2021`, `5.3.2021`, `5/3/2021`.
fn is_date(word: &str) -> bool {
    let numbers: Vec<(usize, u32)> = word
        .split(['-', '.', '/'])
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

/// Whether a name of a machine's making, an id or an address of a source, holds the number of an
/// identity card or telephone, or is one. Machines number on and write hashes: only what stands
/// apart from letters, and begins as such numbers do, is taken for one.
pub fn names_person(name: &str) -> bool {
    let scheme = name.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    if matches!(scheme.as_deref(), Some("tel" | "sms" | "callto" | "mailto")) {
        return true;
    }
    let words = name.split(|c: char| !c.is_ascii_alphanumeric() && !is_joint(c));
    words.filter(|word| !is_uuid(word)).flat_map(parts).any(|word| {
        let number = word.trim_start_matches(|c: char| !c.is_ascii_digit());
        let label = word[..word.len() - number.len()].trim_matches(is_joint);
        let groups: Vec<&str> = number.split(is_joint).collect();
        let is_number = groups.iter().all(|group| group.bytes().all(|c| c.is_ascii_digit()));
        is_number
            && LABELS.contains(&label.to_ascii_lowercase().as_str())
            && GROUPS.contains(&&*groups.iter().map(|group| group.len()).collect::<Vec<_>>())
            && begins_as_personal(&groups.concat())
    })
}

/// How people write such numbers: whole, or in groups. Other groups are a machine's.
const GROUPS: [&[usize]; 11] = [
    &[9],
    &[10],
    &[11],
    &[12],
    &[3, 3, 3, 3],
    &[4, 3, 3],
    &[3, 3, 4],
    &[4, 6],
    &[3, 7],
    &[2, 3, 3, 3],
    &[2, 9],
];

/// A word, and each part of it.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    [word].into_iter().chain(word.split(is_joint))
}

/// `550e8400-e29b-41d4-a716-446655440000`: its last part may be digits alone.
fn is_uuid(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let hex = |part: &&str| part.bytes().all(|c| c.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(hex)
}

/// What people write before such a number; nothing, too.
const LABELS: [&str; 12] =
    ["", "cmnd", "cmt", "cmtnd", "cccd", "cc", "cancuoc", "tel", "sdt", "dt", "phone", "id"];

/// Whether digits are as many as such numbers have, and begin as these do: by a province's code, an
/// operator's, or the country's.
fn begins_as_personal(digits: &str) -> bool {
    let head = |count: usize| digits.get(..count).and_then(|head| head.parse::<u32>().ok());
    match digits.len() {
        9 => head(2).is_some_and(|code| (1..=38).contains(&code)) && !is_day(digits),
        12 => head(3).is_some_and(|code| (1..=96).contains(&code)),
        10 => digits.starts_with('0') && !digits.starts_with("00"),
        11 => digits.starts_with("84"),
        _ => false,
    }
}

/// `20210315…`: counters begin with the day.
fn is_day(digits: &str) -> bool {
    let of =
        |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let year = of(0, 4).is_some_and(|year| (1990..=2099).contains(&year));
    year && of(4, 6).is_some_and(|month| (1..=12).contains(&month))
        && of(6, 8).is_some_and(|day| (1..=31).contains(&day))
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
            ("CCCD 064/123/456/789", true),
            ("231/234/567", true),
            ("gọi 0905/123/456", true),
            ("231234567/2021", true),
            ("15/12/2020-14/6/2021", false),
            ("1/1/2021-5/6/2021", false),
            ("từ 15/12/2020 - 14/6/2021", false),
            ("12/2021 345/2021", false),
            ("07/2021/TT-BLĐTBXH, 24/2020/QH14", false),
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
    fn names_of_persons_numbers_are_told_from_counters_and_hashes() {
        let table = [
            ("231234567", true),
            ("cmnd231234567", true),
            ("CMND:231234567", true),
            ("cccd/064123456789", true),
            ("064/123/456/789", true),
            ("064.123.456.789", true),
            ("tel:+84905123456", true),
            ("tel:113", true),
            ("mailto:hoa@example.vn", true),
            ("//nhap-lieu/0905123456", true),
            ("urn:84905123456", true),
            ("01-00001-00001", false),
            ("01/2021/0001", false),
            ("0b6c8e1e-0000-4000-8000-012345678901", false),
            ("L-637-2021-06", false),
            ("L-24097-2021", false),
            ("550e8400-e29b-41d4-a716-446655440000", false),
            ("0b6c8e1e-0000-4000-8000-000000000001", false),
            ("000000123", false),
            ("412345678", false),
            ("202103151", false),
            ("202103151030", false),
            ("1612345678", false),
            ("d9b1231234567f", false),
            ("ho-123-lan-2", false),
            ("//gialai.gov.vn/krongpa", false),
            ("urn:tonghop:journal:0b6c8e1e", false),
        ];
        for (text, expected) in table {
            assert_eq!(names_person(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_quoted_is_short_and_tells_nobodys_number() {
        assert_eq!(quoted("Nguyễn Văn A 0905 123 456\n"), "Nguyễn Văn A #### ### ###?");
        assert_eq!(quoted("poor_households"), "poor_households");
        assert_eq!(quoted(&"a".repeat(1000)).chars().count(), QUOTED_CHARS_MAX + 1);
    }
}
