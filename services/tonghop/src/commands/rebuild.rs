//! `tonghop rebuild`: the books again, from the journal alone, and whether they equal the store's.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use journal::{Journal, Position};
use projector::Evaluated;
use proto::gazetteer::{Gazetteer, Lang};
use query::lang;
use query::{Body, Editions, Query};
use serde::Serialize;

use super::embedded;
use super::{ask, place};
use crate::cli::{Format, RebuildArgs};
use crate::screen::Screen;

#[derive(Serialize)]
struct Verdict {
    position: u64,
    equal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    journal: String,
    facts: u64,
    duplicates: u64,
    unreadable: u64,
    seconds: f64,
}

pub(super) fn rebuild(screen: &mut Screen, args: &RebuildArgs) -> Result<ExitCode> {
    let url = place::journal(args.journal.as_deref(), &args.data.data)?;
    // Without a store there is nothing to compare with: the digest is that of the journal alone.
    let stored = if args.data.data.join("tonghop.json").exists() {
        let answer = ask::answer(screen.lang, &args.data.data, &Query::Digest)?;
        let Body::Digest { digest, .. } = answer.body else { bail!("no digest was answered") };
        Some((answer.position, digest))
    } else {
        None
    };
    let runtime = place::runtime()?;
    let begun = Instant::now();
    let (digest, accounting) = runtime.block_on(async {
        let journal = Journal::open(&url, &place::options(false, &args.nats_options)).await?;
        let to = match &stored {
            Some((position, _)) => Position(*position),
            None => journal.end().await?,
        };
        let (rules, gazetteer) = (embedded::rules(), Gazetteer::embedded());
        let evaluating = projector::evaluate_journal(
            &journal,
            Some(to),
            &rules,
            gazetteer,
            args.threads,
            |_| {},
        );
        let Evaluated { books, accounting, .. } = evaluating.await?;
        let digest = books.digest(Editions::embedded().bytes().as_bytes()).to_string();
        anyhow::Ok((digest, accounting))
    })?;
    let position = accounting.total();
    let verdict = Verdict {
        position,
        equal: stored.as_ref().is_none_or(|(_, stored)| *stored == digest),
        store: stored.map(|(_, digest)| digest),
        journal: digest,
        facts: accounting.applied,
        duplicates: accounting.duplicate,
        unreadable: accounting.unreadable,
        seconds: begun.elapsed().as_secs_f64(),
    };
    say(screen, &verdict)?;
    Ok(if verdict.equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(screen: &mut Screen, verdict: &Verdict) -> Result<()> {
    if screen.format != Format::Table {
        return screen.json(verdict);
    }
    let lang = screen.lang;
    let number = |value: u64| lang::whole(lang, i128::from(value));
    let (position, facts) = (number(verdict.position), number(verdict.facts));
    let per_s = number((verdict.facts as f64 / verdict.seconds.max(1e-6)) as u64);
    screen.line(match lang {
        Lang::Vi => format!("Tính lại từ sổ đến vị trí {position}: {facts} dữ kiện, {per_s} dữ kiện/giây."),
        Lang::En => format!("Recomputed from the journal to position {position}: {facts} facts, {per_s} facts a second."),
    })?;
    let Some(store) = &verdict.store else { return screen.line(&verdict.journal) };
    screen.line(format!("{}: {store}", screen.pick("kho ", "store  ")))?;
    screen.line(format!("{}: {}", screen.pick("sổ  ", "journal"), verdict.journal))?;
    let said = if verdict.equal {
        screen.pick("Bằng nhau.", "Equal.")
    } else {
        screen.pick(
            "KHÁC NHAU: dừng chương trình, giữ nguyên thư mục dữ liệu và báo lỗi.",
            "DIFFERENT: stop the program, keep the data folder as it is, and report this.",
        )
    };
    screen.line(said)
}
