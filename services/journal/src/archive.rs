//! The archive: a second copy of a journal in a directory, kept beside it and published again when
//! the journal is lost. Same identity, positions, receive times and bytes.

mod compare;
mod copy;
mod restore;

pub use compare::compare;
pub use copy::Archiver;
pub use restore::{Restored, restore};
