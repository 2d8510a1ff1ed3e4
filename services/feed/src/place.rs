//! Where the feed is: beside the journal that it tells of.

use std::path::{Path, PathBuf};
use std::time::Duration;

use journal::{Clock, Error as JournalError, Options, Stream, Writer};

use crate::Result;

/// The feed's folder, where it is in the data folder.
const FOLDER: &str = "milestones";

/// The feed's address: on the same server as a journal there, else in the data folder.
pub fn url(journal: &str, data: &Path) -> String {
    match journal.strip_prefix("dir:") {
        Some(_) => format!("dir:{}", data.join(FOLDER).display()),
        None => journal.to_owned(),
    }
}

/// How it is opened: as the journal, but the other stream, under its own identity, and as who may
/// write there.
pub fn options(journal: &Options) -> Options {
    // When something was told decides nothing: it is never held up by a clock.
    let mut options = Options { identity: None, clock: Clock::trusted(), ..journal.clone() };
    options.nats.stream = Stream::Milestones;
    // What a power cut takes of it is told again: it is all in the outbox.
    options.nats.needs_sync = false;
    // What is known of the journal tells nothing of the feed.
    options.dir.known.clear();
    if let Some(credentials) = options.nats.feed_credentials.take() {
        options.nats.credentials = credentials;
    }
    options
}

/// Moves the feed of a data folder aside, whatever is in it, and says where it is now; none where
/// there was none. The next start tells all of the outbox in a new one, under the same ids.
///
/// # Errors
/// `Locked`: a process writes to it; `Io`.
pub async fn repair(data: &Path) -> Result<Option<PathBuf>> {
    let path = data.join(FOLDER);
    if !path.exists() {
        return Ok(None);
    }
    let mut options = options(&Options::default());
    options.dir.lock_wait = Duration::ZERO;
    let there = format!("dir:{}", path.display());
    if let Err(error @ JournalError::Locked { .. }) = Writer::open(&there, &options).await {
        return Err(error.into());
    }
    let free = (1..).map(|n| data.join(format!("{FOLDER}.damaged-{n}")));
    let aside = free.into_iter().find(|aside| !aside.exists());
    let aside = aside.expect("there are more numbers than folders");
    // If we crash here, the feed is in the one place or in the other.
    std::fs::rename(&path, &aside).map_err(|source| JournalError::Io {
        doing: "move aside",
        path,
        source,
    })?;
    Ok(Some(aside))
}
