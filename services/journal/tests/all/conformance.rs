//! What every engine promises, run for each.

use std::time::Duration;

use journal::{Entry, Error, Identity, Options, Position, RECORD_BYTES_MAX, Writer};

use crate::world::{World, body, entries, follow, read, read_all, within};

macro_rules! conformance {
    ($($name:ident)*) => {
        mod dir {
            $(#[tokio::test] async fn $name() { super::$name(&super::World::dir().await).await })*
        }
        mod nats {
            $(#[tokio::test] async fn $name() { super::$name(&super::World::nats().await).await })*
        }
    };
}

conformance! {
    an_empty_journal_ends_at_zero
    records_come_back_exactly_at_positions_from_one
    receive_times_never_decrease
    a_range_is_read_exactly
    one_record_is_found_by_its_position
    a_tail_sees_what_is_appended_later
    a_tail_begins_in_the_middle_and_hands_out_no_more_than_asked
    a_tail_that_is_cancelled_again_and_again_loses_nothing
    a_tail_after_the_end_is_diverged
    a_batch_appended_again_is_never_lost
    equal_bytes_in_one_batch_each_get_a_receipt
    ten_thousand_records_come_back
    the_smallest_and_the_largest_record_fit
    a_record_that_is_empty_or_too_large_is_refused_whole
    a_reopened_journal_keeps_its_identity_and_goes_on
    another_identity_is_diverged
    a_journal_can_be_born_with_a_given_identity
    an_absent_journal_is_not_created_unasked
}

async fn an_empty_journal_ends_at_zero(world: &World) {
    let mut writer = world.writer().await;
    let journal = writer.journal();
    assert_eq!(journal.end().await.unwrap(), Position(0));
    assert!(read_all(&journal).await.unwrap().is_empty());
    assert!(journal.record(Position(0)).await.unwrap().is_none());
    assert!(journal.record(Position(1)).await.unwrap().is_none());
    assert!(writer.append(&[]).await.unwrap().is_empty());
    assert_eq!(journal.end().await.unwrap(), Position(0));
    assert_eq!(journal.warnings(), Vec::<String>::new());
}

async fn records_come_back_exactly_at_positions_from_one(world: &World) {
    let mut writer = world.writer().await;
    let journal = writer.journal();
    for (from, to) in [(0, 1), (1, 8), (8, 108)] {
        let receipts = writer.append(&entries(from, to)).await.unwrap();
        let positions: Vec<u64> = receipts.iter().map(|receipt| receipt.position.0).collect();
        assert_eq!(positions, (from + 1..=to).collect::<Vec<_>>());
        assert!(receipts.iter().all(|receipt| !receipt.duplicate));
        assert_eq!(journal.end().await.unwrap(), Position(to));
    }
    let found = read_all(&journal).await.unwrap();
    assert_eq!(found, (0..108).map(body).collect::<Vec<_>>());
}

async fn receive_times_never_decrease(world: &World) {
    let mut writer = world.writer().await;
    for n in 0..20 {
        writer.append(&entries(n * 10, n * 10 + 10)).await.unwrap();
    }
    let mut last = 1_600_000_000_000;
    let mut tail = writer.journal().tail(Position(0)).await.unwrap();
    let mut seen = 0;
    while seen < 200 {
        for record in within(tail.next(1000)).await.unwrap().records() {
            assert!(record.received.0 >= last, "at {}", record.position);
            last = record.received.0;
            seen += 1;
        }
    }
}

async fn a_range_is_read_exactly(world: &World) {
    let mut writer = world.writer().await;
    writer.append(&entries(0, 3000)).await.unwrap();
    let journal = writer.journal();
    for (from, to) in [(1, 1), (1, 3000), (2999, 3000), (1500, 1500), (700, 2300), (2, 2999)] {
        let found = read(&journal, from, to).await.unwrap();
        assert_eq!(found, (from - 1..to).map(body).collect::<Vec<_>>(), "{from}..={to}");
    }
    assert_eq!(read(&journal, 2995, 9000).await.unwrap().len(), 6);
    assert!(read(&journal, 3001, 9000).await.unwrap().is_empty());
    assert!(read(&journal, 20, 19).await.unwrap().is_empty());
}

async fn one_record_is_found_by_its_position(world: &World) {
    let mut writer = world.writer().await;
    writer.append(&entries(0, 2500)).await.unwrap();
    let journal = writer.journal();
    for at in [1, 2, 1000, 2499, 2500] {
        let (received, bytes) = journal.record(Position(at)).await.unwrap().unwrap();
        assert_eq!(bytes, body(at - 1));
        assert!(received.0 > 1_600_000_000_000);
    }
    assert!(journal.record(Position(2501)).await.unwrap().is_none());
}

async fn a_tail_sees_what_is_appended_later(world: &World) {
    let mut writer = world.writer().await;
    let mut tail = writer.journal().tail(Position(0)).await.unwrap();
    let mut elsewhere = world.journal().await.tail(Position(0)).await.unwrap();
    for n in 0..30 {
        writer.append(&entries(n * 3, n * 3 + 3)).await.unwrap();
        let expected: Vec<_> = (n * 3..n * 3 + 3).map(body).collect();
        assert_eq!(follow(&mut tail, n * 3 + 1, 3).await, expected);
        assert_eq!(follow(&mut elsewhere, n * 3 + 1, 3).await, expected);
    }
}

async fn a_tail_begins_in_the_middle_and_hands_out_no_more_than_asked(world: &World) {
    let mut writer = world.writer().await;
    writer.append(&entries(0, 5000)).await.unwrap();
    let mut tail = writer.journal().tail(Position(2345)).await.unwrap();
    assert_eq!(follow(&mut tail, 2346, 1).await, [body(2345)]);
    let block = within(tail.next(10)).await.unwrap();
    assert!((1..=10).contains(&block.len()));
    assert_eq!(block.first(), Position(2347));
    let first = block.last().next().0;
    let rest = usize::try_from(5001 - first).unwrap();
    assert_eq!(follow(&mut tail, first, rest).await.last(), Some(&body(4999)));
    let mut tail = writer.journal().tail(Position(5000)).await.unwrap();
    writer.append(&entries(5000, 5001)).await.unwrap();
    assert_eq!(follow(&mut tail, 5001, 1).await, [body(5000)]);
}

async fn a_tail_that_is_cancelled_again_and_again_loses_nothing(world: &World) {
    let mut writer = world.writer().await;
    let mut tail = writer.journal().tail(Position(0)).await.unwrap();
    let appending = tokio::spawn(async move {
        for n in 0..40 {
            writer.append(&entries(n * 50, n * 50 + 50)).await.unwrap();
        }
        writer
    });
    let mut next = 1;
    let mut cancelled = 0;
    let following = async {
        while next <= 2000 {
            let patience = Duration::from_micros(50 + cancelled % 7 * 300);
            let Ok(block) = tokio::time::timeout(patience, tail.next(17)).await else {
                cancelled += 1;
                continue;
            };
            for record in block.unwrap().records() {
                assert_eq!(record.position.0, next);
                assert_eq!(record.bytes, body(next - 1));
                next += 1;
            }
        }
    };
    within(following).await;
    assert!(cancelled > 0, "nothing was cancelled");
    drop(appending.await.unwrap());
}

async fn a_tail_after_the_end_is_diverged(world: &World) {
    let mut writer = world.writer().await;
    writer.append(&entries(0, 3)).await.unwrap();
    let result = writer.journal().tail(Position(4)).await;
    assert!(matches!(result, Err(Error::Diverged { .. })), "{result:?}");
}

async fn a_batch_appended_again_is_never_lost(world: &World) {
    let mut writer = world.writer().await;
    let batch = entries(0, 40);
    let first = writer.append(&batch).await.unwrap();
    let again = writer.append(&batch).await.unwrap();
    let mixed = writer.append(&entries(20, 60)).await.unwrap();
    let found = read_all(&writer.journal()).await.unwrap();
    for (receipts, from) in [(first, 0), (again, 0), (mixed, 20)] {
        for (n, receipt) in (from..).zip(receipts) {
            let at = usize::try_from(receipt.position.0 - 1).unwrap();
            assert_eq!(found[at], body(n), "at {}", receipt.position);
        }
    }
}

async fn equal_bytes_in_one_batch_each_get_a_receipt(world: &World) {
    let mut writer = world.writer().await;
    let names = ["a", "b", "a", "c", "b", "a"];
    let batch: Vec<Entry> = names.iter().map(|name| Entry::new("VN", *name)).collect();
    let receipts = writer.append(&batch).await.unwrap();
    assert_eq!(receipts.len(), names.len());
    let found = read_all(&writer.journal()).await.unwrap();
    for (name, receipt) in names.iter().zip(receipts) {
        let at = usize::try_from(receipt.position.0 - 1).unwrap();
        assert_eq!(found[at], name.as_bytes());
    }
}

async fn ten_thousand_records_come_back(world: &World) {
    let mut writer = world.writer().await;
    let receipts = writer.append(&entries(0, 10_000)).await.unwrap();
    assert_eq!(receipts.last().unwrap().position, Position(10_000));
    let expected: Vec<_> = (0..10_000).map(body).collect();
    assert!(read_all(&writer.journal()).await.unwrap() == expected);
    let mut tail = world.journal().await.tail(Position(0)).await.unwrap();
    assert!(follow(&mut tail, 1, 10_000).await == expected);
}

async fn the_smallest_and_the_largest_record_fit(world: &World) {
    let mut writer = world.writer().await;
    let sizes = [1, RECORD_BYTES_MAX, 1, RECORD_BYTES_MAX - 1, 2];
    let batch: Vec<Entry> =
        (0..).zip(sizes).map(|(n, size)| Entry::new("VN", vec![n; size])).collect();
    writer.append(&batch).await.unwrap();
    writer.append(&[Entry::new("VN", vec![9; RECORD_BYTES_MAX])]).await.unwrap();
    let found = read_all(&writer.journal()).await.unwrap();
    let found: Vec<_> = found.iter().map(|bytes| (bytes[0], bytes.len())).collect();
    let (max, less) = (RECORD_BYTES_MAX, RECORD_BYTES_MAX - 1);
    assert_eq!(found, [(0, 1), (1, max), (2, 1), (3, less), (4, 2), (9, max)]);
    let mut tail = writer.journal().tail(Position(0)).await.unwrap();
    assert_eq!(follow(&mut tail, 1, 6).await.len(), 6);
}

async fn a_record_that_is_empty_or_too_large_is_refused_whole(world: &World) {
    let mut writer = world.writer().await;
    let good = Entry::new("VN", "good");
    let empty = writer.append(&[good.clone(), Entry::new("VN", "")]).await;
    assert!(matches!(empty, Err(Error::Empty)), "{empty:?}");
    let large = Entry::new("VN", vec![0; RECORD_BYTES_MAX + 1]);
    let large = writer.append(&[good, large]).await;
    assert!(matches!(large, Err(Error::TooLarge { .. })), "{large:?}");
    assert_eq!(writer.journal().end().await.unwrap(), Position(0));
}

async fn a_reopened_journal_keeps_its_identity_and_goes_on(world: &World) {
    let mut writer = world.writer().await;
    writer.append(&entries(0, 10)).await.unwrap();
    let identity = writer.journal().identity();
    drop(writer);
    let mut writer = world.writer().await;
    assert_eq!(writer.journal().identity(), identity);
    let receipts = writer.append(&entries(10, 12)).await.unwrap();
    assert_eq!(receipts[0].position, Position(11));
    let wished = Options { identity: Some(identity), ..world.options.clone() };
    let journal = journal::Journal::open(&world.url, &wished).await.unwrap();
    assert_eq!(read_all(&journal).await.unwrap().len(), 12);
}

async fn another_identity_is_diverged(world: &World) {
    drop(world.writer().await);
    let options = Options { identity: Some(Identity::random()), ..world.options.clone() };
    let result = Writer::open(&world.url, &options).await;
    assert!(matches!(result, Err(Error::Diverged { .. })), "{result:?}");
}

async fn a_journal_can_be_born_with_a_given_identity(world: &World) {
    let identity: Identity = "6f0d5a3e-7d0b-4a57-9c39-7c1c0a6f2b11".parse().unwrap();
    let options = Options { identity: Some(identity), ..world.options.clone() };
    let writer = Writer::open(&world.url, &options).await.unwrap();
    assert_eq!(writer.journal().identity(), identity);
    assert_eq!(world.journal().await.identity().to_string(), identity.to_string());
}

async fn an_absent_journal_is_not_created_unasked(world: &World) {
    let options = Options { create: false, ..world.options.clone() };
    let result = Writer::open(&world.url, &options).await;
    assert!(matches!(result, Err(Error::NotAJournal { .. })), "{result:?}");
    assert!(!world.dir.path().join("journal").exists());
}
