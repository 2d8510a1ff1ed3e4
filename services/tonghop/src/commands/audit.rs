//! `tonghop audit`: a journal, its archive or a pack replayed, compared with what was closed and with
//! the live store.

mod held;
mod packed;
mod report;
mod say;
mod verdict;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use auditor::{Shelf, Vintage};
use domain::closing::VintageName;
use journal::Journal;
use proto::gazetteer::{Gazetteer, Lang};
use query::Editions;

use super::{embedded, place};
use crate::cli::AuditArgs;
use crate::screen::Screen;
use held::{definitions, live, up_to};
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
        None => (embedded::rules(), Editions::embedded()),
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
        return Ok(shelf.as_it_is(id)?);
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
    Ok(shelf.as_it_is(&auditor::id(&latest))?)
}
