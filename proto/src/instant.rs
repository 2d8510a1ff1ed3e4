//! Times as RFC 3339 writes them, and the civil day they fall on in Viet Nam.

use std::borrow::Cow;

use domain::time::Day;

/// Minutes by which Viet Nam is ahead of UTC, all year.
const VIET_NAM_MINUTES: i32 = 7 * 60;
const DAY_MINUTES: i32 = 24 * 60;

/// A time of day in Viet Nam.
struct Read<'a> {
    day: Day,
    /// Of the day, from 0.
    minute: i32,
    second: i32,
    /// The digits behind the point.
    fraction: &'a str,
}

/// The civil day in Asia/Ho_Chi_Minh of an RFC 3339 time with offset.
pub fn civil_day(time: &str) -> Option<Day> {
    read(time).map(|read| read.day)
}

fn read(time: &str) -> Option<Read<'_>> {
    let bytes = time.as_bytes();
    let date: Day = time.get(..10)?.parse().ok()?;
    let two = |at: usize| {
        let digits = bytes.get(at..at + 2)?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then(|| i32::from(digits[0] - b'0') * 10 + i32::from(digits[1] - b'0'))
    };
    let separators = matches!(bytes.get(10)?, b'T' | b't' | b' ')
        && *bytes.get(13)? == b':'
        && *bytes.get(16)? == b':';
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    // 60: a leap second.
    if !separators || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = &time[19..];
    let (fraction, rest) = match rest.strip_prefix('.') {
        None => ("", rest),
        Some(fraction) => {
            let end = fraction.find(|c: char| !c.is_ascii_digit())?;
            (end > 0 && end <= 9).then(|| fraction.split_at(end))?
        }
    };
    let offset = match rest.as_bytes() {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let at = time.len() - 5;
            let (hours, minutes) = (two(at)?, two(at + 3)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let local = hour * 60 + minute - offset + VIET_NAM_MINUTES;
    let day = match local.div_euclid(DAY_MINUTES) {
        0 => date,
        1 => date.next(),
        -1 => date.previous(),
        _ => return None,
    };
    Some(Read { day, minute: local.rem_euclid(DAY_MINUTES), second, fraction })
}

/// The first moment of the first day in Viet Nam, in milliseconds since the Unix epoch.
const FIRST_DAY_MS: i64 = 946_659_600_000;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// The civil day in Asia/Ho_Chi_Minh of so many milliseconds since the Unix epoch; what lies
/// outside of the calendar is its first or last day.
pub fn day_of_millis(ms: i64) -> Day {
    let days = ms.saturating_sub(FIRST_DAY_MS).div_euclid(DAY_MS);
    Day(days.clamp(0, i64::from(u16::MAX)) as u16)
}

/// The first millisecond of a day in Viet Nam, since the Unix epoch.
pub fn first_milli(day: Day) -> i64 {
    FIRST_DAY_MS + i64::from(day.0) * DAY_MS
}

/// A moment as written in Viet Nam: `2021-06-14T09:30:00.000+07:00`.
pub fn rfc3339(ms: i64) -> String {
    let day = day_of_millis(ms);
    let of_day = ms - first_milli(day);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1000 % 60, of_day % 1000);
    format!("{day}T{hour:02}:{minute:02}:{second:02}.{milli:03}+07:00")
}

/// Puts a time into canonical form, one for each instant: in Viet Nam's offset, with a capital `T`,
/// and no zeros at the end of a fraction. A date alone, as offices keep their lists, is its first
/// second. What cannot be read stays as it is.
pub fn make_canonical(time: &mut Cow<'_, str>) {
    if is_canonical(time) {
        return;
    }
    if time.parse::<Day>().is_ok() {
        *time = Cow::Owned(format!("{time}T00:00:00+07:00"));
    } else if let Some(Read { day, minute, second, fraction }) = read(time) {
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let (hour, minute) = (minute / 60, minute % 60);
        *time =
            Cow::Owned(format!("{day}T{hour:02}:{minute:02}:{second:02}{point}{fraction}+07:00"));
    }
}

