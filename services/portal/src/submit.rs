//! The way of a fact from a form to the journal: whoever takes facts, the portal does not know them.

use std::future::Future;
use std::pin::Pin;

use access::Who;

/// What became of a fact of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Submitted {
    /// It is durable, at this position.
    Accepted(u64),
    /// It is not stored: why, in both languages.
    Rejected {
        /// In Vietnamese.
        vi: String,
        /// In English.
        en: String,
    },
    /// No facts are taken now: why and what to do, in both languages. The same may be sent again.
    NotNow {
        /// In Vietnamese.
        vi: String,
        /// In English.
        en: String,
    },
    /// The journal cannot be written now; the same may be sent again.
    Busy,
}

/// An answer to come.
pub type Submitting<'a> = Pin<Box<dyn Future<Output = Submitted> + Send + 'a>>;

/// Takes facts of forms, on the same way as those that programs send.
pub trait Submit: Send + Sync {
    /// Takes one fact, a line of JSON, for somebody. When it is accepted it is durable.
    fn submit<'a>(&'a self, who: &'a Who, fact: String) -> Submitting<'a>;
}
