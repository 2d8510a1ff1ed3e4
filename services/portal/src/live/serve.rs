//! The addresses of live events, and what goes over the wire (WHATWG HTML, 9.2).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use query::Query;
use web::{Asker, Client as Address, Kind, Language, Problem};

use super::compute::compute;
use super::hub::{Client, Told};
use super::page::Page;
use super::topic::Topic;
use crate::App;
use crate::api::{Asked, figures, wrong};

/// A comment this often tells proxies and clients that the connection lives.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a first state may take.
const FIRST_WAIT: Duration = Duration::from_secs(10);
/// How soon a client should come again, in milliseconds.
pub(crate) const RETRY_MS: u32 = 1_000;
/// Most lines of a topic.
const LINES_MAX: usize = 20_000;
/// Most bytes of a page's path.
const PATH_BYTES_MAX: usize = 2_000;

pub(crate) const TOPIC: &[&str] =
    &["unit", "children", "indicator", "period", "from", "to", "by", "boundaries", "editions"];
pub(crate) const PAGE: &[&str] = &["path", "editions"];

/// Figures as they change: server-sent events `change`, with `id: <journal>-<position>` and as data
/// `position`, `at` and `parts`: lines by `unit/indicator/attribute=code`, all of them first, then
/// those that changed; `null` for one that is gone. The first event also tells `since` (when the
/// server began) and `editions`. `reset`: begin anew, the journal or the editions are others.
#[utoipa::path(
    get, path = "/v1/live", operation_id = "watchFigures", tag = "live",
    params(
        ("unit" = String, Query, description = "The unit's key", example = "L-637"),
        ("children" = Option<String>, Query, description = "`1`: also every unit directly below"),
        ("indicator" = String, Query, description = "Ids with commas, or several times", example = "poor_households"),
        ("period" = Option<String>, Query, description = "`2021`, `2021-H1@administrative`, …", example = "2021-H1@administrative"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD, instead of a period"),
        ("to" = Option<String>, Query, description = "Last day, included"),
        ("by" = Option<String>, Query, description = "Attributes to break down by, with commas"),
        ("boundaries" = Option<String>, Query, description = "`own` or `current`"),
        ("editions" = Option<String>, Query, description = "What a first event told: others are answered with `reset`"),
        ("Last-Event-ID" = Option<String>, Header, description = "Sent by browsers that come again"),
    ),
    responses((status = 200, description = "Events, until somebody hangs up", body = String, content_type = "text/event-stream")),
)]
pub(crate) async fn topic(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    from: Address,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, TOPIC)?;
    let figures::Ask { mut query, .. } = figures::ask(&app, &asked)?;
    if let Query::Figures(query) = &mut query {
        query.books_only = true;
        if query.indicators.is_empty() {
            return Err(wrong("indicator", "say which indicators are to be watched"));
        }
        let unit = asked.unit("unit")?;
        let lines = query::lines_max(&app.rules, unit, query).unwrap_or(usize::MAX);
        if lines > LINES_MAX {
            let detail = format!(
                "that would be {lines} lines, at most {LINES_MAX} are watched; ask for fewer"
            );
            return Err(wrong("indicator", detail));
        }
    }
    let editions = asked.one("editions")?;
    let topic = Topic::Figures(query, app.disclosure(&who));
    serve(&app, topic, from, &headers, editions).await
}

/// A page as it changes: as `/v1/live`, the parts being HTML by the keys of the page's `data-live`.
#[utoipa::path(
    get, path = "/v1/live/page", operation_id = "watchPage", tag = "live",
    params(
        ("path" = String, Query, description = "Path and query of the page"),
        ("editions" = Option<String>, Query, description = "What a first event told: others are answered with `reset`"),
        ("Last-Event-ID" = Option<String>, Header, description = "Sent by browsers that come again"),
    ),
    responses((status = 200, description = "Events, until somebody hangs up", body = String, content_type = "text/event-stream")),
)]
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    Language(lang): Language,
    Asker(who): Asker,
    from: Address,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, PAGE)?;
    let path = asked.one("path")?.ok_or_else(|| wrong("path", "say which page"))?;
    let visible = |c: char| !c.is_control();
    if !path.starts_with("/u/") || path.len() > PATH_BYTES_MAX || !path.chars().all(visible) {
        return Err(wrong(
            "path",
            "only the pages of units live; their path begins with /u/ and is short",
        ));
    }
    let page = Page { path: path.to_owned(), lang, role: who.role };
    serve(&app, Topic::Page(page), from, &headers, asked.one("editions")?).await
}