/// Whether a time that was read is in canonical form.
pub(crate) fn is_canonical(time: &str) -> bool {
    let Some(rest) = time.get(19..) else { return false };
    let Some(fraction) = rest.strip_suffix("+07:00") else { return false };
    time.as_bytes()[10] == b'T' && (fraction.is_empty() || !fraction.ends_with(['0', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_falls_on_its_day_in_viet_nam() {
        let table = [
            ("2021-03-05T09:30:00+07:00", Some("2021-03-05")),
            ("2021-03-04T17:00:00Z", Some("2021-03-05")),
            ("2021-03-04T16:59:59.999Z", Some("2021-03-04")),
            ("2021-03-05T23:30:00-05:00", Some("2021-03-06")),
            ("2021-03-05T00:30:00+09:00", Some("2021-03-04")),
            ("2021-12-31T23:59:60+07:00", Some("2021-12-31")),
            ("2021-03-05", None),
            ("2021-03-05T09:30:00", None),
            ("2021-02-29T09:30:00Z", None),
            ("2021-03-05T24:00:00Z", None),
            ("2021-03-05T09:30:00.Z", None),
            ("2021-03-05T09:30:00+7:00", None),
            ("ngày 5/3/2021", None),
        ];
        for (time, expected) in table {
            assert_eq!(civil_day(time).map(|day| day.to_string()).as_deref(), expected, "{time}");
        }
    }

    #[test]
    fn a_moment_falls_on_its_day_in_viet_nam() {
        let table = [
            (0, "2000-01-01"),
            (946_659_600_000, "2000-01-01"),
            (1_614_877_200_000 - 1, "2021-03-04"),
            (1_614_877_200_000, "2021-03-05"),
            (i64::MIN, "2000-01-01"),
            (i64::MAX, "2179-06-06"),
        ];
        for (ms, day) in table {
            assert_eq!(day_of_millis(ms).to_string(), day, "{ms}");
        }
        let day: Day = "2021-03-05".parse().unwrap();
        assert_eq!(first_milli(day), 1_614_877_200_000);
    }

    #[test]
    fn a_time_has_one_canonical_form() {
        let table = [
            ("2021-03-05", "2021-03-05T00:00:00+07:00"),
            ("2021-03-05 09:30:00z", "2021-03-05T16:30:00+07:00"),
            ("2021-03-05t09:30:00+07:00", "2021-03-05T09:30:00+07:00"),
            ("2021-03-05T02:30:00.000Z", "2021-03-05T09:30:00+07:00"),
            ("2021-03-05T09:30:00.5-05:00", "2021-03-05T21:30:00.5+07:00"),
            ("2021-03-05T09:30:00.250+07:00", "2021-03-05T09:30:00.25+07:00"),
            ("2021-03-05T09:30:00.000000000+07:00", "2021-03-05T09:30:00+07:00"),
            ("2021-03-05T09:30:00.100000001+07:00", "2021-03-05T09:30:00.100000001+07:00"),
            ("2020-12-31T17:00:00Z", "2021-01-01T00:00:00+07:00"),
            ("2021-01-01T01:30:00+09:00", "2020-12-31T23:30:00+07:00"),
            ("2024-02-29T22:15:00-03:30", "2024-03-01T08:45:00+07:00"),
            ("2016-12-31T23:59:60Z", "2017-01-01T06:59:60+07:00"),
            ("2021-03-05T09:30:00-00:00", "2021-03-05T16:30:00+07:00"),
            ("tomorrow", "tomorrow"),
        ];
        for (time, expected) in table {
            let mut time = Cow::Borrowed(time);
            make_canonical(&mut time);
            assert_eq!(time, expected);
            assert_eq!(is_canonical(&time), civil_day(&time).is_some());
            let again = time.clone();
            make_canonical(&mut time);
            assert_eq!(time, again);
        }
    }
}
