//! `tonghop verify`: checks what somebody hands over, with public keys and nothing else.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use proof::{Checkpoint, FIRST_LINE, ProofFile, Verifier, keys, leaf};
use proto::gazetteer::Lang;
use serde::Serialize;

use super::prove::read;
use super::{pack, place};
use crate::cli::{Format, VerifyArgs};
use crate::screen::{Screen, progress};

#[derive(Serialize)]
struct Verified {
    position: u64,
    answer: &'static str,
    kind: &'static str,
    origin: String,
    root: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extensions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact_position: Option<u64>,
}

pub(super) fn verify(screen: &mut Screen, args: &VerifyArgs) -> Result<ExitCode> {
    let known: Vec<Verifier> =
        args.key.iter().map(|path| keys::verifier(path)).collect::<Result<_, _>>()?;
    if auditor::is_pack(&args.file)? {
        ensure!(args.fact.is_none(), "--fact is for proofs; an audit pack has its facts in it");
        return verify_pack(screen, args, &known);
    }
    let text = read(&args.file)?;
    let name = args.file.display();
    let (kind, checkpoint, fact_position) = if let Some(fact) = &args.fact {
        let file = ProofFile::parse(&text).with_context(|| format!("{name} cannot be used"))?;
        let checkpoint = proved(&file, fact, &known)
            .with_context(|| format!("{name} does not prove {}", fact.display()))?;
        ("proof", checkpoint, Some(file.index + 1))
    } else {
        ensure!(!text.starts_with(FIRST_LINE), "{name} is a proof: give its record with --fact");
        let checkpoint = Checkpoint::open(&text, &known)
            .with_context(|| format!("{name} is not a checkpoint to believe"))?;
        ("checkpoint", checkpoint, None)
    };
    let Checkpoint { origin, size, root, extensions } = checkpoint;
    let (position, root) = (size, root.to_string());
    say(
        screen,
        Verified { position, answer: "verified", kind, origin, root, extensions, fact_position },
    )?;
    Ok(ExitCode::SUCCESS)
}

fn verify_pack(screen: &mut Screen, args: &VerifyArgs, known: &[Verifier]) -> Result<ExitCode> {
    let bar = progress(screen.lang, ("Đang tính lại", "Computing again"), None, false);
    let begun = Instant::now();
    let checking =
        auditor::verify(&args.file, known, args.threads, |position| bar.set_position(position));
    let verdict = place::runtime()?.block_on(checking)?;
    bar.finish_and_clear();
    pack::say_verdict(screen, &args.file, &verdict, begun.elapsed())?;
    Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks a proof about the record in a file, which may have a newline behind it.
fn proved(file: &ProofFile, fact: &Path, known: &[Verifier]) -> Result<Checkpoint> {
    let bytes = fs::read(fact).with_context(|| format!("cannot read {}", fact.display()))?;
    let exact = file.verify(&leaf(&bytes), known);
    match (exact, bytes.strip_suffix(b"\n")) {
        (Err(proof::Error::Root), Some(line)) => Ok(file.verify(&leaf(line), known)?),
        (exact, _) => Ok(exact?),
    }
}

fn say(screen: &mut Screen, verified: Verified) -> Result<()> {
    if screen.format == Format::Json {
        return screen.json(&verified);
    }
    let (lang, origin) = (screen.lang, &verified.origin);
    let whole = |number: u64| query::lang::whole(lang, number.into());
    let size = whole(verified.position);
    let text = match (verified.fact_position.map(whole), lang) {
        (Some(position), Lang::Vi) => format!(
            "Đúng: dữ kiện này ở vị trí {position} của sổ {origin}, đã ký đến vị trí {size}."
        ),
        (Some(position), Lang::En) => format!(
            "True: this fact is at position {position} of the journal {origin}, signed up to {size}."
        ),
        (None, Lang::Vi) => format!("Đúng: chữ ký cho sổ {origin} đến vị trí {size}."),
        (None, Lang::En) => format!("True: the journal {origin} was signed up to position {size}."),
    };
    screen.line(text)?;
    verified.extensions.iter().try_for_each(|line| screen.line(line))
}
