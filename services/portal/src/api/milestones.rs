//! The feed of milestones: a page of it, or what comes as it comes.

use std::sync::Arc;

use access::{Role, Who};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::atlas::Unit;
use domain::contribution::Rules;
use feed::{Filter, Followed, Told};
use futures::stream;
use proto::gazetteer::Gazetteer;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::watch;
use utoipa::ToSchema;
use web::{Asker, Client as Address, Kind, Problem};

use super::asked::{Asked, wrong};
use super::reply::{JSON, internal};
use crate::App;
use crate::live::Seat;
use crate::live::serve::{HEARTBEAT, RETRY_MS, events, reset};

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;
/// Most events that are read at once for one who follows.
const BATCH: usize = 200;

/// What is recorded of those who are told facts of households.
const READING: &str = "milestones with keys of households' facts";

pub(super) const PAGE: &[&str] = &["since", "unit", "rule", "limit"];

/// Some of the feed.
#[derive(Serialize, ToSchema)]
pub(crate) struct MilestonesAnswer {
    /// The feed's identity: positions are of it.
    feed: String,
    /// Events, in the order of the feed.
    events: Vec<ToldEvent>,
    /// The last position that was looked at: `since` of the next page.
    next: u64,
    /// The last position there is.
    end: u64,
}

/// An event and where it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToldEvent {
    /// Its position in the feed.
    position: u64,
    /// The event, as it is published: CloudEvents 1.0.
    #[schema(value_type = Object)]
    event: Box<RawValue>,
}

impl ToldEvent {
    fn of(told: &Told, sight: &Sight) -> Result<ToldEvent, Problem> {
        let bytes = sight.of(told).map_err(|error| internal(&error))?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|error| internal(&error))?;
        let event = RawValue::from_string(text).map_err(|error| internal(&error))?;
        Ok(ToldEvent { position: told.position, event })
    }
}

/// What somebody may see of events: the fact that tipped one is a fact of one household.
struct Sight {
    who: Who,
    rules: Arc<Rules>,
    households_min: u32,
    /// Whether this reading of households' facts was recorded.
    recorded: bool,
}

impl Sight {
    /// Records the reading where there may be something to read.
    fn new(app: &App, who: Who, unit: Option<Unit>) -> Sight {
        let may = match who.role {
            Role::Officer { .. } | Role::Auditor | Role::Open => true,
            Role::Public | Role::Operator => false,
        };
        let unit = unit.map_or("VN", |unit| app.gazetteer.key(unit));
        let recorded = may && (app.reading)(&who, READING, unit);
        let households_min = app.households_min;
        Sight { who, rules: Arc::clone(&app.rules), households_min, recorded }
    }

    /// The event as it was published, or as everybody may know it.
    fn of(&self, told: &Told) -> Result<Bytes, &'static str> {
        let unit = Gazetteer::embedded().unit(&told.event.data.unit);
        let sees = |unit| self.who.may_see_households(&self.rules.atlas, unit);
        if self.recorded && unit.is_some_and(sees) {
            return Ok(told.bytes.clone());
        }
        let closed = proto::milestone::closed(&told.bytes, self.households_min);
        closed.map(Bytes::from).ok_or("an event of the feed is no milestone")
    }
}

