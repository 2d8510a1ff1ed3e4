//! Whoever sends much does not hold up others: told by positions and by counts, never by the clock,
//! which stands still.

use std::sync::Arc;
use std::time::Duration;

use access::{Role, Who};
use futures::future::join_all;
use gateway::{Became, Gateway, Outcome};
use tokio::task::JoinHandle;

use crate::world::{ENGINES, World, loan};

fn user(name: &str) -> Who {
    Who { name: name.to_owned(), role: Role::Open }
}

/// Hands facts in, one a line, and does not wait.
fn take(
    gateway: &Gateway,
    name: &str,
    lines: Vec<String>,
) -> JoinHandle<Result<Vec<Outcome>, gateway::Failed>> {
    let (gateway, who) = (gateway.clone(), user(name));
    tokio::spawn(async move { gateway.take(&who, lines.join("\n").into()).await })
}

fn loans(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|nth| loan(&format!("{prefix}-{nth}"))).collect()
}

/// The positions at which facts were accepted.
fn positions(outcomes: &[Outcome]) -> Vec<u64> {
    let position = |one: &Outcome| match one.became {
        Became::Accepted { position, .. } => position,
        ref other => panic!("{other:?}"),
    };
    outcomes.iter().map(position).collect()
}

/// Lets a paused clock stand still: it goes on by itself only where nothing is to be done.
struct Still(JoinHandle<()>);

impl Still {
    fn stand() -> Still {
        Still(tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        }))
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn until(gateway: &Gateway, waiting: usize) {
    while gateway.waiting() < waiting {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_fact_waits_for_a_turn_of_another_users_and_not_for_all_that_they_send() {
    let _still = Still::stand();
    let world = World::new(ENGINES[0]).await;
    let opened =
        Gateway::open(&world.url, &world.options, world.ledger.clone(), world.access.clone()).await;
    let (gateway, appending) = opened.expect("the journal opens");
    // Nothing is written yet. One user sends as much as may wait, then others send one fact each.
    let crowd: Vec<_> =
        (0..40).map(|nth| take(&gateway, "crowd", loans(&format!("crowd{nth}"), 400))).collect();
    until(&gateway, 32).await;
    let few: Vec<_> = (0..5)
        .map(|nth| take(&gateway, &format!("few{nth}"), loans(&format!("few{nth}"), 1)))
        .collect();
    until(&gateway, 32 + 5).await;
    assert_eq!(gateway.waiting(), 32 + 5, "one user has a share of the places that wait");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let appending = tokio::spawn(appending.run(async { drop(stopped.await) }));
    for answer in join_all(few).await {
        let outcomes = answer.expect("no panic").expect("they are taken");
        let position = positions(&outcomes)[0];
        assert!(position <= 800 + 5, "at {position}: behind more than a turn of the other user's");
    }
    let mut all = 5;
    for answer in join_all(crowd).await {
        let positions = positions(&answer.expect("no panic").expect("they are taken"));
        assert!(positions.is_sorted(), "those of one request keep their order");
        all += positions.len();
    }
    assert_eq!(all, 40 * 400 + 5, "and the crowd is taken, too");
    drop(stop);
    appending.await.expect("no panic").expect("it ends");
}

#[tokio::test(start_paused = true)]
async fn whoever_is_far_ahead_of_the_fold_waits_for_it_and_nobody_else_does() {
    let _still = Still::stand();
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    world.ledger.folded.send_replace(Some(0));
    let crowd: Vec<_> = (0..8)
        .map(|nth| take(&running.gateway, "crowd", loans(&format!("crowd{nth}"), 1_500)))
        .collect();
    // Another one's facts go through one by one, though nothing is folded.
    let mut last = 0;
    for nth in 0..20 {
        let one = take(&running.gateway, "few", loans(&format!("few{nth}"), 1));
        last = positions(&one.await.expect("no panic").expect("it is taken"))[0];
    }
    assert!(last <= 2_000 + 1_500 + 20, "{last}: what one user may be ahead, and a job on top");
    // As the fold goes on, so do they.
    let ledger = Arc::clone(&world.ledger);
    let folding = tokio::spawn(async move {
        for position in 1u64.. {
            ledger.folded.send_replace(Some(position * 500));
            tokio::task::yield_now().await;
        }
    });
    let mut all = 0;
    for answer in join_all(crowd).await {
        all += positions(&answer.expect("no panic").expect("they are taken")).len();
    }
    folding.abort();
    assert_eq!(all, 8 * 1_500);
    running.stop().await;
}

/// Facts are safe in the journal, whatever becomes of the fold.
#[tokio::test(start_paused = true)]
async fn a_fold_that_stands_still_does_not_end_the_taking_of_facts() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    world.ledger.folded.send_replace(Some(0));
    let sent = loans("all", 9_000);
    let requests = sent.chunks(1_500).map(|some| take(&running.gateway, "crowd", some.to_vec()));
    let requests: Vec<_> = requests.collect();
    let mut all = 0;
    for answer in join_all(requests).await {
        all += positions(&answer.expect("no panic").expect("they are taken")).len();
    }
    assert_eq!(all, 9_000);
    running.stop().await;
}

#[tokio::test]
async fn one_user_has_a_share_of_the_requests_at_one_time() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let bodies: Vec<_> = (0..16).map(|_| futures::channel::mpsc::unbounded()).collect();
    let (open, bodies): (Vec<_>, Vec<_>) = bodies.into_iter().unzip();
    let mut held = Vec::new();
    for body in bodies {
        let body = futures::StreamExt::map(body, Ok::<bytes::Bytes, std::io::Error>);
        let sent =
            running.send(&world, "application/x-ndjson", axum::body::Body::from_stream(body));
        let mut sent = Box::pin(sent);
        // Begun, and not ended.
        assert!(futures::poll!(&mut sent).is_pending());
        held.push(sent);
    }
    let answer = running.send(&world, "application/json", loan("one-too-many")).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.body.contains("16 requests"), "{}", answer.body);
    assert!(answer.headers.contains_key("retry-after"));
    let bearer = world.bearer("national");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let own = loan("of-another").replace("urn:tonghop:test", "urn:tonghop:user:national");
    let answer = running.send_with("/v1/facts", &headers, own).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    drop(open);
    for sent in held {
        assert_eq!(
            tokio::time::timeout(Duration::from_secs(60), sent).await.expect("ends").status,
            200
        );
    }
    let answer = running.send(&world, "application/json", loan("one-too-many")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    running.stop().await;
}
