//! Keys as text, in the encoding of Go's `golang.org/x/mod/sumdb/note`, and what they do.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::base::{from_base64, to_base64};
use crate::{Error, Result};

/// The signature type of Ed25519 in signed notes.
const ED25519: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

/// A private key with its name: it signs.
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// A public key with its name: it checks. As text: `<name>+<hash>+<base64>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

impl Signer {
    /// The key that this seed gives.
    ///
    /// # Errors
    /// `Malformed`: the name is empty or has blanks, control characters or a plus sign.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Signer> {
        check_name(name, "name of a key")?;
        Ok(Signer { name: name.to_owned(), key: SigningKey::from_bytes(&seed) })
    }

    /// The key as text: `PRIVATE+KEY+<name>+<hash>+<base64>`. For the owner's file only.
    pub fn to_secret_text(&self) -> String {
        format!("{PRIVATE}{}", encoded(&self.name, self.verifier().id(), self.key.as_bytes()))
    }

    /// Reads what [`Signer::to_secret_text`] gives.
    ///
    /// # Errors
    /// `Malformed`, `KeyHash`. The message holds nothing of the key.
    pub fn parse(text: &str) -> Result<Signer> {
        const FORM: &str = "private key";
        let rest = text.strip_prefix(PRIVATE).ok_or_else(|| {
            Error::malformed(FORM, "it does not begin with PRIVATE+KEY+; its .pub only checks")
        })?;
        let (name, id, seed) = decoded(rest, FORM)?;
        let signer = Signer::new(name, seed)?;
        signer.verifier().has(id)?;
        Ok(signer)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Signs a text: the bytes of a signature line, the key's id and 64 bytes (RFC 8032).
    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        [&self.verifier().id()[..], &signature].concat()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.name)
    }
}

impl Verifier {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256 over name, newline, type and public key: with the name it
    /// tells keys apart.
    pub(crate) fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        *hash.first_chunk().expect("a hash is longer")
    }

    /// Name and id, for messages.
    pub(crate) fn label(&self) -> String {
        format!("{}+{:08x}", self.name, u32::from_be_bytes(self.id()))
    }

    /// Whether these 64 bytes sign this text. Strict: signatures and keys that several texts or
    /// keys could share are refused.
    pub(crate) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }

    fn has(&self, id: &str) -> Result<()> {
        if format!("{:08x}", u32::from_be_bytes(self.id())) == id {
            return Ok(());
        }
        Err(Error::KeyHash { name: self.name.clone() })
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoded(&self.name, self.id(), self.key.as_bytes()))
    }
}

impl FromStr for Verifier {
    type Err = Error;

    fn from_str(text: &str) -> Result<Verifier> {
        const FORM: &str = "public key";
        if text.starts_with(PRIVATE) {
            let what = "it is a private key, to be shown to nobody; the public one is its .pub";
            return Err(Error::malformed(FORM, what));
        }
        let (name, id, bytes) = decoded(text, FORM)?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
        let key = key.ok_or_else(|| Error::malformed(FORM, "it is no key of Ed25519"))?;
        let verifier = Verifier { name: name.to_owned(), key };
        verifier.has(id)?;
        Ok(verifier)
    }
}

fn encoded(name: &str, id: [u8; 4], key: &[u8; 32]) -> String {
    let bytes = [&[ED25519][..], key].concat();
    format!("{name}+{:08x}+{}", u32::from_be_bytes(id), to_base64(&bytes))
}

/// Name, id as written and key of a text.
fn decoded<'a>(text: &'a str, form: &'static str) -> Result<(&'a str, &'a str, [u8; 32])> {
    let malformed = |what| Error::malformed(form, what);
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(malformed("it does not have a name, a hash and a key, with + between them"));
    };
    check_name(name, form)?;
    let bytes = from_base64(key).ok_or_else(|| malformed("the key is not written in base64"))?;
    match bytes.split_first() {
        Some((&ED25519, key)) => match key.try_into() {
            Ok(key) => Ok((name, id, key)),
            Err(_) => Err(malformed("the key does not have 32 bytes")),
        },
        _ => Err(malformed("it is of another kind than Ed25519")),
    }
}

/// Key names are one word without a plus sign.
pub(crate) fn check_name(name: &str, form: &'static str) -> Result<()> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(odd) {
        let what = format!("{name:?} is empty or has blanks, control characters or a plus sign");
        return Err(Error::malformed(form, what));
    }
    Ok(())
}
