//! What all handlers share.

use std::sync::Arc;

use domain::contribution::Rules;
use journal::Journal;
use projector::Handle;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use query::Editions;

/// What all handlers share. Reading the fold is done by [`Handle::read`], quickly: the projector
/// waits meanwhile.
#[derive(Clone, Debug)]
pub struct App {
    /// The fold, and how far it is.
    pub handle: Handle,
    /// The journal, for recent facts and its end.
    pub journal: Journal,
    /// Units and catalogue, as the fold has them.
    pub rules: Arc<Rules>,
    /// Units, names, keys.
    pub gazetteer: &'static Gazetteer,
    /// Indicators, labels, calendars.
    pub catalogue: &'static Catalogue,
    /// Which gazetteer and catalogue the figures are by.
    pub editions: Editions,
}

impl App {
    /// The portal's state beside a projector.
    pub fn new(handle: Handle, journal: Journal, rules: Arc<Rules>) -> App {
        let (gazetteer, catalogue) = (Gazetteer::embedded(), Catalogue::embedded());
        App { handle, journal, rules, gazetteer, catalogue, editions: Editions::embedded() }
    }
}