async fn serve(
    app: &Arc<App>,
    topic: Topic,
    from: Address,
    headers: &HeaderMap,
    editions: Option<&str>,
) -> Result<Response, Problem> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = last.filter(|text| !text.is_empty());
    let own = last.map(|id| id.strip_prefix(&*app.identity).and_then(|id| id.strip_prefix('-')));
    let others = matches!(own, Some(None)) || editions.is_some_and(|one| one != app.edition());
    if others {
        return Ok(events(Body::from(reset())));
    }
    let position: Option<u64> = own.flatten().and_then(|digits| digits.parse().ok());
    let mut client =
        app.hub.watch(topic.key(), from, |told| compute(Arc::clone(app), topic, told))?;
    let busy = || Problem::new(Kind::Busy, "the page takes long to be made").retry_after(5);
    let told = client.latest.wait_for(|told| !matches!(told, Told::Nothing));
    let told = tokio::time::timeout(FIRST_WAIT, told).await.map_err(|_| busy())?;
    let told = told.map_err(|_| busy())?.clone();
    let Told::Latest(state) = told else {
        return Err(Problem::new(Kind::NotFound, "there is no such page").at("path"));
    };
    let server = format!(
        ",\"since\":\"{}\",\"journal\":\"{}\",\"editions\":\"{}\"",
        app.since,
        app.identity,
        app.edition()
    );
    let first = state.first(&app.identity, position == Some(state.position), &server);
    let mut opening = format!("retry: {RETRY_MS}\n").into_bytes();
    opening.extend_from_slice(&first);
    let wire = Wire {
        app: Arc::clone(app),
        client,
        sent: state.version,
        opening: Some(opening.into()),
        over: false,
    };
    Ok(events(Body::from_stream(stream::unfold(wire, Wire::next))))
}

/// What a client has is of no more use: it begins anew.
pub(crate) fn reset() -> Bytes {
    Bytes::from_static(b"event: reset\ndata: {}\n\n")
}

pub(crate) fn events(body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    let buffering = HeaderName::from_static("x-accel-buffering");
    headers.insert(buffering, HeaderValue::from_static("no"));
    response
}

/// One connection. It is asked for the next event only when the one before is on its way, so a
/// slow reader is given the latest state when it is ready for it, and none in between.
struct Wire {
    app: Arc<App>,
    client: Client,
    /// The version that was sent last.
    sent: u64,
    opening: Option<Bytes>,
    over: bool,
}

impl Wire {
    async fn next(mut self) -> Option<(Result<Bytes, std::convert::Infallible>, Wire)> {
        if self.over {
            return None;
        }
        if let Some(opening) = self.opening.take() {
            return Some((Ok(opening), self));
        }
        let bytes = loop {
            if !*self.client.open.borrow() {
                return None;
            }
            let heartbeat = tokio::time::sleep(HEARTBEAT);
            tokio::select! {
                _ = self.client.open.changed() => return None,
                changed = self.client.latest.changed() => changed.ok()?,
                () = heartbeat => break Bytes::from_static(b":\n\n"),
            }
            let told = self.client.latest.borrow_and_update().clone();
            match told {
                Told::Nothing => {}
                Told::Gone => {
                    self.over = true;
                    break reset();
                }
                Told::Latest(state) if state.version > self.sent => {
                    let event = state.event(&self.app.identity, self.sent);
                    self.sent = state.version;
                    break event;
                }
                Told::Latest(_) => {}
            }
        };
        Some((Ok(bytes), self))
    }
}
