//! What is told to the world: the outbox becomes the feed, which others follow.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use feed::Followed;
use herald::{Cidr, Guard, Herald};
use journal::{Journal, Options, Writer};
use projector::Outbox;
use tokio::sync::watch;

use super::parts::{Part, Parts};
use super::supervisor::Stop;

/// How long the last milestones may wait for a server that is away, once everything else ended.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// How often is looked whether there is room on the disk again.
const ROOM_RETRY: Duration = Duration::from_secs(1);

/// Tells what the outbox holds.
pub(super) struct Telling {
    announcing: Option<(Outbox, Writer)>,
    journal: String,
    pub(super) followed: Option<Followed>,
}

impl Telling {
    /// Opens the feed beside a journal; where nothing is written, only if it is there.
    pub(super) async fn open(
        (journal, url): (&Journal, &str),
        options: &Options,
        data: &Path,
        outbox: Option<Outbox>,
        writes: bool,
        parts: &Parts,
    ) -> Telling {
        let (there, options) = (feed::url(url, data), feed::options(options));
        let journal = journal.identity().to_string();
        let Some(outbox) = outbox.filter(|_| writes) else {
            let options = Options { create: false, ..options };
            let followed = match Journal::open(&there, &options).await {
                Ok(feed) => or_fails(parts, Followed::new(feed).await),
                Err(error) => {
                    tracing::debug!(%error, "there is no feed to follow");
                    None
                }
            };
            return Telling { announcing: None, journal, followed };
        };
        let opening = async {
            let feed = Writer::open(&there, &Options { create: true, ..options }).await?;
            let followed = Followed::new(feed.journal()).await?;
            Ok::<_, feed::Error>((feed, followed))
        };
        match or_fails(parts, opening.await) {
            Some((feed, followed)) => {
                let followed = Some(followed);
                Telling { announcing: Some((outbox, feed)), journal, followed }
            }
            None => Telling { announcing: None, journal, followed: None },
        }
    }

    /// Who sends the feed to webhooks, where it is told.
    pub(super) async fn herald(
        &self,
        data: &Path,
        told: (Vec<Cidr>, u32),
        parts: &Parts,
    ) -> Option<Herald> {
        match self.open_herald(data, told).await {
            Ok(herald) => herald,
            Err(error) => {
                parts.failed(Part::Webhooks, &error);
                None
            }
        }
    }

    async fn open_herald(&self, data: &Path, told: (Vec<Cidr>, u32)) -> Result<Option<Herald>> {
        let Some((_, feed)) = &self.announcing else { return Ok(None) };
        let (allowed, households_min) = told;
        let config = || herald::Config {
            guard: Guard { allowed: allowed.clone() },
            households_min,
            ..herald::Config::new(data, feed.journal())
        };
        match Herald::open(config()).await {
            // The feed was lost with its server and is told anew, under the same ids: so are the
            // deliveries, for positions are others. What was open is kept aside, nothing is lost.
            Err(herald::Error::OtherFeed { path, found, .. }) => {
                let aside = data.join(format!("herald.{found}"));
                std::fs::rename(&path, &aside)?;
                let (path, aside) = (path.display(), aside.display());
                tracing::warn!(%path, %aside, "the feed is another one: deliveries begin anew");
                Ok(Some(Herald::open(config()).await?))
            }
            opened => Ok(Some(opened?)),
        }
    }

    /// Tells until `stop`, when the projector has ended, and then what is left.
    pub(super) async fn announce(self, stop: Stop<'_>, parts: &Parts) {
        let foreign = self.followed.as_ref().map(|followed| followed.foreign().clone());
        let telling = async {
            let Some((outbox, feed)) = self.announcing else { return std::future::pending().await };
            let foreign = foreign.unwrap_or_default();
            match feed::announce(outbox, feed, &self.journal, &foreign).await {
                Ok(()) => {}
                Err(error) => alone_failed(Part::Feed, parts, &error.into()).await,
            }
        };
        let is_telling = self.followed.is_some();
        let last = async {
            stop.await;
            if is_telling && parts.why(Part::Feed).is_none() {
                tokio::time::sleep(LAST_WAIT).await;
            }
        };
        tokio::select! {
            () = telling => {}
            // The next start tells what is left.
            () = last => {}
        }
    }
}

/// What was opened, or the feed has failed.
fn or_fails<T>(parts: &Parts, opened: Result<T, feed::Error>) -> Option<T> {
    match opened {
        Ok(opened) => Some(opened),
        Err(error) => {
            parts.failed(Part::Feed, &anyhow::Error::from(error));
            None
        }
    }
}

/// Does what a part does, for ever; where it fails, it fails alone.
pub(super) async fn alone(
    part: Part,
    parts: &Parts,
    work: impl Future<Output = Result<()>> + Send,
) -> Result<()> {
    match work.await {
        Ok(()) => Ok(()),
        Err(error) => alone_failed(part, parts, &error).await,
    }
}

/// A part has failed: nothing else ends by it.
async fn alone_failed<T>(part: Part, parts: &Parts, error: &anyhow::Error) -> T {
    parts.failed(part, error);
    std::future::pending().await
}

/// Follows the feed, where there is one. Never returns.
pub(super) async fn follow(followed: Option<Followed>, parts: &Parts) -> Result<()> {
    match followed {
        Some(followed) => alone(Part::Feed, parts, async { Ok(followed.run().await?) }).await,
        None => std::future::pending().await,
    }
}

/// Sends until told to stop. A full disk is waited for: what was under way is sent again, under the
/// same ids.
async fn run<S>(herald: &Herald, stop: impl Fn() -> S, parts: &Parts)
where
    S: Future<Output = ()> + Send,
{
    loop {
        let running = herald.run(stop());
        tokio::pin!(running);
        // One that runs so long has written something: there is room again.
        let done = tokio::select! {
            done = &mut running => done,
            () = tokio::time::sleep(ROOM_RETRY) => {
                parts.mended(Part::Webhooks);
                running.await
            }
        };
        match done {
            Ok(()) => return,
            Err(error @ herald::Error::Full { .. }) => {
                parts.failed(Part::Webhooks, &anyhow::Error::from(error));
                tokio::select! {
                    () = stop() => return,
                    () = tokio::time::sleep(ROOM_RETRY) => {}
                }
            }
            Err(error) => return parts.failed(Part::Webhooks, &anyhow::Error::from(error)),
        }
    }
}

/// Sends the feed to webhooks until `stop`, when everything was told. What is under way is finished.
pub(super) async fn send(herald: Option<Herald>, stop: Stop<'_>, parts: &Parts) {
    let (told, telling) = watch::channel(false);
    let stopped = |mut telling: watch::Receiver<bool>| async move {
        // Also where nobody is left who could tell.
        drop(telling.wait_for(|stop| *stop).await);
    };
    let stopping = async {
        stop.await;
        told.send_replace(true);
        std::future::pending::<()>().await;
    };
    let sending = async {
        if let Some(herald) = herald {
            run(&herald, || stopped(telling.clone()), parts).await;
        }
        stopped(telling).await;
    };
    tokio::select! {
        () = sending => {}
        () = stopping => {}
    }
}
