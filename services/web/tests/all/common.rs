//! A server with a door and some routes, and a client that knows only HTTP/1.1.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use access::{Access, Book, Post};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, Request, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use futures::{StreamExt, stream};
use tower::ServiceExt;
use web::{Asker, Csrf, Doors, Peer};

pub(crate) const PASSWORD: &str = "mua xuan 2021 o Krong Pa";

/// Users: an officer, with a token, and an auditor.
pub(crate) struct Users {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) access: Access,
    pub(crate) token: String,
}

impl Users {
    pub(crate) fn new() -> Users {
        let folder = tempfile::tempdir().expect("a folder");
        let token = Book::change(folder.path(), |book| {
            book.add("hoa", Post::Officer, Some("L-637"), PASSWORD)?;
            book.add("minh", Post::Auditor, None, PASSWORD)?;
            book.add_token("hoa", "test", 30)
        });
        let token = token.expect("users are written");
        let access = Access::open(folder.path()).expect("it opens");
        Users { folder, access, token }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Some routes of every kind.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/who", get(|Asker(who): Asker| async move { who.name }))
        .route("/csrf", get(|Csrf(csrf): Csrf| async move { csrf }))
        .route("/u/{key}", get(|| async { "x".repeat(2000) }))
        .route("/do", post(|body: String| async move { body }))
        .route("/boom", get(|| async { panicking() }))
        .route("/slow", get(std::future::pending::<String>))
        .route("/a/{name}", get(|| async { "asset" }))
        .route(
            "/two-step",
            get(|Asker(who): Asker| async move { format!("two steps of {}", who.name) }),
        )
        .route("/v1/facts", post(count))
        .route("/v1/things", get(|| async { "[]" }))
        .route("/stream", get(stream_for_ever))
        .route("/v1/vintages/{id}/pack", get(pack))
}

/// A zip file that takes longer to make than other answers may.
async fn pack() -> ([(HeaderName, &'static str); 2], Body) {
    tokio::time::sleep(Duration::from_secs(120)).await;
    let headers = [(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_LENGTH, "2000")];
    (headers, Body::from("x".repeat(2000)))
}

/// Counts the bytes of a body, taking its time with each piece.
async fn count(headers: HeaderMap, body: Body) -> Result<String, StatusCode> {
    let rest_s = headers.get("x-rest-s").and_then(|value| value.to_str().ok()?.parse().ok());
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = pieces.next().await {
        bytes += piece.map_err(|_| StatusCode::BAD_REQUEST)?.len();
        tokio::time::sleep(Duration::from_secs(rest_s.unwrap_or(0))).await;
    }
    Ok(bytes.to_string())
}

fn panicking() -> String {
    panic!("secret of the house")
}

async fn stream_for_ever() -> Sse<impl futures::Stream<Item = Result<Event, Infallible>>> {
    let first = stream::iter([Ok(Event::default().data("x".repeat(2000)))]);
    Sse::new(first.chain(stream::pending()))
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("it is text"))
    }

    /// The cookies that it sets, as a request carries them.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        let all = self.headers.get_all("set-cookie").iter();
        all.filter_map(|value| value.to_str().ok()?.split(';').next()).collect()
    }

    /// The session that it sets.
    pub(crate) fn session(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }
}

/// Asks the door, as from an address.
pub(crate) async fn ask_from(app: &Router, from: &str, request: Request<Body>) -> Answer {
    let mut request = request;
    let from: SocketAddr = format!("{from}:1").parse().expect("an address");
    request.extensions_mut().insert(Peer(from));
    let response = app.clone().oneshot(request).await.expect("a router answers");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.expect("a body");
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// Asks the door from this machine. The line is method and address; then headers.
pub(crate) async fn ask(app: &Router, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    ask_from(app, "127.0.0.1", request(line, headers, body)).await
}

pub(crate) fn request(line: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let (method, uri) = line.split_once(' ').expect("method and address");
    let mut request = Request::builder().method(method).uri(uri).header("host", "127.0.0.1:8080");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).expect("a request")
}

/// A door with users in front of the routes.
pub(crate) fn app(users: &Users) -> Router {
    Doors::new(users.access.clone()).around(routes())
}
