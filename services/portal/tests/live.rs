//! Live events over real HTTP on the loopback.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;
#[path = "live/limits.rs"]
mod limits;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Extension;
use common::{COMMUNES, DISTRICT, PERIOD, Portal, left, poor, story};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A deadline, not a measure: nothing here takes long.
const LONG: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(portal: &Portal) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // All are of this machine.
    let here = web::Client(Ipv4Addr::LOCALHOST.into());
    let router = portal.router.clone().layer(Extension(here));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Server { address, serving }
}

#[derive(Debug)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

struct Client {
    stream: TcpStream,
    text: String,
    head: String,
}

impl Client {
    async fn connect(server: &Server, path: &str, last: Option<&str>) -> Client {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let mut client = Client { stream, text: String::new(), head: String::new() };
        let last = last.map_or(String::new(), |last| format!("Last-Event-ID: {last}\r\n"));
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{last}\r\n");
        client.stream.write_all(request.as_bytes()).await.unwrap();
        client
    }

    /// Reads until the text holds this; false when the server hangs up.
    async fn until(&mut self, end: &str) -> bool {
        let mut buffer = [0; 4096];
        while !self.text.contains(end) {
            let read = tokio::time::timeout(LONG, self.stream.read(&mut buffer)).await;
            let read = read.expect("an event within the deadline").unwrap_or(0);
            if read == 0 {
                return false;
            }
            self.text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        true
    }

    async fn event(&mut self) -> Option<Event> {
        if self.head.is_empty() {
            if !self.until("\r\n\r\n").await {
                return None;
            }
            let (head, rest) = self.text.split_once("\r\n\r\n").unwrap();
            (self.head, self.text) = (head.to_lowercase(), rest.to_owned());
        }
        loop {
            if !self.until("\n\n").await {
                return None;
            }
            let (event, rest) = self.text.split_once("\n\n").unwrap();
            let (event, rest) = (event.to_owned(), rest.to_owned());
            self.text = rest;
            let field = |name: &str| {
                let mut lines = event.lines();
                let found = lines.find_map(|line| line.strip_prefix(name));
                found.unwrap_or_default().trim().to_owned()
            };
            if event.contains("event:") {
                let data = serde_json::from_str(&field("data:")).unwrap();
                return Some(Event { name: field("event:"), id: field("id:"), data });
            }
        }
    }

    async fn next(&mut self) -> Event {
        self.event().await.expect("the connection lives")
    }
}

fn topic() -> String {
    format!("/v1/live?unit={DISTRICT}&children=1&indicator=poor_households&period={PERIOD}")
}

fn page() -> String {
    format!("/v1/live/page?path=/u/{DISTRICT}")
}

#[tokio::test]
async fn a_fact_reaches_an_open_page_and_only_what_changed_is_sent() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let server = serve(&portal).await;
    let mut figures = Client::connect(&server, &topic(), None).await;
    let mut page = Client::connect(&server, &page(), None).await;
    let first = figures.next().await;
    assert_eq!(first.name, "change");
    assert_eq!(first.data["parts"].as_object().unwrap().len(), 15);
    assert_eq!(first.data["parts"]["L-637/poor_households"]["value"], 30);
    assert_eq!(first.data["since"], portal.app.since);
    for header in ["content-type: text/event-stream", "x-accel-buffering: no", "no-transform"] {
        assert!(figures.head.contains(header), "{}", figures.head);
    }
    let parts = page.next().await.data["parts"].clone();
    assert_eq!(parts, json!({"poor": "<b>30</b>", "name": format!("\"/u/{DISTRICT}\"")}));

