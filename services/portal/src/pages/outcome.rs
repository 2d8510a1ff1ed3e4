//! What comes of a request for a page: markup, another address, or why there is none.

use askama::DynTemplate;

/// What a page is: markup to be written, or another address.
pub(crate) enum Outcome {
    Page(Box<dyn DynTemplate + Send>),
    Go(String),
}

/// Why there is no page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// No unit, indicator or page of that name.
    NotFound,
    /// The asker may not see it.
    Forbidden,
    /// A parameter cannot be read: its value.
    Unclear(String),
    /// Too many ask for what takes long.
    Busy,
    /// Ours.
    Internal,
}
