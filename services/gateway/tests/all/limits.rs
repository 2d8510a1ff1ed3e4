//! Requests that are too large, too deep, or of no kind we know.

use access::{Access, Role, Who};
use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gateway::{Failed, Gateway};

use crate::world::{ENGINES, World, loan};

#[tokio::test]
async fn what_is_too_much_or_of_another_kind_is_refused() {
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let deep_fact = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    let deep_one = loan("x").replace("40000000", &format!("{}1{}", "[".repeat(20), "]".repeat(20)));
    let large = format!("[{}]", "1,".repeat(5 << 20));
    let many = format!("[{}1]", "1,".repeat(100_000));
    let long = loan("x").replace("other", &"o".repeat(70_000));
    // What is sent and how, the status, and what the answer says.
    let table: [(&str, &str, u16, &str); 15] = [
        ("application/json", &deep, 200, "too_large"),
        ("application/cloudevents+json", &deep, 422, "too_large"),
        ("application/json", &deep_fact, 422, "too_deep"),
        ("application/x-ndjson", &deep_one, 200, "too_deep"),
        ("application/json", &large, 413, "8388608"),
        ("application/json", &many, 413, "100000 facts"),
        ("application/json", &long, 422, "too_large"),
        ("application/json", "", 422, "not_json"),
        ("application/json", "[", 400, "bad-request"),
        ("application/json", "[{},", 400, "column"),
        ("application/json", "[1]x", 400, "bad-request"),
        ("application/cloudevents-batch+json", "{}", 400, "no JSON array"),
        ("text/plain", "{}", 415, "unsupported-media"),
        ("application/json; charset=utf-16", "{}", 415, "UTF-8"),
        ("", "{}", 415, "unsupported-media"),
    ];
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    for (kind, body, status, says) in table {
        let answer = running.send(&world, kind, body.to_owned()).await;
        let sent = body.get(..20).unwrap_or(body);
        assert_eq!(answer.status, status, "{kind}, {sent}: {}", answer.body);
        assert!(answer.body.contains(says), "{kind}, {sent}: {}", answer.body);
    }
    let bearer = world.bearer("district");
    let packed = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let answer = running.send_with("/v1/facts", &packed, "{}").await;
    assert_eq!(answer.status, 415);
    running.stop().await;
    assert!(world.ids().await.is_empty());
}

#[tokio::test]
async fn a_body_without_end_is_cut_off_while_it_comes() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let endless = futures::stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
    for kind in ["application/json", "application/x-ndjson"] {
        let answer = running.send(&world, kind, Body::from_stream(endless.clone())).await;
        assert_eq!(answer.status, 413, "{kind}");
    }
    let rubbish = Bytes::from("x\n".repeat(50_000));
    let lines = futures::stream::repeat_with(move || Ok::<_, std::io::Error>(rubbish.clone()));
    let answer = running.send(&world, "application/x-ndjson", Body::from_stream(lines)).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert!(answer.body.contains("100000 facts"), "{}", answer.body);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_sends_nothing_more_is_not_waited_for() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    for kind in ["application/json", "application/x-ndjson"] {
        let first = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        let stalled = Body::from_stream(first.chain(futures::stream::pending()));
        let answer = running.send(&world, kind, stalled).await;
        assert_eq!(answer.status, 408, "{kind}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn where_too_many_wait_already_nobody_else_does() {
    let world = World::new(ENGINES[0]).await;
    // Opened, and nobody writes.
    let (ledger, access) = (world.ledger.clone(), Access::open_to_all());
    let opened = Gateway::open(&world.url, &world.options, ledger, access).await;
    let (gateway, _appending) = opened.expect("the journal opens");
    let who = Who { name: "all".to_owned(), role: Role::Open };
    let takes = (0..100).map(|n| gateway.take(&who, loan(&format!("n{n}")).into()));
    let mut takes: FuturesUnordered<_> = takes.collect();
    let mut refused = 0;
    while gateway.waiting() + refused < 100 {
        let first = takes.next().await.expect("there are more");
        assert_eq!(first.err(), Some(Failed::Full));
        refused += 1;
    }
    assert!((1..100).contains(&refused), "{refused}");
}
