//! Where the feed is: beside the journal that it tells of.

use std::path::Path;

use journal::{Options, Stream};

/// The feed's address: on the same server as a journal there, else in the data folder.
pub fn url(journal: &str, data: &Path) -> String {
    match journal.strip_prefix("dir:") {
        Some(_) => format!("dir:{}", data.join("milestones").display()),
        None => journal.to_owned(),
    }
}

/// How it is opened: as the journal, but the other stream, under its own identity, and as who may
/// write there.
pub fn options(journal: &Options) -> Options {
    let mut options = Options { identity: None, ..journal.clone() };
    options.nats.stream = Stream::Milestones;
    if let Some(credentials) = options.nats.feed_credentials.take() {
        options.nats.credentials = credentials;
    }
    options
}
