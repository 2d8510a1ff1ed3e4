//! Broken requests, a journal that is away, a gateway that stops: the same may be sent again.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use journal::server::Server;

use crate::world::{ENGINES, Engine, World, loan};

const LINES: &str = "application/x-ndjson";

fn lines(count: usize) -> String {
    (0..count).map(|n| loan(&format!("n{n}")) + "\n").collect()
}

#[tokio::test]
async fn a_request_that_broke_off_is_sent_again_and_everything_is_there_once() {
    for engine in ENGINES {
        let world = World::new(engine).await;
        let running = world.start().await;
        let all = lines(3000);
        // In the middle of a line.
        let first = Bytes::copy_from_slice(&all.as_bytes()[..all.len() * 2 / 3 + 7]);
        let broken = std::io::Error::other("the line was cut");
        let pieces = futures::stream::iter([Ok(first), Err(broken)]);
        let answer = running.send(&world, LINES, Body::from_stream(pieces)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
        let answer = running.send(&world, LINES, all.clone()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.body.contains("rejected"), "{engine:?}");
        let answer = running.send(&world, LINES, all).await;
        assert!(!answer.body.contains("accepted"), "{engine:?}: all are there");
        running.stop().await;
        let ids = world.ids().await;
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!((ids.len(), distinct.len()), (3000, 3000), "{engine:?}");
    }
}

#[tokio::test]
async fn a_long_request_keeps_its_order() {
    for engine in ENGINES {
        let world = World::new(engine).await;
        let running = world.start().await;
        let answer = running.send(&world, LINES, lines(3000)).await;
        let expected: Vec<String> = (1..=3000).map(|n| format!("{n} accepted {n}")).collect();
        assert_eq!(answer.outcomes(), expected, "{engine:?}");
        running.stop().await;
        let expected: Vec<String> = (0..3000).map(|n| format!("n{n}")).collect();
        assert_eq!(world.ids().await, expected, "{engine:?}");
    }
}

#[tokio::test]
async fn a_journal_that_is_away_is_said_and_comes_back() {
    let mut world = World::new(Engine::Nats).await;
    let running = world.start().await;
    let before = running.send(&world, LINES, lines(10)).await;
    assert_eq!(before.status, StatusCode::OK);
    let config = world.server.take().expect("it runs").kill().await;
    for body in [lines(20), loan("single")] {
        let answer = running.send(&world, LINES, body).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
        assert!(answer.headers.contains_key("retry-after"));
        assert!(running.gateway.trouble().is_some(), "readiness can say why");
    }
    // What the journal is known to have needs no journal.
    let known = running.send(&world, LINES, lines(10)).await;
    assert!(known.status == StatusCode::OK && !known.body.contains("accepted"));
    world.server = Some(Server::start(config).await.expect("it comes back"));
    // The connection takes its time to come back.
    let mut answer = running.send(&world, LINES, lines(20)).await;
    for _ in 0..60 {
        if answer.status == StatusCode::OK {
            break;
        }
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        answer = running.send(&world, LINES, lines(20)).await;
    }
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(running.gateway.trouble(), None);
    running.stop().await;
    let ids = world.ids().await;
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (20, 20), "each is there once");
}

#[tokio::test]
async fn a_gateway_that_stops_answers_who_waits_and_takes_nobody_else() {
    for engine in ENGINES {
        let world = World::new(engine).await;
        let running = world.start().await;
        let app = running.app.clone();
        let sent = running.send(&world, LINES, lines(100)).await;
        assert_eq!(sent.status, StatusCode::OK);
        running.stop().await;
        let late = crate::world::send_to(&app, &world, LINES, loan("late")).await;
        assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE, "{}", late.body);
        assert_eq!(world.ids().await.len(), 100);
    }
}
