//! `tonghop audit`: a journal, its archive or a pack replayed, compared with what was closed and with
//! the live store.

mod packed;
mod report;
mod say;
mod verdict;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use auditor::{Replay, Shelf, Vintage};
use domain::closing::VintageName;
use domain::contribution::Rules;
use journal::Journal;
use proto::catalogue::{Catalogue, Texts};
use proto::gazetteer::{Gazetteer, Lang};
use query::{Body, Editions, Query};

use super::{ask, place};
use crate::cli::AuditArgs;
use crate::screen::{self, Screen};
use verdict::{Live, Verdict};

pub(super) fn audit(screen: &mut Screen, args: &AuditArgs) -> Result<ExitCode> {
    let begun = Instant::now();
    let (kept, mut verdict) = match &args.pack {
        Some(file) => packed::audit(screen.lang, args, file)?,
        None => of_journal(screen.lang, args)?,
    };
    verdict.seconds = begun.elapsed().as_secs_f64();
    if let Some(path) = &args.report {
        report::write(path, &kept, &verdict)?;
    }
    say::say(screen, &verdict)?;
    Ok(if verdict.equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn of_journal(lang: Lang, args: &AuditArgs) -> Result<(Vintage, Verdict)> {
    let kept = vintage(args)?;
    let (rules, editions) = match &args.catalog {
        Some(folder) => definitions(folder)?,
        None => (place::rules(), Editions::embedded()),
    };
    let url = match &args.archive {
        Some(folder) => format!("dir:{}", folder.display()),
        None => place::journal(args.journal.as_deref(), &args.data.data)?,
    };
    // The live store answers for its own position; with other definitions there is none.
    let live = match args.catalog {
        Some(_) => None,
        None => live(lang, args),
    };
    let (again, live, facts) = place::runtime()?.block_on(async {
        let journal = Journal::open(&url, &place::options(false, &args.nats_options)).await?;
        let replay = up_to(lang, &journal, args, kept.head.position, &rules, &editions).await?;
        let again = match &args.catalog {
            Some(_) => replay.rows_of(&kept),
            None => replay.vintage(),
        };
        let facts = replay.accounting.applied;
        let live = match live {
            Some((position, digest)) => {
                let replay = up_to(lang, &journal, args, position, &rules, &editions).await?;
                Some(Live::beside(position, digest, &replay, &editions))
            }
            None => None,
        };
        anyhow::Ok((again, live, facts))
    })?;
    let again = again.with_context(|| {
        format!("the journal has no closing at position {} that makes it", kept.head.position)
    })?;
    let mut verdict = Verdict::of(&kept, Some(&again), args);
    verdict.facts = facts;
    verdict.beside(live);
    Ok((kept, verdict))
}

/// The vintage that is asked for.
fn vintage(args: &AuditArgs) -> Result<Vintage> {
    let shelf = Shelf::of(&args.data.data);
    if let Some(id) = &args.vintage {
        return Ok(shelf.get(id)?);
    }
    let (Some(unit), Some(period)) = (&args.unit, &args.period) else {
        bail!("say which: --vintage ID, or --unit and --period");
    };
    let period = period.parse::<domain::time::Period>()?;
    let unit = place::unit(unit, Some(*period.days().end()))?;
    let key = Gazetteer::embedded().key(unit);
    let of_it = |id: &str| {
        let head = auditor::Head {
            unit: key.to_owned(),
            period: period.to_string(),
            level: id.rsplit('.').nth(1)?.to_owned(),
            id: id.to_owned(),
            ..auditor::Head::default()
        };
        let name = auditor::named(&head)?;
        (auditor::id(&name) == id).then_some(name)
    };
    let rank = |name: &VintageName| (name.level, name.nth);
    let all = shelf.list()?;
    let latest = all.iter().filter_map(|one| of_it(&one.id)).max_by_key(rank);
    let latest = latest.with_context(|| {
        format!("{period} of {key} was not closed; `tonghop closings` lists what was")
    })?;
    Ok(shelf.get(&auditor::id(&latest))?)
}

/// The rules of another catalogue, and their names.
fn definitions(folder: &Path) -> Result<(Arc<Rules>, Editions)> {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let [indicators, movements, calendars, codes] =
        ["indicators.toml", "movements.toml", "calendars.toml", "codes.toml"].map(read);
    let (indicators, movements) = (indicators?, movements?);
    let (calendars, codes) = (calendars?, codes?);
    let texts = Texts {
        indicators: &indicators,
        movements: &movements,
        calendars: &calendars,
        codes: &codes,
    };
    let catalogue = Catalogue::load(&texts).map_err(|defects| {
        let all: Vec<String> = defects.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the catalogue in {} is not sound:\n{}", folder.display(), all.join("\n"))
    })?;
    let editions = Editions { catalogue: catalogue.hash().to_owned(), ..Editions::embedded() };
    let atlas = Gazetteer::embedded().atlas.clone();
    Ok((Arc::new(Rules { atlas, plan: catalogue.plan }), editions))
}

/// The digest of the live store, if there is one.
fn live(lang: Lang, args: &AuditArgs) -> Option<(u64, String)> {
    let answer = ask::answer(lang, &args.data.data, &Query::Digest).ok()?;
    match answer.body {
        Body::Digest { digest, .. } => Some((answer.position, digest)),
        _ => None,
    }
}

async fn up_to(
    lang: Lang,
    journal: &Journal,
    args: &AuditArgs,
    to: u64,
    rules: &Arc<Rules>,
    editions: &Editions,
) -> Result<Replay> {
    let bar = screen::progress(lang, ("Đang tính lại", "Replaying"), Some(to), false);
    let (rules, editions) = (rules.clone(), editions.clone());
    let told = bar.clone();
    let progress = move |position| told.set_position(position);
    let replay = Replay::of(journal, Some(to), rules, editions, args.threads, progress).await;
    bar.finish_and_clear();
    Ok(replay?)
}
