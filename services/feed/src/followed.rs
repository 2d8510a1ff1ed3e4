//! A feed that is followed in this process: what came last is in memory, for any number of readers.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use journal::{Journal, Position};
use tokio::sync::watch;

use crate::Result;
use crate::page::{Filter, Page, Told, page};

/// So many of the last events are in memory: some 1,500 bytes each.
const RECENT_MAX: usize = 5_000;
/// Most records that are taken from the tail at once.
const TAKEN_MAX: usize = 1_000;

/// A feed that is followed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Followed {
    feed: Journal,
    /// Without gaps, up to `end`.
    recent: Arc<RwLock<VecDeque<Told>>>,
    end: Arc<watch::Sender<u64>>,
}

impl Followed {
    /// The feed as it is now.
    ///
    /// # Errors
    /// `Journal`.
    pub async fn new(feed: Journal) -> Result<Followed> {
        let end = feed.end().await?.0;
        let (recent, end) = (Arc::default(), Arc::new(watch::Sender::new(end)));
        Ok(Followed { feed, recent, end })
    }

    /// Follows it; never returns but with an error.
    ///
    /// # Errors
    /// `Journal`, `Foreign`.
    pub async fn run(&self) -> Result<()> {
        let mut tail = self.feed.tail(Position(*self.end.borrow())).await?;
        loop {
            let block = tail.next(TAKEN_MAX).await?;
            let told = block.records().map(Told::read).collect::<Result<Vec<Told>>>()?;
            let end = block.last().0;
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            recent.extend(told);
            let over = recent.len().saturating_sub(RECENT_MAX);
            recent.drain(..over);
            drop(recent);
            self.end.send_replace(end);
        }
    }

    /// To be told of the last position.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.end.subscribe()
    }

    /// The identity of the feed, as it is written.
    pub fn identity(&self) -> String {
        self.feed.identity().to_string()
    }

    /// The feed itself.
    pub fn journal(&self) -> &Journal {
        &self.feed
    }

    /// What a filter takes after a position, at most `limit`: from memory, or else from the feed.
    ///
    /// # Errors
    /// `Journal`, `Foreign`.
    pub async fn after(&self, since: u64, filter: &Filter, limit: usize) -> Result<Page> {
        match self.remembered(since, filter, limit) {
            Some(page) => Ok(page),
            None => page(&self.feed, since, filter, limit).await,
        }
    }

    /// The last events that a filter takes, newest first, at most `limit`, of those in memory or
    /// at the feed's end.
    ///
    /// # Errors
    /// `Journal`, `Foreign`.
    pub async fn latest(&self, filter: &Filter, limit: usize) -> Result<Page> {
        let end = *self.end.borrow();
        let since = end.saturating_sub(RECENT_MAX as u64);
        let mut page = self.after(since, filter, usize::MAX).await?;
        let over = page.events.len().saturating_sub(limit);
        page.events.drain(..over);
        page.events.reverse();
        Ok(page)
    }

    /// Nothing if some of it is not in memory.
    fn remembered(&self, since: u64, filter: &Filter, limit: usize) -> Option<Page> {
        let end = *self.end.borrow();
        if since >= end {
            return Some(Page { events: Vec::new(), next: end, end });
        }
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        if recent.front()?.position > since + 1 {
            return None;
        }
        let from = recent.partition_point(|told| told.position <= since);
        let mut page = Page { events: Vec::new(), next: end, end };
        for told in recent.range(from..) {
            if filter.takes(&told.event) {
                if page.events.len() >= limit {
                    break;
                }
                page.events.push(told.clone());
            }
            page.next = told.position;
        }
        Some(page)
    }
}
