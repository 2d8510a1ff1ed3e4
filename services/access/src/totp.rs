//! One-time codes by the time (TOTP, RFC 6238), as every app makes them: HMAC-SHA-1, 6 digits, a step
//! of 30 seconds.

use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::{Error, secret};

/// How long one code is shown.
pub(crate) const STEP_S: u64 = 30;
/// So many steps before and after are good, too: clocks differ, and typing takes time.
const TOLERANCE_STEPS: u16 = 1;
const DIGITS: u8 = 6;
/// As RFC 4226 recommends: 160 bits.
const SECRET_BYTES: usize = 20;
/// What apps show above the name. ASCII: some cannot read more, and the picture stays small.
const ISSUER: &str = "Tong Hop";

/// A new secret, in base32.
pub(crate) fn made() -> Result<String, Error> {
    Ok(Secret::new_stack(secret::random::<SECRET_BYTES>()?).to_base32())
}

/// Whether a text is a secret as we make them.
pub(crate) fn is_secret(text: &str) -> bool {
    Secret::try_from_base32(text)
        .is_ok_and(|secret| secret.as_bytes().len() == SECRET_BYTES && secret.to_base32() == text)
}

/// The address that an app reads, from a picture or by a link; empty where it is no secret.
pub(crate) fn uri(secret: &str, name: &str) -> String {
    totp(secret, name).and_then(|totp| totp.to_url().ok()).unwrap_or_default()
}

/// A secret as somebody types it: in groups of four.
pub(crate) fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// What somebody typed, without what apps and papers set between the signs.
pub(crate) fn typed(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect()
}

/// Whether something typed can be a code of an app; what cannot may be a recovery code.
pub(crate) fn is_code(typed: &str) -> bool {
    typed.len() == usize::from(DIGITS) && typed.bytes().all(|c| c.is_ascii_digit())
}

/// The step whose code this is, if it is one of now or within the tolerance. The comparison takes the
/// same time for every code. That none is taken twice is for the caller.
pub(crate) fn step(secret: &str, code: &str, now_s: u64) -> Option<u64> {
    totp(secret, "").and_then(|totp| totp.check(code, now_s))
}

fn totp(secret: &str, name: &str) -> Option<Totp> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(TOLERANCE_STEPS)
        .with_step_duration(STEP_S)
        .with_secret(Secret::try_from_base32(secret).ok()?)
        .with_account_name(name)
        .with_issuer(Some(ISSUER));
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B: the ASCII digits 12345678901234567890.
    const OF_THE_RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_rfc_6238_within_one_step() {
        // Time, and the last six of the eight digits of the appendix.
        let table = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (time_s, code) in table {
            let of: u64 = time_s / 30;
            assert_eq!(step(OF_THE_RFC, code, time_s), Some(of), "{time_s}");
            // The first and the last second of the steps beside it, and the seconds beyond.
            for (now_s, expected) in [
                ((of - 1) * 30, Some(of)),
                (of * 30 + 59, Some(of)),
                (((of - 1) * 30).saturating_sub(1), (of < 2).then_some(of)),
                (of * 30 + 60, None),
            ] {
                assert_eq!(step(OF_THE_RFC, code, now_s), expected, "{code} at {now_s}");
            }
        }
        for wrong in ["", "28708", "2870820", "+87082", "28708a", "２８７０８２", "94287082"]
        {
            assert_eq!(step(OF_THE_RFC, wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_new_each_time_and_are_written_in_one_way() {
        let (one, other) = (made().expect("random"), made().expect("random"));
        assert_ne!(one, other);
        assert!(is_secret(&one) && is_secret(OF_THE_RFC), "{one}");
        let (small, short) = (OF_THE_RFC.to_lowercase(), &OF_THE_RFC[..24]);
        let padded = format!("{OF_THE_RFC}======");
        for wrong in ["", short, &small, &padded, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ0"] {
            assert!(!is_secret(wrong), "{wrong}");
        }
        assert_eq!(grouped(OF_THE_RFC), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            uri(OF_THE_RFC, "hoa@a.vn"),
            format!("otpauth://totp/Tong%20Hop:hoa%40a.vn?secret={OF_THE_RFC}&issuer=Tong%20Hop")
        );
    }

    #[test]
    fn what_is_typed_is_read_as_apps_and_papers_show_it() {
        for (text, expected, is_of_an_app) in [
            ("287 082", "287082", true),
            (" 287-082\n", "287082", true),
            ("abcd-efgh-ijkl-mnop", "abcdefghijklmnop", false),
            ("28708", "28708", false),
        ] {
            assert_eq!((typed(text).as_str(), is_code(&typed(text))), (expected, is_of_an_app));
        }
        assert_eq!(typed(&"1".repeat(10_000)).len(), 64, "nobody fills our memory");
    }
}
