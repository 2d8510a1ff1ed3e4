//! `tonghop archive`: keeps a directory as the second copy of a journal.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use indicatif::ProgressBar;
use journal::archive::Archiver;
use journal::{Journal, Options, Position};
use proto::gazetteer::Lang;
use query::lang;
use serde::Serialize;

use super::{place, private};
use crate::cli::{ArchiveArgs, Format};
use crate::screen::{self, Screen};

/// Records that are made durable at once, at most.
const BATCH_RECORDS: usize = 10_000;
/// While following, how far it is is told this often, if there was anything to copy.
const TELL: Duration = Duration::from_secs(60);
/// While the disk is full, it is looked for room this often.
const ROOM_RETRY: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Archived {
    position: u64,
    answer: &'static str,
    identity: String,
    copied: u64,
}

pub(super) fn archive(screen: &mut Screen, args: &ArchiveArgs) -> Result<()> {
    let url = place::journal(args.journal.journal.as_deref(), &args.journal.data.data)?;
    place::runtime()?.block_on(async {
        let stopped = place::stopped()?;
        let options = place::options(false, &args.journal.nats_options);
        let source =
            Journal::open(&url, &options).await.map_err(|error| lost(error, args, &url))?;
        source.warnings().iter().for_each(|warning| screen::note(screen.lang, warning));
        private::tighten(&args.archive);
        let opened = Archiver::open(&source, &args.archive, &options).await;
        let mut archiver = opened.with_context(|| {
            format!("{} cannot be the archive of {url}", args.archive.display())
        })?;
        let (begun, goal) = (archiver.end(), source.end().await?);
        if screen.format == Format::Table {
            welcome(screen, args, &url, &source, begun, goal)?;
        }
        let kept = archiver.archive().clone();
        let keeping = async {
            loop {
                let done = keep(screen, &mut archiver, &source, goal, args.once).await;
                match done {
                    Err(error) if !args.once && is_full(&error) => {
                        screen::note(screen.lang, &format!("{error:#}"));
                    }
                    done => return done,
                }
                // What of a batch is written is whole: it is gone on with behind it.
                drop(archiver);
                archiver = opened_again(&source, &args.archive, &options).await?;
            }
        };
        // Stopped in the middle of a batch: what of it is written is whole, and gone on behind.
        let ended = tokio::select! {
            ended = keeping => ended,
            () = stopped => Ok(()),
        };
        ended.context("the archive is whole as far as it goes, and stopped")?;
        let end = kept.end().await?;
        said(screen, &source, begun, end)
    })
}

/// Says what an archive is for, where its journal is not there any more.
fn lost(error: journal::Error, args: &ArchiveArgs, url: &str) -> anyhow::Error {
    let archive = &args.archive;
    match error {
        journal::Error::NotAJournal { .. } if archive.join("journal.json").exists() => anyhow!(
            "{error}; if the journal was lost: tonghop restore {} --journal {url}",
            archive.display()
        ),
        error => error.into(),
    }
}

/// Copies what there is, and then, unless once is enough, whatever comes.
async fn keep(
    screen: &mut Screen,
    archiver: &mut Archiver,
    source: &Journal,
    goal: Position,
    once: bool,
) -> Result<()> {
    catch_up(screen, archiver, goal).await?;
    if once { Ok(()) } else { follow(screen, archiver, source).await }
}

fn is_full(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(journal::Error::Full { .. }))
}

/// Opens the archive when there is room for it again.
async fn opened_again(source: &Journal, archive: &Path, options: &Options) -> Result<Archiver> {
    loop {
        tokio::time::sleep(ROOM_RETRY).await;
        match Archiver::open(source, archive, options).await {
            Err(error) if error.is_transient() => tracing::info!(%error, "the archive waits"),
            opened => return Ok(opened?),
        }
    }
}

/// Copies up to a position, with a progress bar.
async fn catch_up(screen: &Screen, archiver: &mut Archiver, goal: Position) -> Result<()> {
    let what = ("Đang lưu trữ", "Archiving");
    let bar = screen::progress(screen.lang, what, Some(goal.0), false);
    let _hidden_at_the_end = Hidden(bar.clone());
    bar.set_position(archiver.end().0);
    while archiver.end() < goal {
        bar.set_position(archiver.next(BATCH_RECORDS).await?.0);
    }
    Ok(())
}

/// Copies whatever comes, for ever, and says now and then how far it is.
async fn follow(screen: &mut Screen, archiver: &mut Archiver, source: &Journal) -> Result<()> {
    let mut told: Option<Instant> = None;
    loop {
        let end = archiver.next(BATCH_RECORDS).await?;
        if screen.format == Format::Table && told.is_none_or(|at| at.elapsed() >= TELL) {
            tell(screen, end, source.end().await.ok())?;
            told = Some(Instant::now());
        }
    }
}

/// How far the archive is; a journal that is away does not say how much it has.
fn tell(screen: &mut Screen, end: Position, journal: Option<Position>) -> Result<()> {
    let number = |value: u64| lang::whole(screen.lang, i128::from(value));
    let position = number(end.0);
    let behind = journal.map(|journal| number(journal.0.saturating_sub(end.0)));
    screen.line(match (screen.lang, behind) {
        (Lang::Vi, Some(behind)) => {
            format!("Đã lưu trữ đến vị trí {position}; còn {behind} bản ghi.")
        }
        (Lang::Vi, None) => format!("Đã lưu trữ đến vị trí {position}; sổ chưa trả lời."),
        (Lang::En, Some(behind)) => {
            format!("Archived up to position {position}; {behind} records to go.")
        }
        (Lang::En, None) => {
            format!("Archived up to position {position}; the journal does not answer.")
        }
    })
}

fn welcome(
    screen: &mut Screen,
    args: &ArchiveArgs,
    url: &str,
    source: &Journal,
    begun: Position,
    goal: Position,
) -> Result<()> {
    let (identity, archive) = (source.identity(), args.archive.display());
    let number = |value: Position| lang::whole(screen.lang, i128::from(value.0));
    let (begun, goal) = (number(begun), number(goal));
    screen.line(match screen.lang {
        Lang::Vi => format!(
            "Sổ: {url} ({identity}), đến vị trí {goal}\nBản lưu: {archive}, đến vị trí {begun}"
        ),
        Lang::En => format!(
            "Journal: {url} ({identity}), up to position {goal}\nArchive: {archive}, up to position \
             {begun}"
        ),
    })?;
    if args.once {
        return Ok(());
    }
    screen.line(screen.pick("Dừng: Ctrl-C", "Stop with Ctrl-C"))
}

fn said(screen: &mut Screen, source: &Journal, begun: Position, end: Position) -> Result<()> {
    let copied = end.0 - begun.0;
    if screen.format != Format::Table {
        let identity = source.identity().to_string();
        return screen.json(&Archived { position: end.0, answer: "archived", identity, copied });
    }
    let number = |value: u64| lang::whole(screen.lang, i128::from(value));
    let (end, copied) = (number(end.0), number(copied));
    screen.line(match screen.lang {
        Lang::Vi => format!("Bản lưu ở vị trí {end}; lần này chép thêm {copied} bản ghi."),
        Lang::En => format!("The archive is at position {end}; {copied} records were copied."),
    })
}

/// A progress bar that is gone when this is, however the work ends.
struct Hidden(ProgressBar);

impl Drop for Hidden {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
