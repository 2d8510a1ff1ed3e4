//! What all requests share: the way of lines to the journal.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use access::{Access, Who};
use futures::{Stream, StreamExt};
use journal::{Error, Options, Writer};

use crate::appender::{Answer, Appender, Appending};
use crate::check::{Checked, check};
use crate::counts::{Counted, Counts, add};
use crate::job::Failed;
use crate::ledger::{Known, Ledger};
use crate::lines::{Line, Lines};
use crate::outcome::{Became, Outcome};
use crate::plan::Placed;
use crate::shares::Shares;

/// Requests with a body at once, and how many of them are one user's; others are asked to come again.
const REQUESTS_MAX: usize = 32;
pub(crate) const REQUESTS_OF_ONE_MAX: usize = 16;
/// Parts of one request that wait for the journal while the next is checked.
const PARTS_AHEAD: usize = 3;

/// Takes facts. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    appender: Appender,
    counts: Arc<Counts>,
    /// Whose each source is.
    access: Access,
    pub(crate) places: Shares,
}

/// What was checked and handed in, until the journal has answered.
struct Part {
    checked: Vec<Checked>,
    answer: Option<Answer>,
}

impl Gateway {
    /// Opens a journal for writing; `access` knows whose each source is.
    ///
    /// # Errors
    /// As [`Writer::open`].
    pub async fn open(
        url: &str,
        options: &Options,
        ledger: Arc<dyn Ledger>,
        access: Access,
    ) -> Result<(Gateway, Appending), Error> {
        let writer = Writer::open(url, options).await?;
        Ok(Gateway::new(writer, url, options, ledger, access))
    }

    /// Writes with a writer that is open; `url` and `options` open it again, should a disk fail.
    pub fn new(
        writer: Writer,
        url: &str,
        options: &Options,
        ledger: Arc<dyn Ledger>,
        access: Access,
    ) -> (Gateway, Appending) {
        let counts = Arc::new(Counts::default());
        let (appender, appending) = Appender::new(writer, url, options, ledger, counts.clone());
        let places = Shares::new(REQUESTS_MAX, REQUESTS_OF_ONE_MAX);
        (Gateway { appender, counts, access, places }, appending)
    }

    /// Takes lines of JSON, one fact each, for somebody; what became of each, in order. When it
    /// returns, what was accepted is durable.
    ///
    /// # Errors
    /// `Failed`: of those that were new some may be durable and some not. Send all again.
    pub async fn take(&self, who: &Who, text: bytes::Bytes) -> Result<Vec<Outcome>, Failed> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        lines.take(text, &mut found);
        lines.finish(&mut found);
        let parts = futures::stream::iter([Ok::<_, Failed>(found)]);
        self.take_parts(who, parts).await
    }

    /// The same for lines that come in parts. Parts are checked on all cores, handed in in order,
    /// and awaited while the next are checked.
    pub(crate) async fn take_parts<E: From<Failed>>(
        &self,
        who: &Who,
        parts: impl Stream<Item = Result<Vec<Line>, E>>,
    ) -> Result<Vec<Outcome>, E> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let checking = parts.map(|part| async {
            let lines = part?;
            let (who, access) = (who.clone(), self.access.clone());
            let checked =
                tokio::task::spawn_blocking(move || check(&who, &access.sources(), lines));
            // A check that panics has been logged; nothing of it is handed in.
            checked.await.map_err(|_| E::from(Failed::Busy))
        });
        let mut checking = std::pin::pin!(checking.buffered(cores));
        let (mut outcomes, mut waiting) = (Vec::new(), VecDeque::new());
        let unfinished = Unfinished(Arc::new(AtomicBool::new(false)));
        while let Some(checked) = checking.next().await {
            waiting.push_back(self.hand_in(who, checked?, &unfinished.0).await?);
            if waiting.len() > PARTS_AHEAD
                && let Some(part) = waiting.pop_front()
            {
                self.settle(part, &mut outcomes).await?;
            }
        }
        for part in waiting {
            self.settle(part, &mut outcomes).await?;
        }
        Ok(outcomes)
    }

    async fn hand_in(
        &self,
        who: &Who,
        checked: Vec<Checked>,
        broken: &Arc<AtomicBool>,
    ) -> Result<Part, Failed> {
        let good = checked.iter().filter_map(|one| one.result.as_ref().ok().cloned());
        let offers: Vec<_> = good.collect();
        let answer = match offers.is_empty() {
            true => None,
            false => Some(self.appender.offer(who, offers, broken).await?),
        };
        Ok(Part { checked, answer })
    }

    async fn settle(&self, part: Part, outcomes: &mut Vec<Outcome>) -> Result<(), Failed> {
        let placed = match part.answer {
            // A job that is dropped unanswered was behind one that failed, or the task has ended.
            Some(answer) => answer.await.unwrap_or(Err(Failed::Busy))?,
            None => Vec::new(),
        };
        let mut placed = placed.into_iter();
        for Checked { line, id, result } in part.checked {
            let became = match result {
                Err(refusal) => Became::Rejected(refusal),
                Ok(_) => match placed.next().ok_or(Failed::Busy)? {
                    Ok(placed) => became(placed),
                    Err(refusal) => Became::Rejected(refusal),
                },
            };
            let count = match became {
                Became::Accepted { .. } => &self.counts.accepted,
                Became::Duplicate { .. } => &self.counts.duplicate,
                Became::Rejected(_) => &self.counts.rejected,
            };
            add(count, 1);
            outcomes.push(Outcome { line, id, became });
        }
        Ok(())
    }

    /// How many facts came.
    pub fn counted(&self) -> Counted {
        self.counts.now()
    }

    /// Requests, or parts of long ones, that wait for the journal.
    pub fn waiting(&self) -> usize {
        self.appender.waiting()
    }

    /// Why the last append failed; none when it did not.
    pub fn trouble(&self) -> Option<String> {
        self.appender.trouble()
    }
}

fn became(placed: Placed) -> Became {
    let Placed { position, known } = placed;
    match known {
        Known::Same(position) => Became::Duplicate { position },
        Known::Not => Became::Accepted { position, rival_of: None },
        Known::Rival(first) => Became::Accepted { position, rival_of: Some(first) },
    }
}

/// A request that ends before its end, because somebody hung up or something failed, writes no
/// more of what it has handed in.
struct Unfinished(Arc<AtomicBool>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
