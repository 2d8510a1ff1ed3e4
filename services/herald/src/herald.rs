//! The herald: subscriptions watched, the feed followed, a courier for each subscription.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use access::private::Stamp;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::bells::Bells;
use crate::counts::{Counted, Counts};
use crate::courier::Courier;
use crate::desk::Desk;
use crate::feeder::Feeder;
use crate::shared::{Shared, blocking};
use crate::{Book, Config, Error, Id, Queue, Result, Sender, book};

/// Outcomes that are written at once.
const WRITING_MAX: usize = 16;
/// Records that are read at once: each is read with a block of others.
const READING_MAX: usize = 16;

/// Somebody at the command line who tries an endpoint lets go in this time.
const LOCK_WAIT: Duration = Duration::from_secs(20);

/// Sends milestones to those who subscribed, each at least once, those of one rule and unit in
/// order.
///
/// At most [`Config::at_once_each`] attempts of one subscription are under way, and in all one of
/// each subscription and [`Config::at_once_more`]: every subscription has a place of its own, so
/// that no number of endpoints that hang keeps a message from one that does not.
pub struct Herald {
    shared: Arc<Shared>,
    book: watch::Sender<Arc<Book>>,
    stamp: Option<Stamp>,
}

/// Opens and runs; see [`Herald`].
///
/// # Errors
/// As [`Herald::open`] and [`Herald::run`].
pub async fn run(config: Config, stop: impl Future<Output = ()> + Send) -> Result<()> {
    Herald::open(config).await?.run(stop).await
}

impl Herald {
    /// Opens subscriptions and deliveries.
    ///
    /// # Errors
    /// `File`, `Unreadable`, `Locked`, `Damaged`, `OtherFeed`, `Tls`, `Io`, `Full`, `Engine`.
    pub async fn open(config: Config) -> Result<Herald> {
        let sender = Sender::new(config.guard.clone(), &config.authorities, config.limits)?;
        let (data, kept) = (config.data.clone(), config.kept);
        let feed = config.feed.identity().to_string();
        let (queue, stamp, book) = blocking(move || {
            // Before the text: what is written meanwhile is read again.
            let stamp = Stamp::of(&book::path(&data));
            let book = Book::read(&data)?;
            let queue = Queue::open(&data.join(crate::FOLDER), kept, LOCK_WAIT)?;
            queue.bind(&feed)?;
            Ok((Arc::new(queue), stamp, book))
        })
        .await?;
        let shared = Shared {
            queue,
            sender,
            bells: Arc::new(Bells::new()),
            counts: Counts::default(),
            more: Arc::new(Semaphore::new(config.at_once_more)),
            writing: Semaphore::new(WRITING_MAX),
            reading: Semaphore::new(READING_MAX),
            config,
        };
        Ok(Herald { shared: Arc::new(shared), book: watch::Sender::new(Arc::new(book)), stamp })
    }

    /// Answers questions and makes changes, also while the herald runs.
    pub fn desk(&self) -> Desk {
        Desk::beside(&self.shared)
    }

    /// How many attempts were made, as long as this or what it gave is there.
    pub fn counted(&self) -> impl Fn() -> Counted + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move || shared.counts.now()
    }

    /// Follows the feed, sends, and watches the file of subscriptions, until `stop`.
    ///
    /// # Errors
    /// `Full`: nothing is lost, and it can be run again when there is room. `Feed`, `Io`, `Engine`,
    /// `Damaged`: somebody has to look. Nothing is lost.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) -> Result<()> {
        let stopping = watch::Sender::new(false);
        let feeder = Feeder::new(Arc::clone(&self.shared), self.book.subscribe());
        let stopped = async {
            stop.await;
            stopping.send_replace(true);
            std::future::pending::<Result<()>>().await
        };
        tokio::select! {
            result = self.send(stopping.subscribe()) => result,
            result = feeder.run() => result,
            result = self.watch() => result,
            result = stopped => result,
        }
    }

    /// Keeps a courier for each subscription, until told to stop and all have stopped.
    async fn send(&self, stop: watch::Receiver<bool>) -> Result<()> {
        let (mut couriers, mut sending) = (JoinSet::new(), HashSet::new());
        let (mut book, mut stopped) = (self.book.subscribe(), stop.clone());
        loop {
            let now = book.borrow_and_update().clone();
            self.forget(&now).await?;
            sending.retain(|id| now.get(*id).is_ok());
            for subscription in now.subscriptions() {
                let id = subscription.id;
                if sending.insert(id) {
                    let (shared, bell) = (Arc::clone(&self.shared), self.shared.bells.of(id));
                    let (book, stop) = (self.book.subscribe(), stop.clone());
                    couriers.spawn(Courier { shared, id, bell, book, stop }.run());
                }
            }
            loop {
                tokio::select! {
                    () = async { drop(stopped.wait_for(|stop| *stop).await) } => {
                        while let Some(done) = couriers.join_next().await {
                            ended(done)?;
                        }
                        return Ok(());
                    }
                    Some(done) = couriers.join_next() => ended(done)?,
                    changed = book.changed() => {
                        changed.map_err(|error| Error::Ended(error.to_string()))?;
                        break;
                    }
                }
            }
        }
    }

    /// Forgets what was open for subscriptions that were removed.
    async fn forget(&self, book: &Arc<Book>) -> Result<()> {
        // A file that is away is no reason to forget anything.
        if !Book::is_there(&self.shared.config.data) {
            return Ok(());
        }
        let (shared, book) = (Arc::clone(&self.shared), Arc::clone(book));
        blocking(move || {
            let states = shared.queue.states()?;
            let gone = states.iter().map(|(id, _)| *id).filter(|id| book.get(*id).is_err());
            gone.into_iter().try_for_each(|id: Id| {
                shared.bells.remove(id);
                shared.queue.forget(id)
            })
        })
        .await
    }

    /// Reads the file of subscriptions again when it has changed. One that cannot be read changes
    /// nothing.
    async fn watch(&self) -> Result<()> {
        let config = &self.shared.config;
        let mut stamp = self.stamp;
        loop {
            tokio::select! {
                () = tokio::time::sleep(config.look_every) => {}
                () = self.shared.bells.reader.notified() => {}
            }
            let found = Stamp::of(&book::path(&config.data));
            if found == stamp {
                continue;
            }
            stamp = found;
            if found.is_none() {
                tracing::error!("webhooks.toml is away; the webhooks stay as they were");
                continue;
            }
            let data = config.data.clone();
            match blocking(move || Book::read(&data)).await {
                Ok(book) => {
                    self.book.send_replace(Arc::new(book));
                    self.shared.bells.changed();
                }
                Err(error) => {
                    tracing::error!(%error, "the webhooks stay as they were");
                    self.shared.bells.changed();
                }
            }
        }
    }
}

impl std::fmt::Debug for Herald {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Herald").field("data", &self.shared.config.data).finish_non_exhaustive()
    }
}

fn ended(done: Result<Result<()>, tokio::task::JoinError>) -> Result<()> {
    done.map_err(|error| Error::Ended(error.to_string()))?
}
