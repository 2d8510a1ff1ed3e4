//! Live rendering's own share of the machine, and whose turn it is.
//!
//! Weighted fair queueing (Demers, Keshav, Shenker 1989): whoever would be ready first, if all who
//! wait rendered at once and equally fast, is let in first. So a page that takes a millisecond
//! waits for what is being rendered, not for the wide ones in the queue; among equals the oldest
//! change comes first; and everybody's turn comes, however many new ones come.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

/// What a rendering is taken to last when there was none before.
const FIRST: Duration = Duration::from_millis(250);
/// A topic rests this many times as long as its last rendering took: one is never more than a
/// fifth of a thread.
const REST: u32 = 4;
/// And never longer than this: one rendering may have been slow for other reasons.
const REST_MAX: Duration = Duration::from_secs(10);

/// Who may render, in which order.
#[derive(Debug)]
pub(super) struct Share(Arc<Mutex<Queue>>);

#[derive(Debug)]
struct Queue {
    free: usize,
    /// How long each of those who wait would have rendered by now, if all did so at once.
    now: Duration,
    /// By when they would be ready, then in the order in which they came.
    waiting: BTreeMap<(Duration, u64), Waiting>,
    came: u64,
}

#[derive(Debug)]
struct Waiting {
    begins: Duration,
    let_in: oneshot::Sender<Turn>,
}

/// What a topic has had of the share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Had {
    /// When it would have been ready, if all rendered at once.
    until: Duration,
    /// How long its last rendering took.
    took: Duration,
}

/// The right to render, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    queue: Arc<Mutex<Queue>>,
    begins: Duration,
}

impl Default for Had {
    fn default() -> Had {
        Had { until: Duration::ZERO, took: FIRST }
    }
}

impl Had {
    /// How long after its last rendering a topic's next one may begin.
    pub(super) fn rest(&self) -> Duration {
        self.took.saturating_mul(REST).min(REST_MAX)
    }
}

impl Share {
    /// For so many who render at once.
    pub(super) fn new(renderers: usize) -> Share {
        let (now, waiting) = (Duration::ZERO, BTreeMap::new());
        Share(Arc::new(Mutex::new(Queue { free: renderers, now, waiting, came: 0 })))
    }

    /// Waits for a turn of whoever had this. Whoever stops waiting is passed over.
    pub(super) async fn turn(&self, had: Had) -> Turn {
        let (let_in, turn) = oneshot::channel();
        {
            let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let begins = had.until.max(queue.now);
            let place = (begins.saturating_add(had.took), queue.came);
            queue.came += 1;
            queue.waiting.insert(place, Waiting { begins, let_in });
        }
        advance(&self.0);
        turn.await.expect("the queue lives as long as we, and forgets nobody who waits")
    }
}

impl Turn {
    /// Ends a turn in which rendering took so long.
    pub(super) fn end(self, took: Duration) -> Had {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let among = u32::try_from(queue.waiting.len()).unwrap_or(u32::MAX).saturating_add(1);
        queue.now = queue.now.saturating_add(took / among);
        drop(queue);
        Had { until: self.begins.saturating_add(took), took }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).free += 1;
        advance(&self.queue);
    }
}

/// Lets in whoever is first, as long as somebody may render.
fn advance(shared: &Arc<Mutex<Queue>>) {
    let mut queue = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let mut gone = Vec::new();
    while queue.free > gone.len()
        && let Some((_, Waiting { begins, let_in })) = queue.waiting.pop_first()
    {
        if let_in.is_closed() {
            continue;
        }
        match let_in.send(Turn { queue: Arc::clone(shared), begins }) {
            Ok(()) => queue.free -= 1,
            // Gone in this moment.
            Err(turn) => gone.push(turn),
        }
    }
    queue.free -= gone.len();
    drop(queue);
    // Each gives its turn back, now that nobody holds the lock.
    drop(gone);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// What had rendered for so long, the last time and all in all.
    fn had(until_ms: u32, took_ms: u32) -> Had {
        Had { until: MS * until_ms, took: MS * took_ms }
    }

    /// In which order they come who wait at once, and who each had this.
    async fn order(waiting: &[Had]) -> Vec<usize> {
        let share = Arc::new(Share::new(1));
        let first = share.turn(Had::default()).await;
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for (number, had) in waiting.iter().copied().enumerate() {
            let (share, sender) = (Arc::clone(&share), sender.clone());
            tokio::spawn(async move {
                let turn = share.turn(had).await;
                sender.send(number).unwrap();
                turn.end(had.took);
            });
            // On one thread: it waits now.
            tokio::task::yield_now().await;
        }
        drop((first, sender));
        let mut found = Vec::new();
        while let Some(number) = receiver.recv().await {
            found.push(number);
        }
        found
    }

    #[tokio::test]
    async fn whoever_costs_less_comes_first_and_among_equals_the_oldest_change() {
        let wide = had(1_000, 1_000);
        let table = [
            (vec![wide, wide, wide], vec![0, 1, 2]),
            (vec![wide, wide, had(1, 1)], vec![2, 0, 1]),
            // A new one is before the wide ones and after the cheap ones.
            (vec![wide, Had::default(), had(1, 1)], vec![2, 1, 0]),
            // Cheap, but it has had more than the others.
            (vec![had(5_000, 1), wide, had(0, 1)], vec![2, 1, 0]),
        ];
        for (waiting, expected) in table {
            assert_eq!(order(&waiting).await, expected, "{waiting:?}");
        }
    }

    #[tokio::test]
    async fn ever_new_topics_starve_nobody() {
        let share = Arc::new(Share::new(1));
        let mut turn = share.turn(Had::default()).await;
        let theirs = Arc::clone(&share);
        let wide = tokio::spawn(async move { theirs.turn(had(1_000, 1_000)).await });
        for _ in 0..100 {
            tokio::task::yield_now().await;
            if wide.is_finished() {
                return;
            }
            // Whoever comes now waits already when the turn ends.
            let mut next = Box::pin(share.turn(Had::default()));
            assert!(futures::poll!(&mut next).is_pending());
            turn.end(FIRST);
            tokio::task::yield_now().await;
            if wide.is_finished() {
                return;
            }
            turn = next.await;
        }
        panic!("a wide topic waited for a hundred new ones");
    }

    #[tokio::test]
    async fn whoever_has_gone_is_passed_over_and_no_more_render_than_may() {
        let share = Share::new(2);
        let (one, two) = (share.turn(had(0, 1)).await, share.turn(had(0, 1)).await);
        let mut gone = Box::pin(share.turn(had(0, 1)));
        let mut next = Box::pin(share.turn(had(0, 1)));
        assert!(futures::poll!(&mut gone).is_pending());
        assert!(futures::poll!(&mut next).is_pending());
        drop(gone);
        drop(one);
        let three = next.await;
        let mut four = Box::pin(share.turn(had(0, 1)));
        assert!(futures::poll!(&mut four).is_pending(), "two render");
        drop((two, three));
        four.await;
        assert_eq!(share.0.lock().unwrap().free, 2);
    }

    #[test]
    fn an_expensive_topic_rests_longer() {
        for (took_ms, rest_ms) in [(0, 0), (50, 200), (1_000, 4_000), (60_000, 10_000)] {
            assert_eq!(had(0, took_ms).rest(), MS * rest_ms, "{took_ms} ms");
        }
    }
}
