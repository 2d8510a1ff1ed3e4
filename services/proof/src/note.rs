//! Signed notes, `c2sp.org/signed-note`: a text, a blank line, a line for each signature.

use crate::base::{from_base64, to_base64};
use crate::signing::{Signer, Verifier, check_name};
use crate::{Error, Result};

/// More signatures than anybody needs.
const SIGNATURES_MAX: usize = 100;
const LEAD: &str = "— ";
const FORM: &str = "signed note";

/// A note whose signatures were checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened<'note, 'keys> {
    /// What was signed, with the newline at its end.
    pub text: &'note str,
    /// Who signed it, of those whose keys were given.
    pub by: Vec<&'keys Verifier>,
}

/// Signs a text, which ends in a newline.
///
/// # Errors
/// `Malformed`: it does not, or has control characters.
pub fn sign(text: &str, signer: &Signer) -> Result<String> {
    check_text(text)?;
    if !text.ends_with('\n') {
        return Err(Error::malformed(FORM, "the text does not end in a newline"));
    }
    let signature = to_base64(&signer.sign(text));
    Ok(format!("{text}\n{LEAD}{} {signature}\n", signer.name()))
}

/// Checks a note. Signatures by keys that are not among these are passed over.
///
/// # Errors
/// `Malformed`; `BadSignature`: one that says it is by one of these keys is not; `NotSigned`: there
/// is none by any of them.
pub fn open<'note, 'keys>(
    note: &'note str,
    known: &'keys [Verifier],
) -> Result<Opened<'note, 'keys>> {
    let (text, signatures) = split(note)?;
    let mut by: Vec<&Verifier> = Vec::new();
    for Line { name, id, signature } in signatures {
        let signer = known.iter().find(|key| key.name() == name && key.id() == id);
        let Some(signer) = signer else { continue };
        if !signer.verifies(text, &signature) {
            return Err(Error::BadSignature { key: signer.label() });
        }
        if !by.contains(&signer) {
            by.push(signer);
        }
    }
    if by.is_empty() {
        let known: Vec<String> = known.iter().map(Verifier::label).collect();
        return Err(Error::NotSigned { known: known.join(", ") });
    }
    Ok(Opened { text, by })
}

/// The text of a note, whoever signed it: nothing to believe.
///
/// # Errors
/// `Malformed`.
pub fn unverified(note: &str) -> Result<&str> {
    split(note).map(|(text, _)| text)
}

/// A signature line.
struct Line<'note> {
    name: &'note str,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// Text and signatures.
fn split(note: &str) -> Result<(&str, Vec<Line<'_>>)> {
    check_text(note)?;
    let malformed = |what| Error::malformed(FORM, what);
    let blank = note.rfind("\n\n").ok_or_else(|| malformed("no blank line before signatures"))?;
    let (text, lines) = (&note[..=blank], &note[blank + 2..]);
    let lines = lines.strip_suffix('\n').ok_or_else(|| malformed("its last line is not ended"))?;
    let lines: Vec<&str> = lines.split('\n').collect();
    if lines.len() > SIGNATURES_MAX {
        return Err(malformed("it has more than 100 signatures"));
    }
    let mut signatures = Vec::with_capacity(lines.len());
    for line in lines {
        signatures.push(Line::read(line).ok_or_else(|| malformed("a line is no signature"))?);
    }
    Ok((text, signatures))
}

impl Line<'_> {
    fn read(line: &str) -> Option<Line<'_>> {
        let (name, signature) = line.strip_prefix(LEAD)?.split_once(' ')?;
        check_name(name, FORM).ok()?;
        let bytes = from_base64(signature)?;
        let (id, signature) = bytes.split_first_chunk()?;
        let (id, signature) = (*id, signature.to_vec());
        (!signature.is_empty()).then_some(Line { name, id, signature })
    }
}

fn check_text(text: &str) -> Result<()> {
    if text.contains(|c| c < ' ' && c != '\n') {
        return Err(Error::malformed(FORM, "it has control characters"));
    }
    Ok(())
}