/// Milestones that figures reached, and those that were withdrawn, from any point of the feed. The
/// fact that tipped one, its position and the time of day are told only to those who may see single
/// households of its unit, each reading recorded. With
/// `Accept: text/event-stream` it goes on with what comes: events `milestone`, `id:
/// <feed>-<position>`, each event's data as it is published; `Last-Event-ID` resumes, and `reset`
/// says that the feed is another one.
#[utoipa::path(
    get, path = "/v1/milestones", operation_id = "listMilestones", tag = "milestones",
    params(
        ("since" = Option<u64>, Query, description = "After this position of the feed; 0, from the beginning, when left out", minimum = 0),
        ("unit" = Option<String>, Query, description = "Of this unit and those below it", example = "L-637"),
        ("rule" = Option<String>, Query, description = "Of these rules, with commas or several times", example = "first_relapse"),
        ("limit" = Option<u32>, Query, description = "Most events of a page, 1 to 1000; 100 when left out", minimum = 1, maximum = 1000),
        ("Last-Event-ID" = Option<String>, Header, description = "Sent by those who come again"),
    ),
    responses((status = 200, description = "A page of the feed, or events until somebody hangs up", body = MilestonesAnswer)),
)]
pub(super) async fn page(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    from: Address,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, PAGE)?;
    let none = || Problem::new(Kind::NotFound, "there is no feed here; the writing server has it");
    let feed = app.feed.clone().ok_or_else(none)?;
    let since = since(&asked)?;
    let unit = asked.one("unit")?.is_some().then(|| asked.unit("unit")).transpose()?;
    let rules = asked.many("rule").into_iter().map(str::to_owned).collect();
    let filter = Filter { unit, rules };
    let sight = Sight::new(&app, who, unit);
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains(STREAM));
    if headers.get_all("accept").iter().any(accepts) {
        return follow(&app, feed, (filter, sight), since, from, &headers);
    }
    let limit = asked.whole("limit", LIMIT, 1..=LIMIT_MAX)?;
    let page = feed.after(since, &filter, limit).await.map_err(|error| unread(&error))?;
    let events = page.events.iter().map(|told| ToldEvent::of(told, &sight));
    let events = events.collect::<Result<_, _>>()?;
    let (next, end) = (page.next, page.end);
    let answer = MilestonesAnswer { feed: feed.identity(), events, next, end };
    let bytes = serde_json::to_vec(&answer).map_err(|error| internal(&error))?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

const STREAM: &str = "text/event-stream";

fn since(asked: &Asked) -> Result<u64, Problem> {
    let Some(text) = asked.one("since")? else { return Ok(0) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let read = digits.then(|| text.parse().ok()).flatten();
    read.ok_or_else(|| wrong("since", "a position of the feed is a whole number from 0"))
}

/// The feed's server is away.
fn unread(error: &feed::Error) -> Problem {
    tracing::warn!(%error, "the feed cannot be read");
    Problem::new(Kind::Busy, "the feed cannot be read now").retry_after(5)
}

fn follow(
    app: &App,
    feed: Followed,
    (filter, sight): (Filter, Sight),
    since: u64,
    from: Address,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let identity = feed.identity();
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let since = match last.filter(|text| !text.is_empty()) {
        None => since,
        Some(id) => {
            let own = id.strip_prefix(&*identity).and_then(|id| id.strip_prefix('-'));
            match own.and_then(|digits| digits.parse().ok()) {
                Some(position) => position,
                None => return Ok(events(Body::from(reset()))),
            }
        }
    };
    let seat = app.hub.seat(from)?;
    let end = feed.watch();
    let opening = Bytes::from(format!("retry: {RETRY_MS}\n\n"));
    let wire = Wire { feed, filter, sight, identity, since, end, seat, opening: Some(opening) };
    Ok(events(Body::from_stream(stream::unfold(wire, Wire::next))))
}

/// One who follows. The next events are read when those before are on their way: a slow reader
/// keeps nothing in memory.
struct Wire {
    feed: Followed,
    filter: Filter,
    sight: Sight,
    identity: String,
    since: u64,
    end: watch::Receiver<u64>,
    seat: Seat,
    opening: Option<Bytes>,
}

impl Wire {
    async fn next(mut self) -> Option<(Result<Bytes, std::convert::Infallible>, Wire)> {
        if let Some(opening) = self.opening.take() {
            return Some((Ok(opening), self));
        }
        loop {
            let end = *self.end.borrow_and_update();
            if self.since < end {
                let page = self.feed.after(self.since, &self.filter, BATCH).await;
                // Whoever cannot be told comes again, from where they were.
                let page = page.inspect_err(|error| drop(unread(error))).ok()?;
                self.since = page.next;
                if !page.events.is_empty() {
                    let events = page.events.iter().map(|told| self.event(told));
                    let events = events.collect::<Result<Vec<_>, _>>();
                    let events = events.inspect_err(|error| drop(internal(error))).ok()?;
                    return Some((Ok(events.concat().into()), self));
                }
                continue;
            }
            tokio::select! {
                () = self.seat.closed() => return None,
                changed = self.end.changed() => changed.ok()?,
                () = tokio::time::sleep(HEARTBEAT) => {
                    return Some((Ok(Bytes::from_static(b":\n\n")), self));
                }
            }
        }
    }

    /// An event has no line breaks: it is JSON as we write it.
    fn event(&self, told: &Told) -> Result<Vec<u8>, &'static str> {
        let head = format!("event: milestone\nid: {}-{}\ndata: ", self.identity, told.position);
        Ok([head.as_bytes(), &self.sight.of(told)?, b"\n\n"].concat())
    }
}
