//! Where things are: the data folder's own journal, the rules of this program, today.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use auditor::{Desk, Shelf};
use domain::time::Day;
use journal::{Clock, Credentials, Journal, Options};
use projector::{Config, Report};
use proof::Signer;
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang, UnitRef};
use proto::instant;
use tokio::signal::unix::{SignalKind, signal};

use super::embedded;
use crate::cli::NatsArgs;
use crate::screen;

/// The address of the journal that lives in a data folder.
pub(super) fn own_journal(data: &Path) -> String {
    format!("dir:{}", data.join("journal").display())
}

/// Whether a data folder has a journal of its own.
pub(super) fn has_own_journal(data: &Path) -> bool {
    data.join("journal").join("journal.json").exists()
}

/// The address of the journal that was asked for, or else of the data folder's own.
pub(super) fn journal(asked: Option<&str>, data: &Path) -> Result<String> {
    match asked {
        Some(url) => Ok(url.to_owned()),
        None if has_own_journal(data) => Ok(own_journal(data)),
        None => bail!("{} has no journal of its own: give --journal", data.display()),
    }
}

/// A runtime for what waits on disks and servers.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")
}

/// Ends when somebody tells this process to stop, from now on: SIGTERM or Ctrl-C.
pub(super) fn stopped() -> Result<impl Future<Output = ()> + Send> {
    let listen = |kind| signal(kind).context("cannot listen for signals");
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// How journals are opened.
pub(super) fn options(create: bool, nats: &NatsArgs) -> Options {
    let mut options = Options { create, ..Options::default() };
    options.nats.monitoring.clone_from(&nats.nats_monitoring);
    if let Some(file) = &nats.nats_creds {
        options.nats.credentials = Credentials::CredentialsFile(file.clone());
    }
    if let Some(file) = &nats.nats_login {
        options.nats.credentials = Credentials::LoginFile(file.clone());
    }
    options.nats.feed_credentials = nats.nats_feed_login.clone().map(Credentials::LoginFile);
    options
}

/// Today in Viet Nam. Only importers look at a clock.
pub(super) fn today() -> Result<Day> {
    let seconds =
        SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    // 2000-01-01 in Viet Nam, seven hours ahead of UTC.
    const FIRST: u64 = 946_684_800 - 7 * 3600;
    let days = seconds.as_secs().saturating_sub(FIRST) / 86_400;
    Ok(Day(u16::try_from(days).context("the clock is after 2179")?))
}

/// The clock that gives receive times, which somebody may have said to be right today.
pub(super) fn clock(stated: Option<Day>) -> Result<Clock> {
    let Some(day) = stated else { return Ok(Clock::system()) };
    let shown = today()?;
    if shown != day {
        bail!("--today {day}: this machine's clock shows {shown}; set it, or leave --today out");
    }
    Ok(Clock::system().stating(instant::first_milli(day)..instant::first_milli(day.next())))
}

/// The unit that a person means: by its key, or by its name on a day; a name that is of no unit
/// then may be of one at another time.
pub(super) fn unit(text: &str, on: Option<Day>) -> Result<domain::atlas::Unit> {
    let gazetteer = Gazetteer::embedded();
    let reference = UnitRef::parse(text);
    if let UnitRef::Key(_) = reference {
        // Figures of a unit may be asked for at any time.
        return Ok(gazetteer.resolve(&reference, None)?);
    }
    match gazetteer.resolve(&reference, on) {
        Ok(unit) => Ok(unit),
        Err(then) => match gazetteer.resolve(&reference, None) {
            Ok(unit) => Ok(unit),
            Err(_) => bail!("{then}"),
        },
    }
}

/// The desk that keeps what is closed, in a data folder.
pub(super) fn desk(data: &Path, journal: &Journal, signer: Option<Arc<Signer>>) -> Arc<Desk> {
    Arc::new(Desk::new(Shelf::of(data), journal.identity().to_string(), signer))
}

/// A projector of a journal into a data folder, by the rules of this program and the milestones in
/// force there; closings are kept, without a signature.
pub(super) fn config(journal: Journal, data: &Path) -> Result<Config> {
    let mut config = Config::new(journal, data, embedded::rules(), Catalogue::embedded().hash());
    config.milestones = Some(super::rules::in_force(data)?);
    config.closings = Some(desk(data, &config.journal, None));
    Ok(config)
}

/// Brings the store of a data folder up to a journal's end, with a progress bar, and hands back
/// what it comes to.
pub(super) fn catch_up(
    lang: Lang,
    data: &Path,
    url: &str,
    nats: &NatsArgs,
    anew: bool,
) -> Result<Report> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let journal = Journal::open(url, &options(false, nats)).await?;
        let end = journal.end().await?.0;
        let mut config = config(journal, data)?;
        config.anew = anew;
        let what = ("Đang tổng hợp", "Folding");
        let bar = screen::progress(lang, what, Some(end), false);
        let report =
            projector::catch_up(config, |progress| bar.set_position(progress.position)).await;
        bar.finish_and_clear();
        Ok(report?)
    })
}
