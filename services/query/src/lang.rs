//! Which language a person reads, and numbers as officials write them.

use domain::fact::Decimal;
use domain::number::rounded;
use proto::gazetteer::Lang;

/// The language of the locale: Vietnamese where it says so, English otherwise.
pub fn of_locale() -> Lang {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
    if locale.to_ascii_lowercase().starts_with("vi") { Lang::Vi } else { Lang::En }
}

/// One of two texts.
pub fn pick<'a>(lang: Lang, vi: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

/// 1.751 or 1,751.
pub fn whole(lang: Lang, value: i128) -> String {
    let separator = match lang {
        Lang::Vi => '.',
        Lang::En => ',',
    };
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if value < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// A number of `places` decimals, given in units of the last one: 156 and 2 are 1,56 or 1.56.
pub fn decimal(lang: Lang, digits: i128, places: u32) -> String {
    let one = 10i128.pow(places);
    let (before, behind) =
        (digits.unsigned_abs() / one.unsigned_abs(), digits.unsigned_abs() % one.unsigned_abs());
    let sign = if digits < 0 { "-" } else { "" };
    let before = whole(lang, i128::try_from(before).unwrap_or(i128::MAX));
    let comma = pick(lang, ",", ".");
    match places {
        0 => format!("{sign}{before}"),
        places => format!("{sign}{before}{comma}{behind:0width$}", width = places as usize),
    }
}

/// A decimal as it was stated, with the digits it was written with.
pub fn stated(lang: Lang, value: Decimal) -> String {
    decimal(lang, i128::from(value.digits), u32::from(value.places))
}

/// 11,49 % or 11.49 %.
pub fn percent(lang: Lang, numerator: i128, denominator: i128) -> String {
    format!("{} %", decimal(lang, rounded(numerator * 100, denominator, 2), 2))
}

/// 0,30 điểm % or 0.30 pp: never "%" for the difference of two percentages.
pub fn points(lang: Lang, before: (i128, i128), after: (i128, i128)) -> String {
    let numerator = before.0 * after.1 - after.0 * before.1;
    let digits = rounded(numerator * 100, before.1 * after.1, 2);
    format!("{} {}", decimal(lang, digits, 2), pick(lang, "điểm %", "pp"))
}

/// 14/6/2021 in Vietnamese, 2021-06-14 in English.
pub fn date(lang: Lang, iso: &str) -> String {
    let parts: Vec<&str> = iso.split('-').collect();
    match (lang, parts.as_slice()) {
        (Lang::Vi, [year, month, day]) => {
            format!("{}/{}/{year}", day.trim_start_matches('0'), month.trim_start_matches('0'))
        }
        (Lang::Vi | Lang::En, _) => iso.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_officials_write_them() {
        let table = [
            (whole(Lang::Vi, 1751), "1.751"),
            (whole(Lang::En, 1751), "1,751"),
            (whole(Lang::Vi, 0), "0"),
            (whole(Lang::Vi, -587_118_000), "-587.118.000"),
            (whole(Lang::Vi, 999), "999"),
            (percent(Lang::Vi, 156, 10_000), "1,56 %"),
            (percent(Lang::En, 269, 2342), "11.49 %"),
            (points(Lang::Vi, (156, 10_000), (126, 10_000)), "0,30 điểm %"),
            (points(Lang::En, (126, 10_000), (156, 10_000)), "-0.30 pp"),
            (decimal(Lang::Vi, -5, 2), "-0,05"),
            (stated(Lang::Vi, Decimal { digits: 30, places: 1 }), "3,0"),
        ];
        for (written, expected) in table {
            assert_eq!(written, expected);
        }
    }
}
