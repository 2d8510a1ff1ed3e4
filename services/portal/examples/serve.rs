//! Serves a portal over a journal of its own in a temporary folder, for measuring with `wrk`:
//!
//! ```text
//! cargo run -p portal --example serve -- 100000
//! wrk -t1 -c16 -d10s 'http://127.0.0.1:4680/v1/figures?unit=N-52&children=1&period=2021&indicator=…'
//! ```
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../tests/common/mod.rs"]
mod common;

use tokio::net::TcpListener;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let homes: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut portal = common::Portal::open().await;
    let atlas = &portal.app.gazetteer.atlas;
    let province = portal.app.gazetteer.unit("N-52").unwrap();
    let legacy = |place: &&domain::atlas::Place| {
        let record = atlas.record(atlas.unit_of(**place));
        let then = "2020-12-01".parse().unwrap();
        record.key.starts_with("L-")
            && record.level == domain::atlas::Level::Commune
            && atlas.in_force(atlas.unit_of(**place), then)
    };
    let mut communes: Vec<String> = atlas
        .places(province)
        .iter()
        .filter(legacy)
        .map(|place| portal.app.gazetteer.key(atlas.unit_of(*place)).to_owned())
        .collect();
    communes.dedup();
    let mut position = 0;
    for first in (0..homes).step_by(5_000) {
        let facts: Vec<String> = (first..(first + 5_000).min(homes))
            .map(|home| common::poor(home, &communes[home as usize % communes.len()]))
            .collect();
        position = portal.tell(&facts).await;
    }
    let listener = TcpListener::bind("127.0.0.1:4680").await.unwrap();
    eprintln!("position {position}, {} communes, http://127.0.0.1:4680", communes.len());
    axum::serve(listener, portal.router.clone()).await.unwrap();
}
