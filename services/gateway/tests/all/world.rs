//! A gateway behind a door, before a journal in a temporary place.

use std::collections::HashMap;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{Access, Book, Post, Source};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use domain::atlas::Place;
use domain::fact::{Key, Subject};
use domain::time::Day;
use gateway::{Asked, Gateway, Known, Ledger, Waiting};
use journal::server::{Config, Server};
use journal::{Journal, Options, Position};
use serde_json::Value;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;
use web::Doors;

/// Nothing in these tests may take longer.
const DEADLINE: Duration = Duration::from_secs(120);
const PASSWORD: &str = "mua xuan 2021 o Krong Pa";

/// Both journals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Dir,
    Nats,
}

pub(crate) const ENGINES: [Engine; 2] = [Engine::Dir, Engine::Nats];

/// What a projector would know, said by the test.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) known: Mutex<HashMap<Key, (u64, u64)>>,
    pub(crate) places: Mutex<HashMap<Key, Place>>,
    /// Facts about somebody else than whoever writes.
    pub(crate) abroad: Mutex<HashMap<Key, Place>>,
    /// The units that the money of facts came from.
    pub(crate) givers: Mutex<HashMap<Key, Place>>,
    pub(crate) homes: Mutex<HashMap<Subject, Place>>,
    /// Whether it never gets any further.
    pub(crate) stuck: AtomicBool,
    /// How far it is, where that is said; none means that it is everywhere at once.
    pub(crate) folded: watch::Sender<Option<u64>>,
}

impl Ledger for Told {
    fn known(&self, asked: &[Asked]) -> Vec<Known> {
        let known = self.known.lock().expect("no panic");
        let one = |asked: &Asked| match known.get(&asked.key) {
            None => Known::Not,
            Some((meaning, position)) if *meaning == asked.meaning => Known::Same(*position),
            Some((_, position)) => Known::Rival(*position),
        };
        asked.iter().map(one).collect()
    }

    fn place_of(&self, _: Subject, key: Key) -> Option<Place> {
        self.places.lock().expect("no panic").get(&key).copied()
    }

    fn giver_of(&self, _: Subject, key: Key) -> Option<Place> {
        self.givers.lock().expect("no panic").get(&key).copied()
    }

    fn places_of(&self, key: Key) -> Vec<Place> {
        let own = self.place_of(Subject(key), key);
        own.into_iter().chain(self.abroad.lock().expect("no panic").get(&key).copied()).collect()
    }

    fn home(&self, subject: Subject, _: Day) -> Option<Place> {
        self.homes.lock().expect("no panic").get(&subject).copied()
    }

    fn folded(&self, position: u64) -> Waiting<'_> {
        let stuck = self.stuck.load(Ordering::Acquire);
        let mut folded = self.folded.subscribe();
        Box::pin(async move {
            if stuck {
                return pending().await;
            }
            folded.wait_for(|now| now.is_none_or(|now| now >= position)).await.is_ok()
        })
    }

    fn position(&self) -> u64 {
        self.folded.borrow().unwrap_or(u64::MAX)
    }
}

/// Where everything is; it is removed at the end.
pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) server: Option<Server>,
    pub(crate) url: String,
    pub(crate) options: Options,
    pub(crate) ledger: Arc<Told>,
    pub(crate) access: Access,
    tokens: HashMap<&'static str, String>,
}

/// A gateway that runs.
pub(crate) struct Running {
    pub(crate) app: Router,
    pub(crate) gateway: Gateway,
    stop: oneshot::Sender<()>,
    appending: JoinHandle<Result<(), journal::Error>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl World {
    pub(crate) async fn new(engine: Engine) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = Options::create();
        let (url, server) = match engine {
            Engine::Dir => (format!("dir:{}", folder.path().join("journal").display()), None),
            Engine::Nats => {
                let server = Server::start(Config::new(folder.path().join("nats"))).await;
                let server =
                    server.unwrap_or_else(|e| panic!("this test needs a nats-server: {e}"));
                options.nats.monitoring = Some(server.monitoring());
                options.nats.busy_after = Duration::from_secs(1);
                (server.url(), Some(server))
            }
        };
        let users = folder.path().join("users");
        let mut tokens = HashMap::new();
        Book::change(&users, |book| {
            book.add("district", Post::Officer, Some("L-637"), PASSWORD)?;
            book.add("neighbour", Post::Officer, Some("L-638"), PASSWORD)?;
            book.add("auditor", Post::Auditor, None, PASSWORD)?;
            book.add("operator", Post::Operator, None, PASSWORD)?;
            book.add("national", Post::Officer, Some("VN"), PASSWORD)?;
            book.add("commune", Post::Officer, Some("L-24094"), PASSWORD)?;
            for name in ["district", "neighbour", "auditor", "operator", "national", "commune"] {
                tokens.insert(name, book.add_token(name, "test", 1)?);
            }
            let (user, unit) = (Some("district".to_owned()), Some("L-637".to_owned()));
            book.add_source(Source { source: "urn:tonghop:test".to_owned(), user, unit: None })?;
            book.add_source(Source { source: "urn:district".to_owned(), user: None, unit })
        })
        .expect("users are written");
        let access = Access::open(&users).expect("it opens");
        let ledger = Arc::new(Told::default());
        World { _folder: folder, server, url, options, ledger, access, tokens }
    }

