//! Passwords, tokens and keys: made, hashed, compared without telling by the time it takes.

use std::borrow::Cow;
use std::sync::OnceLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::Error;

/// What a token begins with: found by those who search for secrets in places where none belong.
const TOKEN_MARK: &str = "thp_";
/// Fewer characters are guessed.
const PASSWORD_CHARS_MIN: usize = 10;
/// More are not remembered, and hashing them costs.
const PASSWORD_CHARS_MAX: usize = 200;

/// Argon2id as OWASP's cheat sheet has it: 19 MiB, 2 passes, 1 lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// The same letters however they were typed: some keyboards compose `ế`, others do not.
fn composed(password: &str) -> Cow<'_, str> {
    proto::text::composed(Cow::Borrowed(password))
}

/// Hashes a new password.
///
/// # Errors
/// `Refused`, when it is too short or too long.
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let password = composed(password);
    let chars = password.chars().count();
    if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) {
        return Err(Error::Refused(format!(
            "a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters; several words \
             are easier to remember than signs"
        )));
    }
    hashed(&password)
}

fn hashed(password: &str) -> Result<String, Error> {
    let failed = |error: argon2::password_hash::Error| Error::Hash(error.to_string());
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(failed)?;
    let hash = argon2().hash_password(password.as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

/// Whether this is the password that was hashed. Without a hash it takes as long and is not.
pub(crate) fn verify(password: &str, hash: Option<&str>) -> bool {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    let nobodys = || NOBODYS.get_or_init(|| hashed("nobody's").unwrap_or_default()).as_str();
    let password = composed(password);
    let bytes = match password.len() {
        // Four bytes a character at most.
        0..=800 => password.as_bytes(),
        _ => b"",
    };
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or_else(nobodys)) else { return false };
    argon2().verify_password(bytes, &parsed).is_ok() && hash.is_some() && !bytes.is_empty()
}

/// Whether a text is the hash of a password.
pub(crate) fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| hash.algorithm == argon2::ARGON2ID_IDENT)
}

/// A new token, and its hash: the token itself is kept nowhere.
pub(crate) fn token() -> Result<(String, String), Error> {
    let token = format!("{TOKEN_MARK}{}", hex(&random::<32>()?));
    let hash = hex(&Sha256::digest(&token));
    Ok((token, hash))
}

/// The hash of what came as a token; none when it cannot be one.
pub(crate) fn token_hash(token: &str) -> Option<String> {
    let digits = token.strip_prefix(TOKEN_MARK)?;
    (digits.len() == 64).then(|| hex(&Sha256::digest(token)))
}

/// SHA-256 over the parts, in hexadecimal digits: for what nobody can guess.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// A key that signs.
pub(crate) struct Key([u8; 32]);

impl Key {
    /// A new one, as a file holds it.
    pub(crate) fn made() -> Result<String, Error> {
        Ok(hex(&random::<32>()?))
    }

    pub(crate) fn of(text: &str) -> Option<Key> {
        unhex(text.trim()).and_then(|bytes| bytes.try_into().ok()).map(Key)
    }

    fn mac(&self, parts: &[&str]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in parts {
            // With its length, so that no two lists of parts are the same text.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }

    /// HMAC-SHA256 over the parts, in hexadecimal digits.
    pub(crate) fn sign(&self, parts: &[&str]) -> String {
        hex(&self.mac(parts).finalize().into_bytes())
    }

    /// Whether these parts were signed so; takes the same time either way.
    pub(crate) fn is_signed(&self, parts: &[&str], signature: &str) -> bool {
        unhex(signature).is_some_and(|bytes| self.mac(parts).verify_slice(&bytes).is_ok())
    }
}

/// Something nobody can guess, in hexadecimal digits.
pub(crate) fn nonce() -> Result<String, Error> {
    Ok(hex(&random::<16>()?))
}

/// Bytes nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes everything");
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || digits.len() > 128 {
        return None;
    }
    let digit = |one: u8| char::from(one).to_digit(16);
    let byte = |pair: &[u8]| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8);
    digits.chunks_exact(2).map(byte).collect()
}
