//! The feed in a stream of its own beside the journal: what was told once is told for ever.

use journal::{Entry, Position, Stream};

use crate::world::{World, read_all};

#[tokio::test]
async fn a_route_of_the_feed_is_published_once_for_ever_whoever_publishes() {
    let mut world = World::nats().await;
    world.options.nats.stream = Stream::Milestones;
    let mut first = world.writer().await;
    let mut second = world.writer().await;
    let told = |routes: std::ops::Range<u64>, text: &str| -> Vec<Entry> {
        routes.map(|n| Entry::new(format!("rule.L-{n}.1.reached"), format!("{text} {n}"))).collect()
    };
    let receipts = first.append(&told(0..40, "first")).await.unwrap();
    assert!(
        receipts.iter().map(|one| (one.position.0, one.duplicate)).eq((1..=40).map(|n| (n, false)))
    );
    // Another one says it again in other words, and goes on: only what is new is there.
    let receipts = second.append(&told(20..60, "second")).await.unwrap();
    let expected = (21..=40).map(|n| (n, true)).chain((41..=60).map(|n| (n, false)));
    assert!(
        receipts.iter().map(|one| (one.position.0, one.duplicate)).eq(expected),
        "{receipts:?}"
    );
    let bytes = read_all(&first.journal()).await.unwrap();
    let texts: Vec<String> =
        bytes.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    let said = (0..60).map(|n| format!("{} {n}", if n < 40 { "first" } else { "second" }));
    assert!(texts.into_iter().eq(said));
    // The feed and the journal stand side by side.
    world.options.nats.stream = Stream::Facts;
    assert_eq!(world.writer().await.journal().end().await.unwrap(), Position(0));
}