    let position = portal.tell(&[left(5, COMMUNES[0])]).await;
    let second = figures.next().await;
    let changed: Vec<_> = second.data["parts"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        changed,
        [format!("{DISTRICT}/poor_households"), format!("{}/poor_households", COMMUNES[0])]
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(second.data["position"], position);
    assert_eq!(second.id, format!("{}-{position}", portal.app.identity));
    assert_eq!(page.next().await.data["parts"], json!({"poor": "<b>29</b>"}));
}

#[tokio::test]
async fn whoever_comes_again_is_told_what_is_new_or_to_begin_anew() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let server = serve(&portal).await;
    let first = Client::connect(&server, &topic(), None).await.next().await;
    let (identity, position) = first.id.rsplit_once('-').unwrap();
    let other = "00000000-0000-4000-8000-000000000000";
    let editions = first.data["editions"].as_str().unwrap();
    let table = [
        // The very position: nothing to tell but since when the server runs.
        (topic(), Some(first.id.clone()), "change", Some(0)),
        (topic(), Some(format!("{identity}-1")), "change", Some(15)),
        (topic(), Some(format!("{identity}-{position}9")), "change", Some(15)),
        (topic(), Some(format!("{identity}-x")), "change", Some(15)),
        (topic(), Some(format!("{other}-{position}")), "reset", None),
        (topic(), Some("nonsense".into()), "reset", None),
        (format!("{}&editions={editions}", topic()), None, "change", Some(15)),
        (format!("{}&editions=0.0", topic()), None, "reset", None),
    ];
    for (path, last, name, parts) in table {
        let event = Client::connect(&server, &path, last.as_deref()).await.next().await;
        assert_eq!(event.name, name, "{path} {last:?}");
        let found = event.data["parts"].as_object().map(serde_json::Map::len);
        assert_eq!(found, parts, "{path} {last:?}");
    }
}

#[tokio::test]
async fn a_restarted_server_catches_its_clients_up() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let server = serve(&portal).await;
    let mut client = Client::connect(&server, &page(), None).await;
    let first = client.next().await;
    let since = first.data["since"].clone();
    let mut portal = portal.restart().await;
    assert!(client.event().await.is_none(), "the connection ends with the server");
    drop(server);
    portal.tell(&[left(5, COMMUNES[0])]).await;
    let server = serve(&portal).await;
    let mut client = Client::connect(&server, &page(), Some(&first.id)).await;
    let again = client.next().await;
    assert_eq!(again.name, "change", "the same journal");
    assert_eq!(again.data["parts"]["poor"], "<b>29</b>");
    assert_ne!(again.data["since"], since, "it says since when it runs");
}

#[tokio::test]
async fn a_slow_reader_skips_states_and_harms_nobody() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let server = serve(&portal).await;
    let mut slow = Client::connect(&server, &topic(), None).await;
    let mut quick = Client::connect(&server, &topic(), None).await;
    slow.next().await;
    quick.next().await;
    // Thirty folds, which meet at most four recomputations a second.
    let began = std::time::Instant::now();
    for home in 0..30 {
        portal.tell(&[poor(9_000 + home, COMMUNES[1])]).await;
    }
    let mut events = 1;
    let key = format!("{DISTRICT}/poor_households");
    while quick.next().await.data["parts"][&key]["value"] != 60 {
        events += 1;
    }
    let most = began.elapsed().as_millis() / 250 + 2;
    assert!(events <= most, "{events} events where {most} ticks were");
    // The slow one reads now; the last it is told is the latest.
    let mut last = slow.next().await;
    while last.data["parts"][&key]["value"] != 60 {
        last = slow.next().await;
    }
    assert_eq!(portal.app.hub.sizes(), (1, 2), "both watch one topic");
    drop((slow, quick));
    let gone = async {
        while portal.app.hub.sizes() != (0, 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, gone).await.expect("a topic dies with its last client");
}

/// Memory of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_are_all_told() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let server = serve(&portal).await;
    let before = resident_kib();
    let mut clients = Vec::new();
    for _ in 0..1_000 {
        let mut client = Client::connect(&server, &topic(), None).await;
        assert_eq!(client.next().await.name, "change");
        clients.push(client);
    }
    let each = resident_kib().saturating_sub(before) / 1_000;
    let position = portal.tell(&[left(5, COMMUNES[0])]).await;
    for client in &mut clients {
        assert_eq!(client.next().await.data["position"], position);
    }
    assert_eq!(portal.app.hub.sizes(), (1, 1_000));
    // Client and server are one process here: both ends are counted.
    eprintln!("memory with 1,000 clients: {each} KiB for each, both ends together");
    assert!(each < 256, "{each} KiB for each client is not bounded");
}
