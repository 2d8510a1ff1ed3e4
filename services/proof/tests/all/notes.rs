//! Keys and notes, by the vectors of Go's `sumdb/note` and of C2SP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proof::{Error, Signer, Verifier, note};
use sha2::{Digest, Sha256};

use crate::flips;

const PETER_SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
const BY_PETER: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2\
                        pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const BY_ENOCH: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ\
                        5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn key(text: &str) -> Verifier {
    text.parse().unwrap()
}

#[test]
fn the_note_of_go_is_signed_and_opened() {
    let signer = Signer::parse(PETER_SECRET).unwrap();
    assert_eq!((signer.name(), signer.to_secret_text().as_str()), ("PeterNeumann", PETER_SECRET));
    assert_eq!(signer.verifier().to_string(), PETER);
    assert_eq!(note::sign(TEXT, &signer).unwrap(), format!("{TEXT}\n{BY_PETER}"));
    assert!(!format!("{signer:?}").contains("AYEK"), "the key is in what is logged");

    let (peter, enoch) = (key(PETER), key(ENOCH));
    let both = format!("{TEXT}\n{BY_PETER}{BY_ENOCH}");
    let table = [
        (vec![peter.clone()], vec![&peter]),
        (vec![enoch.clone()], vec![&enoch]),
        (vec![enoch.clone(), peter.clone()], vec![&peter, &enoch]),
    ];
    for (known, by) in table {
        let opened = note::open(&both, &known).unwrap();
        assert_eq!((opened.text, opened.by), (TEXT, by));
    }
    assert!(matches!(note::open(&both, &[]), Err(Error::NotSigned { .. })));
}

#[test]
fn a_bad_signature_by_a_known_key_spoils_the_note() {
    let (peter, enoch) = (key(PETER), key(ENOCH));
    let bad = format!("{}B{}", &BY_PETER[..60], &BY_PETER[61..]);
    let long = format!("{}ABCD{}", &BY_PETER[..60], &BY_PETER[60..]);
    for bad in [bad, long] {
        let text = format!("{TEXT}\n{BY_ENOCH}{bad}");
        let known = [enoch.clone(), peter.clone()];
        assert!(matches!(note::open(&text, &known), Err(Error::BadSignature { .. })));
        assert!(note::open(&text, &known[..1]).is_ok(), "of a stranger it is passed over");
    }
}

#[test]
fn a_text_that_is_no_note_is_refused() {
    let peter = [key(PETER)];
    let table = [
        (TEXT.to_owned(), "no signatures"),
        (format!("{TEXT}\n"), "no signature lines"),
        (format!("{TEXT}\n{}", BY_PETER.trim_end()), "the last line is not ended"),
        (format!("\x01{TEXT}\n{BY_PETER}"), "a control character"),
        (format!("{}\r\n\n{BY_PETER}", TEXT.trim_end()), "a carriage return"),
        (format!("{TEXT}\n{}", BY_PETER.replace("PeterN", "Peter N")), "a blank in a name"),
        (format!("{TEXT}\n{}", BY_PETER.replace("PeterN", "Peter+N")), "a plus in a name"),
        (format!("{TEXT}\n{BY_PETER}Unexpected line.\n"), "a line that is no signature"),
        (format!("{TEXT}\n{}", BY_PETER.replace('—', "-")), "a hyphen for the dash"),
        (format!("{TEXT}\n— PeterNeumann x08goA==\n"), "a signature of no bytes"),
        (format!("{TEXT}\n{}", BY_PETER.repeat(101)), "too many signatures"),
    ];
    for (text, why) in table {
        let opened = note::open(&text, &peter);
        assert!(
            matches!(opened, Err(Error::Malformed { .. } | Error::NotSigned { .. })),
            "{why}: {opened:?}"
        );
    }
    assert!(note::open(&format!("{TEXT}\n{}", BY_PETER.repeat(100)), &peter).is_ok());
    let signer = Signer::parse(PETER_SECRET).unwrap();
    for text in ["", "not ended", "a\ttab\n"] {
        assert!(note::sign(text, &signer).is_err(), "{text:?}");
    }
}

#[test]
fn the_text_may_have_blank_lines_and_the_last_one_divides() {
    let signer = Signer::new("quasimodo.example/salvatore", [3; 32]).unwrap();
    let text = "trafitto da un raggio di sole:\n\ned è subito sera.\n";
    let signed = note::sign(text, &signer).unwrap();
    assert_eq!(note::open(&signed, &[signer.verifier()]).unwrap().text, text);
}

#[test]
fn no_note_with_one_bit_turned_is_opened() {
    let (peter, signed) = ([key(PETER)], format!("{TEXT}\n{BY_PETER}"));
    for flipped in flips(signed.as_bytes()) {
        let Ok(text) = String::from_utf8(flipped) else { continue };
        assert!(note::open(&text, &peter).is_err(), "{text}");
    }
}

#[test]
fn no_key_with_one_bit_turned_or_a_part_missing_is_read() {
    for (text, secret) in [(PETER, false), (PETER_SECRET, true)] {
        let read = |text: &str| match secret {
            true => Signer::parse(text).is_ok(),
            false => text.parse::<Verifier>().is_ok(),
        };
        assert!(read(text));
        let parts = (0..text.len()).flat_map(|at| [&text[at + 1..], &text[..at]]);
        parts.for_each(|part| assert!(!read(part), "{part}"));
        for flipped in flips(text.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
            assert!(!read(&flipped), "{flipped}");
        }
    }
}

#[test]
fn a_key_of_another_kind_length_or_name_is_refused() {
    let table = [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER_SECRET,
    ];
    for text in table {
        assert!(text.parse::<Verifier>().is_err(), "{text}");
    }
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb", "a\u{7}b"] {
        assert!(matches!(Signer::new(name, [1; 32]), Err(Error::Malformed { .. })), "{name:?}");
    }
}

#[test]
fn a_key_that_fits_any_text_is_no_key() {
    // The point of order one: with it, a signature can be made up without a private key.
    let mut bytes = [0; 33];
    (bytes[0], bytes[1]) = (1, 1);
    let id = Sha256::digest([b"weak\n", &bytes[..]].concat());
    let id: String = id[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("weak+{id}+{}", STANDARD.encode(bytes));
    let error = text.parse::<Verifier>().unwrap_err();
    assert!(error.to_string().contains("no key of Ed25519"), "{error}");
}
