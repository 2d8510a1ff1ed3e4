//! Answers ready to be sent, by question and position: a question that a hundred people ask at
//! once is answered once.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderValue;
use bytes::Bytes;
use hashbrown::HashMap;
use tokio::sync::OnceCell;
use web::Problem;

/// Most bytes that answers take; half of it is kept when it is full.
const BYTES_MAX: usize = 128 << 20;
/// What an entry takes beside its answer and its question.
const ENTRY_BYTES: usize = 256;

/// An answer ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) kind: &'static str,
    pub(crate) bytes: Bytes,
    pub(crate) tag: HeaderValue,
    pub(crate) disposition: Option<HeaderValue>,
}

#[derive(Debug)]
struct Entry {
    /// The position that was folded when it was asked for; the answer is of this one or later.
    wanted: u64,
    made: OnceCell<Ready>,
}

/// Answers by question, those of the current position only.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    kept: Mutex<Kept>,
}

/// Two generations: what nobody asked for while the young one filled up goes with the old one.
#[derive(Debug, Default)]
struct Kept {
    young: HashMap<Arc<str>, Arc<Entry>>,
    old: HashMap<Arc<str>, Arc<Entry>>,
    young_bytes: usize,
}

impl Answers {
    /// The answer to a question at this position or later, made once however many ask.
    pub(crate) async fn get<F>(
        &self,
        question: &str,
        position: u64,
        make: impl FnOnce() -> F,
    ) -> Result<Ready, Problem>
    where
        F: Future<Output = Result<Ready, Problem>>,
    {
        let entry = self.entry(question, position);
        if let Some(ready) = entry.made.get() {
            return Ok(ready.clone());
        }
        // Whoever comes first makes it; if they hang up, the next one does. A problem is told to
        // whom it happened and not kept.
        let mut made = false;
        let ready = entry
            .made
            .get_or_try_init(|| {
                made = true;
                make()
            })
            .await?
            .clone();
        if made {
            self.weigh(question.len() + ready.bytes.len() + ENTRY_BYTES);
        }
        Ok(ready)
    }

    fn entry(&self, question: &str, position: u64) -> Arc<Entry> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |entry: &&Arc<Entry>| entry.wanted >= position;
        if let Some(entry) = kept.young.get(question).filter(fresh) {
            return Arc::clone(entry);
        }
        let old = kept.old.remove(question).filter(|entry| entry.wanted >= position);
        if let Some(entry) = old.as_ref().and_then(|entry| entry.made.get()) {
            kept.young_bytes += question.len() + entry.bytes.len() + ENTRY_BYTES;
        }
        let entry =
            old.unwrap_or_else(|| Arc::new(Entry { wanted: position, made: OnceCell::new() }));
        kept.young.insert(question.into(), Arc::clone(&entry));
        // Questions that are never answered must not pile up either.
        kept.young_bytes += ENTRY_BYTES;
        kept.turn();
        entry
    }

    fn weigh(&self, bytes: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.young_bytes += bytes;
        kept.turn();
    }
}

impl Kept {
    fn turn(&mut self) {
        if self.young_bytes > BYTES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn ready(bytes: usize) -> Ready {
        Ready {
            kind: "application/json",
            bytes: Bytes::from(vec![b'x'; bytes]),
            tag: HeaderValue::from_static("W/\"x\""),
            disposition: None,
        }
    }

    #[tokio::test]
    async fn many_who_ask_at_once_are_answered_once() {
        let (answers, made) = (Answers::default(), AtomicUsize::new(0));
        let ask = |position| {
            answers.get("q", position, || async {
                made.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(ready(1))
            })
        };
        let (a, b, c) = tokio::join!(ask(1), ask(1), ask(1));
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        assert_eq!(made.load(Ordering::Relaxed), 1);
        assert!(ask(1).await.is_ok());
        assert_eq!(made.load(Ordering::Relaxed), 1, "it is kept");
        assert!(ask(2).await.is_ok());
        assert_eq!(made.load(Ordering::Relaxed), 2, "another position is another answer");
    }

    #[tokio::test]
    async fn a_problem_is_not_kept() {
        let answers = Answers::default();
        let problem = Problem::new(web::Kind::Busy, "");
        assert!(answers.get("q", 1, || async { Err(problem) }).await.is_err());
        assert!(answers.get("q", 1, || async { Ok(ready(1)) }).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded() {
        let answers = Answers::default();
        for number in 0..200 {
            let question = format!("q{number}");
            assert!(answers.get(&question, 1, || async { Ok(ready(1 << 20)) }).await.is_ok());
            let kept = answers.kept.lock().unwrap();
            let all = kept.young.values().chain(kept.old.values());
            let bytes: usize =
                all.filter_map(|entry| entry.made.get()).map(|r| r.bytes.len()).sum();
            assert!(bytes <= BYTES_MAX + (1 << 20), "{bytes}");
        }
    }
}
