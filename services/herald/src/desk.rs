//! Where questions about webhooks are answered and changes made: beside a herald, or alone in a
//! folder that no herald holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use journal::Journal;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::bells::Bells;
use crate::shared::{Shared, blocking};
use crate::{
    Attempt, Book, Dead, Error, Filter, Guard, Id, Kept, Limits, Message, Outcome, Queue, Result,
    Secret, Sender, State, Subscription, Wish, clock, id,
};

/// Answers and changes. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    data: PathBuf,
    queue: Arc<Queue>,
    sender: Sender,
    bells: Arc<Bells>,
    feed: Option<Journal>,
}

/// A subscription and how it fares; no secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Status {
    /// `wh_…`
    pub id: Id,
    /// What it is for.
    pub name: String,
    /// Where to.
    pub url: String,
    /// The user whose it is.
    pub owner: String,
    /// When it was made.
    pub created: String,
    /// What it wants.
    pub filter: Filter,
    /// Whether its owner wants it.
    pub enabled: bool,
    /// Secrets that are good now: two while one is being replaced.
    pub secrets: usize,
    /// Cursor, counts, last success and failure, and why it was given up; none when no herald has
    /// seen it yet.
    #[serde(default)]
    pub state: Option<State>,
    /// When the next attempt may be made, in milliseconds since the Unix epoch; none when nothing
    /// is open.
    #[serde(default)]
    pub next_ms: Option<u64>,
}

impl Desk {
    pub(crate) fn beside(shared: &Shared) -> Desk {
        Desk {
            data: shared.config.data.clone(),
            queue: Arc::clone(&shared.queue),
            sender: shared.sender.clone(),
            bells: Arc::clone(&shared.bells),
            feed: Some(shared.config.feed.clone()),
        }
    }

    /// In a folder that no herald holds; at once.
    ///
    /// # Errors
    /// `Locked`: ask the process that holds it. `Damaged`, `Tls`, `Io`, `Full`, `Engine`.
    pub fn open(data: &Path, guard: Guard) -> Result<Desk> {
        let queue = Queue::open(&data.join(crate::FOLDER), Kept::default(), Duration::ZERO)?;
        Ok(Desk {
            data: data.to_owned(),
            queue: Arc::new(queue),
            sender: Sender::new(guard, &[], Limits::default())?,
            bells: Arc::new(Bells::new()),
            feed: None,
        })
    }

    /// Adds a subscription, with a secret that is told this once. Without a position it begins
    /// where the feed ends now.
    ///
    /// # Errors
    /// `Refused`, `File`, `Unreadable`, `Feed`.
    pub async fn add(&self, wish: Wish) -> Result<(Id, Secret)> {
        let since = match (&self.feed, wish.since) {
            (Some(feed), None) => Some(feed.end().await?.0),
            (Some(_) | None, since) => since,
        };
        let (wish, guard) = (Wish { since, ..wish }, self.sender.guard().clone());
        self.change(move |book| book.add(wish, &guard, clock::now_s())).await
    }

    /// Gives a subscription a new secret; the one so far stays good for so many hours beside it.
    ///
    /// # Errors
    /// `Unknown`, `Refused`, `File`, `Unreadable`.
    pub async fn rotate(&self, id: Id, keep_hours: u32) -> Result<Secret> {
        self.change(move |book| book.rotate(id, keep_hours, clock::now_s())).await
    }

    /// Removes a subscription, and with it what is open.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`.
    pub async fn remove(&self, id: Id) -> Result<()> {
        self.change(move |book| book.remove(id).map(drop)).await?;
        if self.feed.is_none() {
            let queue = Arc::clone(&self.queue);
            blocking(move || queue.forget(id)).await?;
        }
        Ok(())
    }

    /// Lets a subscription's messages go again, also after it was given up; what waits is due at
    /// once.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`; as [`Queue::open`].
    pub async fn enable(&self, id: Id) -> Result<()> {
        self.change(move |book| book.enable(id, true)).await?;
        let queue = Arc::clone(&self.queue);
        // If we crash here, it is still given up: enable it again.
        blocking(move || queue.revive(id, clock::now_ms())).await?;
        self.ring(id);
        Ok(())
    }

    /// Lets a subscription's messages wait, and its place in the feed with them.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`.
    pub async fn disable(&self, id: Id) -> Result<()> {
        self.change(move |book| book.enable(id, false)).await
    }

