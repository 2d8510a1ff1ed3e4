//! Reading the feed from any point.

use bytes::Bytes;
use domain::atlas::Unit;
use journal::{Journal, Position, Record};
use milestones::Event;
use proto::gazetteer::Gazetteer;

use crate::Result;
use crate::foreign::Foreign;

/// Most records that are looked at for one page: a filter that takes little makes short pages.
pub(crate) const SCANNED_MAX: u64 = 20_000;

/// An event of the feed.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where it is in the feed, from 1: what readers go on from.
    pub position: u64,
    /// When it was told, in milliseconds since 1970.
    pub told_ms: i64,
    /// What it says.
    pub event: Event,
    /// The same as it was written.
    pub bytes: Bytes,
}

impl Told {
    /// None where the record is no milestone: it is counted and passed by.
    pub(crate) fn or_foreign(record: Record<'_>, foreign: &Foreign) -> Option<Told> {
        let position = record.position.0;
        match serde_json::from_slice(record.bytes) {
            Ok(event) => {
                let bytes = Bytes::copy_from_slice(record.bytes);
                Some(Told { position, told_ms: record.received.0, event, bytes })
            }
            Err(error) => {
                foreign.met(position, &error.to_string());
                None
            }
        }
    }
}

/// Which events.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Of this unit and those below it; or of all.
    pub unit: Option<Unit>,
    /// Of these rules; or of all.
    pub rules: Vec<String>,
}

impl Filter {
    /// Whether it takes an event.
    pub fn takes(&self, event: &Event) -> bool {
        let gazetteer = Gazetteer::embedded();
        let inside = |within: Unit| {
            let unit = gazetteer.unit(&event.data.unit);
            unit.is_some_and(|unit| gazetteer.atlas.holds(within, unit.into()))
        };
        self.unit.is_none_or(inside)
            && (self.rules.is_empty() || self.rules.contains(&event.data.rule))
    }
}

/// Some of the feed.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What the filter takes, in the order of the feed.
    pub events: Vec<Told>,
    /// The last position that was looked at: where to go on.
    pub next: u64,
    /// The last position there is.
    pub end: u64,
}

/// Reads what a filter takes after a position, at most `limit`; what is no milestone is passed by.
///
/// # Errors
/// `Journal`.
pub async fn page(feed: &Journal, since: u64, filter: &Filter, limit: usize) -> Result<Page> {
    counting(feed, since, filter, limit, &Foreign::default()).await
}

/// The same, counting what is no milestone.
pub(crate) async fn counting(
    feed: &Journal,
    since: u64,
    filter: &Filter,
    limit: usize,
    foreign: &Foreign,
) -> Result<Page> {
    let end = feed.end().await?.0;
    let last = end.min(since.saturating_add(SCANNED_MAX));
    let mut page = Page { events: Vec::new(), next: since.min(end), end };
    if since >= end {
        return Ok(page);
    }
    page.events = read(feed, (since, last), filter, limit, foreign).await?;
    page.next = match page.events.last() {
        Some(told) if page.events.len() >= limit => told.position,
        Some(_) | None => last,
    };
    Ok(page)
}

/// What a filter takes after a position, up to another and with it, at most `limit`.
pub(crate) async fn read(
    feed: &Journal,
    (since, last): (u64, u64),
    filter: &Filter,
    limit: usize,
    foreign: &Foreign,
) -> Result<Vec<Told>> {
    let mut events = Vec::new();
    let mut blocks = feed.read(Position(since + 1), Position(last));
    while let Some(block) = blocks.next().await {
        for record in block?.open()?.records() {
            // A block may begin before what was asked for.
            if record.position.0 <= since || record.position.0 > last {
                continue;
            }
            let Some(told) = Told::or_foreign(record, foreign) else { continue };
            if filter.takes(&told.event) {
                events.push(told);
                if events.len() >= limit {
                    return Ok(events);
                }
            }
        }
    }
    Ok(events)
}
