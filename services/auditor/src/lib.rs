//! Why a figure can be believed: what was closed is kept, can be replayed, explained and revised.
//!
//! ```text
//! journal ─► projector ─► Desk: at each closing a vintage (freeze), filed (shelf) and signed
//!    └────► Replay: the same vintage from the journal alone ─► differences
//! fold ───► explain: a figure opened to its facts; revisions: what changed since, and by which
//! ```
//!
//! Not here: which closings stand (`domain::closing`), the tree and the signatures (`proof`), and
//! whether a fact is true: only that it was said, and that the figures follow.
//!
//! A [`Vintage`] is one text with a digest, and two of them are compared row by row:
//!
//! ```
//! use auditor::{Head, Kind, Row, Vintage, differences};
//!
//! let row = |value: &str| Row {
//!     kind: Kind::Figure,
//!     name: "L-637\tpoor_households\t".into(),
//!     value: value.into(),
//! };
//! let head = Head { id: "L-637.2021-H1@administrative.official.1".into(), ..Head::default() };
//! let closed = Vintage { head: head.clone(), rows: vec![row("2342")] };
//! let replayed = Vintage { head, rows: vec![row("2343")] };
//! assert_ne!(closed.digest(), replayed.digest());
//! let found = &differences(&closed, &replayed)[0];
//! assert_eq!((&*found.unit, &*found.of), ("L-637", "poor_households"));
//! assert_eq!((found.first.as_deref(), found.second.as_deref()), (Some("2342"), Some("2343")));
//! ```

mod as_was;
mod ask;
mod closed;
mod compare;
mod desk;
mod error;
mod explain;
mod fault;
mod form;
mod freeze;
mod look;
mod look_up;
mod pack;
mod posted;
mod replay;
mod revision_table;
mod revisions;
mod shelf;
mod sites;
mod sums;
mod verify;
mod vintage;

pub use as_was::as_was;
pub use ask::{Ask, Body, Closed, Told, answer, closings};
pub use closed::{PROGRAM, id, named, vintage};
pub use compare::{Difference, differences};
pub use desk::Desk;
pub use error::{Error, Result};
pub use explain::{Explanation, How, explain};
pub use fault::{FAULTS_MAX, Fault};
pub use freeze::{freeze, hidden, written, written_filter};
pub use look::{Look, Still};
pub use look_up::look_up;
pub use pack::{Packed, Packer, Source, pack_kept};
pub use posted::{Posted, Record};
pub use replay::Replay;
pub use revision_table::{Cell, REVISION_COLUMNS};
pub use revisions::{Cause, Revision, Revisions, Share, filter, revisions};
pub use shelf::{Listed, Shelf, read};
pub use verify::{Unpacked, Verdict, is_pack, verify};
pub use vintage::{Head, Kind, Row, Vintage};
