//! A feed that is followed in this process: what came last is in memory, for any number of readers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use journal::{Journal, Position};
use milestones::Title;
use tokio::sync::watch;

use crate::Result;
use crate::foreign::Foreign;
use crate::page::{Filter, Page, SCANNED_MAX, Told, counting, read};

/// So many of the last events are in memory: some 1,500 bytes each.
const RECENT_MAX: usize = 5_000;
/// So many events are read from the feed at once on the way back.
const BACK: u64 = 2_000;
/// Most records that are taken from the tail at once.
const TAKEN_MAX: usize = 1_000;

/// A feed that is followed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Followed {
    feed: Journal,
    /// All from the first of them up to `end`.
    recent: Arc<RwLock<VecDeque<Told>>>,
    end: Arc<watch::Sender<u64>>,
    foreign: Foreign,
}

impl Followed {
    /// The feed as it is now, its last events in memory.
    ///
    /// # Errors
    /// `Journal`.
    pub async fn new(feed: Journal) -> Result<Followed> {
        let since = feed.end().await?.0.saturating_sub(RECENT_MAX as u64);
        let foreign = Foreign::default();
        let last = counting(&feed, since, &Filter::default(), usize::MAX, &foreign).await?;
        let end = Arc::new(watch::Sender::new(last.next));
        Ok(Followed { feed, recent: Arc::new(RwLock::new(last.events.into())), end, foreign })
    }

    /// Follows it; never returns but with an error.
    ///
    /// # Errors
    /// `Journal`.
    pub async fn run(&self) -> Result<()> {
        let from = Position(*self.end.borrow());
        let mut tail = self.feed.tail(from).await?;
        loop {
            let block = tail.next(TAKEN_MAX).await?;
            let end = block.last().0;
            let records = block.records();
            let told: Vec<Told> =
                records.filter_map(|record| Told::or_foreign(record, &self.foreign)).collect();
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

    /// What was met in it that is no milestone.
    pub fn foreign(&self) -> &Foreign {
        &self.foreign
    }

    /// The feed itself.
    pub fn journal(&self) -> &Journal {
        &self.feed
    }

    /// What a filter takes after a position, at most `limit`: from memory, or else from the feed.
    ///
    /// # Errors
    /// `Journal`.
    pub async fn after(&self, since: u64, filter: &Filter, limit: usize) -> Result<Page> {
        match self.onwards(since, filter, limit) {
            Some(page) => Ok(page),
            None => counting(&self.feed, since, filter, limit, &self.foreign).await,
        }
    }

    /// The last events that a filter takes, newest first, at most `limit`.
    ///
    /// # Errors
    /// `Journal`.
    pub async fn latest(&self, filter: &Filter, limit: usize) -> Result<Page> {
        self.before(u64::MAX, filter, limit).await
    }

    /// What a filter takes before a position, newest first, at most `limit`. `next` is the earliest
    /// position that was looked at: before it, there is more, unless it is the first.
    ///
    /// # Errors
    /// `Journal`.
    pub async fn before(&self, before: u64, filter: &Filter, limit: usize) -> Result<Page> {
        let end = *self.end.borrow();
        let from = before.min(end + 1);
        let mut page = Page { events: Vec::new(), next: from, end };
        self.back(&mut page, filter, limit);
        while page.events.len() < limit && page.next > 1 && from - page.next < SCANNED_MAX {
            let since = (page.next - 1).saturating_sub(BACK);
            let older =
                read(&self.feed, (since, page.next - 1), filter, usize::MAX, &self.foreign).await?;
            page.next = since + 1;
            for told in older.into_iter().rev().take(limit - page.events.len()) {
                page.events.push(told);
            }
            if page.events.len() >= limit {
                page.next = page.events.last().map_or(1, |told| told.position);
            }
        }
        Ok(page)
    }

    /// The last events in memory that a filter takes, newest first, at most `limit`: at once.
    pub fn remembered(&self, filter: &Filter, limit: usize) -> Vec<Told> {
        let end = *self.end.borrow();
        let mut page = Page { events: Vec::new(), next: end + 1, end };
        self.back(&mut page, filter, limit);
        page.events
    }

    /// The rules that the events in memory are of, each with its latest title.
    pub fn rules(&self) -> BTreeMap<String, Title> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let data = recent.iter().map(|told| &told.event.data);
        let latest: BTreeMap<&String, &Title> = data.map(|of| (&of.rule, &of.title)).collect();
        latest.into_iter().map(|(rule, title)| (rule.clone(), title.clone())).collect()
    }

    /// Goes back from the position that a page has come to, as far as memory goes.
    fn back(&self, page: &mut Page, filter: &Filter, limit: usize) {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let until = recent.partition_point(|told| told.position < page.next);
        for told in recent.range(..until).rev() {
            if page.events.len() >= limit {
                return;
            }
            page.next = told.position;
            if filter.takes(&told.event) {
                page.events.push(told.clone());
            }
        }
    }

    /// Nothing if some of it is not in memory.
    fn onwards(&self, since: u64, filter: &Filter, limit: usize) -> Option<Page> {
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