    /// Sends one message to try the endpoint, whatever it wants and however it fares.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`, `Random`; as [`Queue::open`].
    pub async fn test(&self, id: Id) -> Result<Outcome> {
        let subscription = self.subscription(id).await?;
        let now_s = clock::now_s();
        let (event, body) = test_event(&subscription, now_s)?;
        let (url, secrets) = (subscription.url.clone(), subscription.secrets(now_s));
        let begun = Instant::now();
        let message = Message { url, id: event.clone(), body, secrets, now_s };
        let outcome = self.sender.send(message).await;
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let at_ms = clock::now_ms();
        let attempt = Attempt { at_ms, position: 0, event, attempt: 1, took_ms, outcome };
        let queue = Arc::clone(&self.queue);
        blocking(move || queue.note(id, &attempt)).await?;
        Ok(outcome)
    }

    /// Lets dead letters be tried anew, the one at a position or all; how many there were.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`; as [`Queue::open`].
    pub async fn replay(&self, id: Id, position: Option<u64>) -> Result<usize> {
        self.subscription(id).await?;
        let queue = Arc::clone(&self.queue);
        let replayed = blocking(move || queue.replay(id, position, clock::now_ms())).await?;
        self.ring(id);
        Ok(replayed)
    }

    /// Dead letters, the oldest first, after this position.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`; as [`Queue::open`].
    pub async fn dead(&self, id: Id, after: u64, most: usize) -> Result<Vec<Dead>> {
        self.subscription(id).await?;
        let queue = Arc::clone(&self.queue);
        blocking(move || queue.dead(id, after, most)).await
    }

    /// The last attempts, the newest first.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`; as [`Queue::open`].
    pub async fn log(&self, id: Id, most: usize) -> Result<Vec<Attempt>> {
        self.subscription(id).await?;
        let queue = Arc::clone(&self.queue);
        blocking(move || queue.log(id, most)).await
    }

    /// How one subscription fares.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`; as [`Queue::open`].
    pub async fn status(&self, id: Id) -> Result<Status> {
        let subscription = self.subscription(id).await?;
        self.fares(&subscription)
    }

    /// How all fare.
    ///
    /// # Errors
    /// `File`, `Unreadable`; as [`Queue::open`].
    pub async fn list(&self) -> Result<Vec<Status>> {
        let book = self.book().await?;
        let desk = self.clone();
        blocking(move || book.subscriptions().iter().map(|one| desk.fares(one)).collect()).await
    }

    /// Changes from now on: deliveries opened and settled, and subscriptions read again.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.bells.changes.subscribe()
    }

    /// A subscription.
    ///
    /// # Errors
    /// `Unknown`, `File`, `Unreadable`.
    pub async fn subscription(&self, id: Id) -> Result<Subscription> {
        self.book().await?.get(id).cloned()
    }

    async fn book(&self) -> Result<Book> {
        let data = self.data.clone();
        blocking(move || Book::read(&data)).await
    }

    async fn change<R: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Book) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let data = self.data.clone();
        let result = blocking(move || Book::change(&data, change)).await?;
        self.bells.reader.notify_one();
        Ok(result)
    }

    fn ring(&self, id: Id) {
        self.bells.ring(id);
        self.bells.feeder.notify_one();
    }

    fn fares(&self, subscription: &Subscription) -> Result<Status> {
        let id = subscription.id;
        let next_ms = self.queue.due(id, |_| false)?.map(|due| due.next_ms);
        Ok(Status { next_ms, ..Status::of(subscription, self.queue.state(id)?) })
    }
}

impl Status {
    /// What is told of a subscription.
    pub fn of(subscription: &Subscription, state: Option<State>) -> Status {
        let Subscription { id, name, url, owner, created, enabled, filter, .. } =
            subscription.clone();
        let secrets = subscription.secrets(clock::now_s()).len();
        let next_ms = None;
        Status { id, name, url, owner, created, filter, enabled, secrets, state, next_ms }
    }
}

/// A CloudEvent that says nothing but that it came through.
fn test_event(subscription: &Subscription, now_s: u64) -> Result<(String, Bytes)> {
    let random = u128::from_be_bytes(id::random()?);
    let event = format!("{random:032x}-test");
    let body = serde_json::json!({
        "specversion": "1.0",
        "id": event,
        "source": "urn:tonghop:herald",
        "type": "vn.tonghop.webhook.test.v1",
        "subject": subscription.id,
        "time": access::written(now_s),
        "datacontenttype": "application/json",
        "data": { "webhook": subscription.id, "name": subscription.name },
    });
    let body = serde_json::to_vec(&body).map_err(|error| Error::Ended(error.to_string()))?;
    Ok((event, Bytes::from(body)))
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("data", &self.data).finish_non_exhaustive()
    }
}