    pub(crate) async fn start(&self) -> Running {
        let ledger = self.ledger.clone();
        let opened = Gateway::open(&self.url, &self.options, ledger, self.access.clone()).await;
        let (gateway, appending) = opened.expect("the journal opens");
        let (stop, stopped) = oneshot::channel::<()>();
        let appending = tokio::spawn(appending.run(async { drop(stopped.await) }));
        let doors = Doors::new(self.access.clone());
        let app = doors.around(gateway::router(gateway.clone()));
        Running { app, gateway, stop, appending }
    }

    pub(crate) fn bearer(&self, name: &str) -> String {
        self.tokens.get(name).map_or_else(String::new, |token| format!("Bearer {token}"))
    }

    /// The ids of the facts in the journal, in order.
    pub(crate) async fn ids(&self) -> Vec<String> {
        let journal = Journal::open(&self.url, &self.options).await.expect("it opens");
        let mut blocks = journal.read(Position(1), Position(u64::MAX));
        let mut ids = Vec::new();
        while let Some(block) = blocks.next().await {
            let block = block.and_then(|block| block.open()).expect("it is readable");
            for record in block.records() {
                let fact: Value = serde_json::from_slice(record.bytes).expect("it is JSON");
                ids.push(fact["id"].as_str().expect("an id").to_owned());
            }
        }
        ids
    }
}

impl Running {
    /// Sends a body as the officer of Krông Pa.
    pub(crate) async fn send(&self, world: &World, kind: &str, body: impl Into<Body>) -> Answer {
        send_to(&self.app, world, kind, body).await
    }

    pub(crate) async fn send_with(
        &self,
        to: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        ask(&self.app, to, headers, body.into()).await
    }

    /// Stops as a server does: what waits is written first.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let ended = tokio::time::timeout(DEADLINE, self.appending).await.expect("it ends");
        ended.expect("it does not panic").expect("it does not fail");
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// Of each fact what became of it: its position, or the reason for its rejection.
    pub(crate) fn outcomes(&self) -> Vec<String> {
        let taken =
            |one: &Value| one["taken_at"].as_u64().map_or(String::new(), |at| format!(" {at}"));
        let of = |one: &Value| {
            let what = one["outcome"].as_str().expect("an outcome");
            let note = one["note"].as_str().map_or(String::new(), |note| format!(" {note}"));
            match what {
                "rejected" => format!("{} {what} {}", one["line"], one["reason"]),
                _ => format!("{} {what} {}{note}{}", one["line"], one["position"], taken(one)),
            }
        };
        if self.headers["content-type"] == "application/x-ndjson" {
            let lines = self.body.lines();
            return lines.map(|line| of(&serde_json::from_str(line).expect("JSON"))).collect();
        }
        let document = self.json();
        match document["outcomes"].as_array() {
            Some(all) => all.iter().map(of).collect(),
            None => vec![of(&document)],
        }
    }
}

/// Sends a body as the officer of Krông Pa.
pub(crate) async fn send_to(
    app: &Router,
    world: &World,
    kind: &str,
    body: impl Into<Body>,
) -> Answer {
    let bearer = world.bearer("district");
    let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
    ask(app, "/v1/facts", &headers, body.into()).await
}

async fn ask(app: &Router, to: &str, headers: &[(&str, &str)], body: Body) -> Answer {
    let mut request = Request::post(to).header("host", "127.0.0.1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body).expect("a request");
    let asked = async {
        let response = app.clone().oneshot(request).await.expect("a router answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 256 << 20).await.expect("a body");
        let body = String::from_utf8(bytes.to_vec()).expect("it is text");
        Answer { status: parts.status, headers: parts.headers, body }
    };
    tokio::time::timeout(DEADLINE, asked).await.expect("it took longer than the deadline")
}

/// A loan that was paid out in a commune of Krông Pa.
pub(crate) fn loan(id: &str) -> String {
    loan_in("L-24097", id, 40_000_000)
}

pub(crate) fn loan_in(unit: &str, id: &str, amount: u64) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.loan.disbursed.v1\",\
         \"source\":\"urn:tonghop:test\",\"id\":\"{id}\",\
         \"subject\":\"household/52.74f874a7ac1ab96d\",\"time\":\"2021-01-04T07:00:00+07:00\",\
         \"data\":{{\"unit\":\"{unit}\",\"class\":\"other\",\
         \"programme\":\"difficult_area_business\",\"purpose\":\"production_and_business\",\
         \"amount\":{amount}}}}}"
    )
}

/// Its `data`.
pub(crate) fn data_of(fact: &str) -> String {
    let fact: Value = serde_json::from_str(fact).expect("it is JSON");
    fact["data"].to_string()
}
