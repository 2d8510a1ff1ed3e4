//! `Retry-After`: seconds, or the date when to come again (RFC 9110, 10.2.3).

use std::time::UNIX_EPOCH;

/// Nobody keeps us waiting for longer than a day.
const SECONDS_MAX: u32 = 24 * 3600;

/// In how many seconds; none when the header cannot be read.
pub(crate) fn seconds(header: &str, now_s: u64) -> Option<u32> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|c| c.is_ascii_digit()) {
        // More digits than a number holds is long, all the same.
        return Some(header.parse().unwrap_or(SECONDS_MAX).min(SECONDS_MAX));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    let then_s = date.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let wait = then_s.saturating_sub(now_s).min(SECONDS_MAX.into());
    Some(u32::try_from(wait).unwrap_or(SECONDS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_nothing_else() {
        // 1994-11-06 08:49:37 UTC
        let now_s = 784_111_777;
        for (header, expected) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("86400", Some(86_400)),
            ("86401", Some(86_400)),
            ("99999999999999999999999", Some(86_400)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun Nov  6 08:50:37 1994", Some(60)),
            // Past, and far away.
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(86_400)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("2094-11-06T08:49:37Z", None),
        ] {
            assert_eq!(seconds(header, now_s), expected, "{header:?}");
        }
    }
}
