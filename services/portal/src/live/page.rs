//! A page that somebody has open.

use access::Role;
use proto::gazetteer::Lang;

/// A page that somebody has open.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    /// Its path and query: `/u/L-637?period=2021`.
    pub path: String,
    /// Its language.
    pub lang: Lang,
    /// What whoever watches is: it decides what may be shown.
    pub role: Role,
}
