//! A journal in a temporary place, and short ways to use it.

use std::time::Duration;

use journal::server::{Config, Server};
use journal::{Entry, Journal, Options, Position, Tail, Writer};

/// Nothing in these tests may take longer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Where a journal is; everything is removed at the end.
pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) options: Options,
    pub(crate) dir: tempfile::TempDir,
    pub(crate) server: Option<Server>,
}

impl World {
    pub(crate) async fn dir() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("dir:{}", dir.path().join("journal").display());
        let mut options = Options::create();
        options.dir.lock_wait = Duration::from_secs(10);
        options.dir.segment_bytes_max = 256 << 10; // several segments in the larger tests
        Self { url, options, dir, server: None }
    }

    pub(crate) async fn nats() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(Config::new(dir.path())).await;
        let server = server.unwrap_or_else(|e| panic!("this test needs a nats-server: {e}"));
        let mut options = Options::create();
        options.nats.monitoring = Some(server.monitoring());
        Self { url: server.url(), options, dir, server: Some(server) }
    }

    pub(crate) async fn writer(&self) -> Writer {
        within(Writer::open(&self.url, &self.options)).await.unwrap()
    }

    pub(crate) async fn journal(&self) -> Journal {
        within(Journal::open(&self.url, &self.options)).await.unwrap()
    }
}

/// Fails the test instead of waiting for ever.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, work).await.expect("it took longer than the deadline")
}

/// Entries `from..to` with distinct bytes of varied length.
pub(crate) fn entries(from: u64, to: u64) -> Vec<Entry> {
    (from..to).map(|n| Entry::new("52.L-24097", body(n))).collect()
}

/// The bytes of the n-th entry.
pub(crate) fn body(n: u64) -> Vec<u8> {
    let filler = usize::try_from(n * 7 % 120).unwrap();
    format!("{{\"n\":{n},\"x\":\"{}\"}}", "đ".repeat(filler)).into_bytes()
}

/// Everything from `from` to `to`, positions checked to be consecutive.
pub(crate) async fn read(journal: &Journal, from: u64, to: u64) -> journal::Result<Vec<Vec<u8>>> {
    let mut blocks = journal.read(Position(from), Position(to));
    let mut found = Vec::new();
    while let Some(block) = within(blocks.next()).await {
        let block = block?.open()?;
        assert!(!block.is_empty());
        for record in block.records() {
            assert_eq!(record.position.0, from + found.len() as u64);
            found.push(record.bytes.to_vec());
        }
    }
    Ok(found)
}

pub(crate) async fn read_all(journal: &Journal) -> journal::Result<Vec<Vec<u8>>> {
    read(journal, 1, u64::MAX).await
}

/// The next `count` records of a tail, which begins at `first`.
pub(crate) async fn follow(tail: &mut Tail, first: u64, count: usize) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while found.len() < count {
        let block = within(tail.next(count - found.len())).await.unwrap();
        for record in block.records() {
            assert_eq!(record.position.0, first + found.len() as u64);
            found.push(record.bytes.to_vec());
        }
    }
    found
}

/// A small generator for random moments; its seed is printed by every test that uses it.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn seeded(name: &str) -> Self {
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from(std::process::id()) << 20 | 0x5eed);
        eprintln!("{name}: SEED={seed}"); // shown by the test runner when the test fails
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % bound
    }
}
