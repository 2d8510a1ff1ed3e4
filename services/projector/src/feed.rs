//! Reads the journal ahead of the fold and has it decoded on workers, in order.

use journal::{Block, Journal, Position};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};

use crate::decode::{Decoded, Decoder};
use crate::{Error, Result};

/// Blocks that are decoded at one time; as many again may wait for the fold.
const WORKERS: usize = 2;
/// Most records that are decoded as one.
const RECORDS_MAX: usize = 4096;

type Job = JoinHandle<Result<Decoded>>;

/// Where the fold takes decoded blocks from.
#[derive(Debug)]
pub(crate) struct Feed {
    jobs: mpsc::Receiver<Job>,
    /// The job that was taken out and waited for when the wait was cancelled.
    front: Option<Job>,
    /// Owns the reader, which ends with the feed.
    reader: JoinSet<Result<()>>,
}

impl Feed {
    /// Feeds from `after` on: up to `to`, and then, if `follow`, what comes.
    pub(crate) fn start(
        journal: &Journal,
        decoder: Decoder,
        after: u64,
        to: u64,
        follow: bool,
    ) -> Feed {
        let (sender, jobs) = mpsc::channel(WORKERS);
        let mut reader = JoinSet::new();
        let out = Out { decoder, sender };
        let journal = journal.clone();
        reader.spawn(async move { out.read(&journal, after, to, follow).await });
        Feed { jobs, front: None, reader }
    }

    /// The next decoded block; `None` after `to` if the feed does not follow. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<Option<Decoded>> {
        if self.front.is_none() {
            self.front = self.jobs.recv().await;
        }
        let Some(job) = &mut self.front else {
            return match self.reader.join_next().await {
                Some(Ok(ended)) => ended.map(|()| None),
                Some(Err(_)) => Err(Error::Panicked { doing: "read the journal" }),
                None => Ok(None),
            };
        };
        let decoded = job.await.map_err(|_| Error::Panicked { doing: "decode" });
        self.front = None;
        decoded?.map(Some)
    }
}

/// The reader's end of the channel.
struct Out {
    decoder: Decoder,
    sender: mpsc::Sender<Job>,
}

impl Out {
    async fn read(self, journal: &Journal, after: u64, to: u64, follow: bool) -> Result<()> {
        // What is there already is decompressed by the workers, not by the tail. The fold sees
        // to it that no position is missing.
        let mut blocks = journal.read(Position(after + 1), Position(to));
        while after < to
            && let Some(block) = blocks.next().await
        {
            let block = block?;
            if !self.send(move || block.open()).await {
                return Ok(());
            }
        }
        if follow {
            let mut tail = journal.tail(Position(to.max(after))).await?;
            loop {
                let block = tail.next(RECORDS_MAX).await?;
                if !self.send(move || Ok(block)).await {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Whether anybody still takes blocks. Waits while too many are under way.
    async fn send(&self, open: impl FnOnce() -> journal::Result<Block> + Send + 'static) -> bool {
        let Ok(place) = self.sender.reserve().await else { return false };
        let decoder = self.decoder.clone();
        place.send(spawn_blocking(move || Ok(decoder.block(&open()?))));
        true
    }
}
