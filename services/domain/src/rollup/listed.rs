//! What is remembered of a site: the first slot of its lists of households.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use super::Cell;
use crate::plan::LIST_COLUMN;
use crate::posting::Slot;

/// The first slot in which a site has a cell of lists of households, as it was last read: pages ask
/// for thousands at once.
#[derive(Debug, Default)]
pub(super) struct Listed(AtomicU32);

/// What [`Listed`] holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    Unread,
    Never,
    /// In this slot; if `touched`, unless what stood there is gone.
    In {
        slot: Slot,
        touched: bool,
    },
}

impl Listed {
    const NEVER: u32 = 1;
    const KNOWN: u32 = 1 << 16;
    const TOUCHED: u32 = 1 << 17;

    pub(super) fn get(&self) -> First {
        match self.0.load(Relaxed) {
            0 => First::Unread,
            Listed::NEVER => First::Never,
            bits => First::In { slot: Slot(bits as u16), touched: bits & Listed::TOUCHED != 0 },
        }
    }

    pub(super) fn set(&self, first: First) {
        let bits = match first {
            First::Unread => 0,
            First::Never => Listed::NEVER,
            First::In { slot, touched } => {
                u32::from(slot.0) | Listed::KNOWN | if touched { Listed::TOUCHED } else { 0 }
            }
        };
        self.0.store(bits, Relaxed);
    }

    /// Something is posted.
    pub(super) fn touch(&self, cell: &Cell) {
        if cell.column > LIST_COLUMN {
            return;
        }
        match self.get() {
            First::In { slot, .. } if cell.slot > slot => {}
            First::In { slot, .. } if cell.slot == slot => {
                self.set(First::In { slot, touched: true });
            }
            First::In { .. } | First::Never | First::Unread => self.set(First::Unread),
        }
    }
}

impl Clone for Listed {
    fn clone(&self) -> Listed {
        Listed(AtomicU32::new(self.0.load(Relaxed)))
    }
}
