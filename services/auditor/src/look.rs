//! Looking at a fold that goes on meanwhile: for short times, and yet as of one position.
//!
//! Values come from the books, which only tell of now: they are read in one short look, which says
//! the position. Timelines can be walked after that in slices, for each is still known as it was.

use domain::fact::Subject;
use domain::fold::Fold;
use domain::timeline::Timeline;
use projector::Handle;

/// How many timelines are walked along in one look: some milliseconds.
const SLICE: usize = 1024;

/// Gives looks at a fold. Between two of them it may go on; it never goes back.
pub trait Look {
    /// Looks at the fold as it is now, with its position.
    fn look<R>(&self, look: impl FnOnce(&Fold, u64) -> R) -> R;
}

impl Look for Handle {
    fn look<R>(&self, look: impl FnOnce(&Fold, u64) -> R) -> R {
        self.read(|fold, progress| look(fold, progress.position))
    }
}

/// A fold that nobody changes, and its position.
#[derive(Clone, Copy, Debug)]
pub struct Still<'f>(pub &'f Fold, pub u64);

impl Look for Still<'_> {
    fn look<R>(&self, look: impl FnOnce(&Fold, u64) -> R) -> R {
        look(self.0, self.1)
    }
}

/// Walks along the timelines of subjects there were at a position, each as it was then.
pub(crate) fn walk(
    over: &impl Look,
    (subjects, position): (&[Subject], u64),
    mut each: impl FnMut(&Fold, Subject, &Timeline),
) {
    for slice in subjects.chunks(SLICE) {
        over.look(|fold, _| {
            for subject in slice {
                let timeline = fold.timeline_as_of(*subject, position);
                if let Some(timeline) = timeline {
                    each(fold, *subject, &timeline);
                }
            }
        });
    }
}
