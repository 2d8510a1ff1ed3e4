//! Whoever keeps what a closing names is told of it at its position.

use std::fmt::Debug;
use std::io;

use domain::fact::Fact;
use domain::fold::Fold;
use proof::Range;

/// Keeps the figures that are closed.
pub trait Closings: Send + Sync + Debug {
    /// A closing came: `fold` and `tree` are as of its position, everything up to it and nothing
    /// after. It may come again after a restart, with the same of both.
    ///
    /// # Errors
    /// What could not be kept; then the projector stops, and comes to the same closing at its next
    /// start.
    fn closed(&self, fold: &Fold, fact: &Fact, tree: &Range) -> io::Result<()>;

    /// Called before a commit: whether all that was closed so far is on the disk. What is not, is tried
    /// again now; the commit waits for it, so that the next start comes to the closing again.
    ///
    /// # Errors
    /// `StorageFull`: there is no room yet. Others stop the projector.
    fn settle(&self) -> io::Result<()> {
        Ok(())
    }
}
