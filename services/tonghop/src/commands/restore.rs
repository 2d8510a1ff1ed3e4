//! `tonghop restore`: publishes an archive into an empty journal, and compares the two.

use anyhow::{Context, Result, bail, ensure};
use journal::archive::{self, Restored};
use journal::{Journal, Options, Position, Record};
use proof::{Range, leaf};
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};
use proto::intake::Intake;
use query::lang;
use serde::Serialize;

use super::place;
use crate::cli::{Format, RestoreArgs};
use crate::screen::{self, Screen};

/// Where a record goes that this program cannot read: a projector counts it as such.
const UNREADABLE: &str = "VN";

#[derive(Serialize)]
struct Verdict {
    position: u64,
    answer: &'static str,
    identity: String,
    restored: u64,
    /// Of the archive and of the journal: they were compared.
    root: String,
}

pub(super) fn restore(screen: &mut Screen, args: &RestoreArgs) -> Result<()> {
    let verdict = place::runtime()?.block_on(async {
        let from = format!("dir:{}", args.archive.display());
        let archive = Journal::open(&from, &Options::default()).await?;
        let restored = publish(screen.lang, &archive, args).await?;
        restored.journal.warnings().iter().for_each(|text| screen::note(screen.lang, text));
        let root = compare(screen.lang, &archive, &restored).await?;
        anyhow::Ok(Verdict {
            position: restored.end.0,
            answer: "restored",
            identity: archive.identity().to_string(),
            restored: restored.end.0 - restored.before,
            root,
        })
    })?;
    said(screen, args, &verdict)
}

/// Publishes what is not there yet, with a progress bar.
async fn publish(lang: Lang, archive: &Journal, args: &RestoreArgs) -> Result<Restored> {
    let intake = Intake {
        gazetteer: Gazetteer::embedded(),
        plan: &Catalogue::embedded().plan,
        today: place::today()?,
    };
    let route = |record: &Record<'_>| {
        // What was taken once is taken again; only its subject is wanted.
        intake.take(record.bytes).map_or_else(|_| UNREADABLE.to_owned(), |taken| taken.route)
    };
    let end = archive.end().await?;
    let bar = screen::progress(lang, ("Đang khôi phục", "Restoring"), Some(end.0), false);
    let told = |end: Position| bar.set_position(end.0);
    let mut options = place::options(true, &args.nats_options);
    options.nats.needs_sync = !args.allow_unsynced;
    let restored = archive::restore(archive, &args.journal, &options, route, told).await;
    bar.finish_and_clear();
    if let Err(error @ journal::Error::Unsynced { .. }) = restored {
        let way_out = "give --nats-monitoring, or --allow-unsynced to restore all the same";
        return Err(anyhow::Error::from(error).context(way_out));
    }
    let again = restored.as_ref().is_err_and(journal::Error::is_transient);
    let restored = restored.with_context(|| format!("cannot restore into {}", args.journal));
    if again {
        return restored.context("start the same command again: it goes on where it stopped");
    }
    restored
}

/// The root that both have, after each of their records was compared.
async fn compare(lang: Lang, archive: &Journal, restored: &Restored) -> Result<String> {
    let (end, journal) = (restored.end, &restored.journal);
    let found = journal.end().await?;
    ensure!(found == end, "the archive ends at position {end}, the restored journal at {found}");
    let bar = screen::progress(lang, ("Đang so sánh", "Comparing"), Some(end.0), false);
    let (mut kept, mut there) = (Range::default(), Range::default());
    let differs = archive::compare(archive, journal, end, |one, other| {
        kept.push(leaf(one.bytes));
        there.push(leaf(other.bytes));
        bar.set_position(one.position.0);
    })
    .await;
    bar.finish_and_clear();
    if let Some(at) = differs? {
        bail!(
            "the record at position {at} is not the archive's: do not use the restored journal, \
             keep the archive as it is, and report this"
        );
    }
    let (kept, there) = (kept.root(), there.root());
    ensure!(kept == there, "the archive has the root {kept}, the restored journal {there}");
    Ok(there.to_string())
}

fn said(screen: &mut Screen, args: &RestoreArgs, verdict: &Verdict) -> Result<()> {
    if screen.format != Format::Table {
        return screen.json(verdict);
    }
    let number = |value: u64| lang::whole(screen.lang, i128::from(value));
    let (end, restored) = (number(verdict.position), number(verdict.restored));
    let Verdict { identity, root, .. } = verdict;
    let url = &args.journal;
    screen.line(match screen.lang {
        Lang::Vi => format!(
            "Đã khôi phục sổ {identity} vào {url}: {end} bản ghi, lần này ghi {restored}.\n\
             Gốc của bản lưu và của sổ: {root}\nBằng nhau."
        ),
        Lang::En => format!(
            "Restored the journal {identity} into {url}: {end} records, {restored} of them now.\n\
             Root of the archive and of the journal: {root}\nEqual."
        ),
    })
}
