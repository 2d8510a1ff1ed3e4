//! What is told to the world: the outbox becomes the feed, which others follow.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use feed::Followed;
use herald::{Cidr, Guard, Herald};
use journal::{Journal, Options, Writer};
use projector::Outbox;
use tokio::sync::oneshot;

/// How long the last milestones may wait for a server that is away, once everything else ended.
const LAST_WAIT: Duration = Duration::from_secs(3);

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
    ) -> Result<Telling> {
        let (there, options) = (feed::url(url, data), feed::options(options));
        let journal = journal.identity().to_string();
        let Some(outbox) = outbox.filter(|_| writes) else {
            let options = Options { create: false, ..options };
            let followed = match Journal::open(&there, &options).await {
                Ok(feed) => Some(Followed::new(feed).await?),
                Err(error) => {
                    tracing::debug!(%error, "there is no feed to follow");
                    None
                }
            };
            return Ok(Telling { announcing: None, journal, followed });
        };
        let feed = Writer::open(&there, &Options { create: true, ..options }).await?;
        let followed = Some(Followed::new(feed.journal()).await?);
        Ok(Telling { announcing: Some((outbox, feed)), journal, followed })
    }

    /// Who sends the feed to webhooks, where it is told.
    pub(super) async fn herald(&self, data: &Path, allowed: Vec<Cidr>) -> Result<Option<Herald>> {
        let Some((_, feed)) = &self.announcing else { return Ok(None) };
        let config = || herald::Config {
            guard: Guard { allowed: allowed.clone() },
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

    /// Tells until the projector has stopped, and then what is left.
    pub(super) async fn announce(self, after_projecting: oneshot::Receiver<()>) -> Result<()> {
        let Some((outbox, feed)) = self.announcing else { return Ok(()) };
        let last = async {
            drop(after_projecting.await);
            tokio::time::sleep(LAST_WAIT).await;
        };
        tokio::select! {
            told = feed::announce(outbox, feed, &self.journal) => Ok(told?),
            // The next start tells what is left.
            () = last => Ok(()),
        }
    }
}

/// Follows the feed, where there is one. Never returns but with an error.
pub(super) async fn follow(followed: Option<Followed>) -> Result<()> {
    match followed {
        Some(followed) => Ok(followed.run().await?),
        None => std::future::pending().await,
    }
}

/// Sends the feed to webhooks until everything was told. What is under way is finished.
pub(super) async fn send(
    herald: Option<Herald>,
    after_announcing: oneshot::Receiver<()>,
) -> Result<()> {
    let stop = async { drop(after_announcing.await) };
    match herald {
        Some(herald) => Ok(herald.run(stop).await?),
        None => {
            stop.await;
            Ok(())
        }
    }
}
