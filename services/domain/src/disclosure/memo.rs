//! What was found to be of few since the last fact that changed anything: it is the same for all
//! who ask, and costs much to find.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::table::Table;
use crate::atlas::Unit;
use crate::fact::EventKind;
use crate::figures::Time;

/// So many bytes of tables are kept: some hundred provinces' with all their communes.
const BYTES_MAX: usize = 64 << 20;

/// What a table is of: a unit with those directly below it, events of one kind, a time, and of how
/// many households a cell must be.
pub(super) type Of = (Unit, EventKind, Time, u32);

/// Tables that were made since the last change.
#[derive(Default)]
pub(crate) struct Memo(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    made: HashMap<Of, Arc<Table>>,
    bytes: usize,
}

impl Memo {
    /// Something has changed: no table is known to be right any more.
    pub(crate) fn forget(&mut self) {
        *self.0.get_mut().unwrap_or_else(PoisonError::into_inner) = Tables::default();
    }

    pub(super) fn get(&self, of: &Of) -> Option<Arc<Table>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).made.get(of).cloned()
    }

    pub(super) fn put(&self, of: Of, table: &Arc<Table>) {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tables.bytes + table.bytes() > BYTES_MAX {
            *tables = Tables::default();
        }
        tables.bytes += table.bytes();
        tables.made.insert(of, Arc::clone(table));
    }
}

/// A copy of a fold may go another way.
impl Clone for Memo {
    fn clone(&self) -> Memo {
        Memo::default()
    }
}

impl std::fmt::Debug for Memo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memo")
    }
}
