//! Deliveries that are damaged: kept aside, so that the next herald begins anew from what each
//! webhook says of itself, and the feed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Error, Kept, Queue, Result};

/// Moves the deliveries of a folder aside, whatever is in them, and says where they are now; none
/// where there were none. The subscriptions stay: each begins anew where it began at first, so that
/// nothing is lost, and what was sent before is sent again under the same ids.
///
/// # Errors
/// `Locked`: a process uses them; `Io`.
pub fn repair(data: &Path) -> Result<Option<PathBuf>> {
    let path = data.join(crate::FOLDER);
    if !path.exists() {
        return Ok(None);
    }
    // Whoever uses them is not disturbed; how they are otherwise does not matter.
    let opened = Queue::open(&path, Kept::default(), Duration::ZERO);
    if let Err(error @ Error::Locked { .. }) = opened {
        return Err(error);
    }
    let free = (1..).map(|n| data.join(format!("{}.damaged-{n}", crate::FOLDER)));
    let aside = free.into_iter().find(|aside| !aside.exists());
    let aside = aside.expect("there are more numbers than folders");
    // If we crash here, the deliveries are in the one place or in the other.
    std::fs::rename(&path, &aside).map_err(Error::io("move aside", &path))?;
    Ok(Some(aside))
}
