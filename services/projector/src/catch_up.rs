//! Catching up: the same loop, to the end of the journal as it is now.

use std::time::{Duration, Instant};

use domain::fold::Fold;
use proof::Range;

use crate::config::Config;
use crate::projector::Projector;
use crate::shared::{Progress, Sizes};
use crate::{Accounting, Error, Mark, Result, Unreadable};

/// What catching up came to.
#[derive(Debug)]
pub struct Report {
    /// The fold as of the end.
    pub fold: Fold,
    /// Where the end was.
    pub mark: Mark,
    /// What became of all records up to the end.
    pub accounting: Accounting,
    /// The first records that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// The tree over the journal up to there.
    pub tree: Range,
    /// Why everything was folded again from the first record, if it was.
    pub rebuild: Option<String>,
    /// How many records were read now; the others were in the store.
    pub records: u64,
    /// How long opening took: loading and checking.
    pub opened_in: Duration,
    /// How long reading, folding and committing took.
    pub folded_in: Duration,
    /// Commits that were made.
    pub commits: u64,
    /// What is in memory.
    pub sizes: Sizes,
    /// Bytes of the rows on disk.
    pub bytes_on_disk: u64,
}

impl Report {
    /// Records read a second.
    pub fn records_per_s(&self) -> f64 {
        self.records as f64 / self.folded_in.as_secs_f64().max(1e-6)
    }
}

/// Folds and commits all there is in the journal now, and hands the fold back. `on_progress` is
/// called after each change, but seldom enough not to matter.
///
/// # Errors
/// As [`crate::run`]. What was committed before stays.
pub async fn catch_up(
    config: Config,
    mut on_progress: impl FnMut(&Progress) + Send,
) -> Result<Report> {
    let begun = Instant::now();
    let mut projector = Projector::open(config).await?;
    let (opened_in, begun) = (begun.elapsed(), Instant::now());
    let from = projector.folder().mark.position;
    let mut watch = projector.handle().watch();
    {
        let mut following = std::pin::pin!(projector.follow(std::future::pending(), false));
        loop {
            tokio::select! {
                biased;
                done = &mut following => break done?,
                Ok(()) = watch.changed() => on_progress(&watch.borrow_and_update()),
            }
        }
    }
    drop(watch);
    let folded_in = begun.elapsed();
    let Projector { folder, writer, rebuild, commits, .. } = projector;
    let folder = folder.expect("it is away only while it is awaited");
    let mark = folder.mark;
    let state = folder.shared.into_state().ok_or(Error::Panicked { doing: "let go" })?;
    on_progress(&state.progress);
    let bytes_on_disk = match writer.into_store() {
        Some(store) => store.bytes_on_disk()?,
        None => 0,
    };
    Ok(Report {
        mark,
        accounting: state.progress.accounting,
        unreadable: state.unreadable,
        tree: state.tree,
        rebuild,
        records: mark.position - from,
        opened_in,
        folded_in,
        commits,
        sizes: Sizes::of(&state.fold),
        bytes_on_disk,
        fold: state.fold,
    })
}
