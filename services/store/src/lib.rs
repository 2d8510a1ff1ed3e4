//! The rows: the durable image of a fold, on sled.
//!
//! The journal is the truth, the fold in memory is what it comes to, and the rows are an image
//! of that memory: after a crash they are whole as of some position, and the journal has the rest.
//! So whatever is wrong with them, the answer is the same: [`Opened::Stale`], and a rebuild.
//!
//! ```text
//! Store::open ─► Fresh | Stale ─► Vacant::begin ─► Store ─► commit, settle
//!             └► Loaded { fold, mark, … } ───────► Store ─► commit, settle
//! ```
//!
//! What a key begins with tells what the row is; all rows are in one tree, because a batch of sled
//! is atomic for one tree only:
//!
//! | key | value |
//! |---|---|
//! | `m` | format, journal, editions, position, digest of the fact there, checks, counts |
//! | `c` site column | the cells of a series: (slot, value) in slot order |
//! | `f` number | facts with their subjects, some 8 KiB of them; only the last chunk is rewritten |
//! | `n` number of the last | notices, some 64 of them |
//! | `u` unit column | the same as `c`, summed for a nation, province or district |
//! | `v` | the position that the `u` rows are as of |
//! | `x` position | why a record cannot be read |
//!
//! Statements and findings have no rows: they follow from the facts, and are made again at open.
//!
//! Not here: the truth. A store may always be deleted. There is one engine, and no trait for another:
//! `engine` is where sled is opened, and `Batch` is sled's.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//!
//! use domain::{atlas::Atlas, catalogue::Catalogue, contribution::Rules, fold::Fold, plan::Plan};
//! use store::{Counts, Draft, Expect, Mark, Opened, Store};
//!
//! # let folder = tempfile::tempdir()?;
//! // A country without units and a catalogue without indicators: only the way is shown.
//! let plan = Plan::compile(&toml::from_str::<Catalogue>("indicator = []")?).expect("it is empty");
//! let rules = Arc::new(Rules { atlas: Atlas::new(Vec::new(), &[]), plan });
//! let open =
//!     || Store::open(folder.path(), Expect::default(), rules.clone(), Duration::from_secs(5));
//! let Opened::Fresh(vacant) = open()? else { panic!("the folder is new") };
//! let mut store = vacant.begin(7)?; // the rows of journal 7
//! let (fold, mark) = (Fold::new(rules.clone()), Mark { position: 3, digest: [9; 32] });
//! let counts = Counts { duplicate: 3, ..Counts::default() };
//! store.commit(Draft::default().seal(&fold, mark, counts))?; // all of it or nothing
//! drop(store);
//! let Opened::Loaded(loaded) = open()? else { panic!("it was committed") };
//! assert_eq!((loaded.journal, loaded.mark.position), (7, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod check;
mod commit;
mod engine;
mod error;
mod facts;
pub mod folder;
mod key;
mod load;
mod meta;
mod notices;
mod read;
mod room;
mod series;
mod store;
mod upper;

pub use commit::{Commit, Draft, Unreadable};
pub use error::{Error, Result};
pub use meta::{Counts, Editions, Mark};
pub use read::{Reader, Series};
pub use store::{Expect, Loaded, Opened, Store, UNREADABLE_MAX, Vacant};
