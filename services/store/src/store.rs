//! The store: opened and checked, committed to, settled.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::contribution::Rules;
use domain::fold::Fold;
use domain::posting::Posting;

use crate::batch::Batch;
use crate::check;
use crate::commit::{Commit, Unreadable};
use crate::engine::{Closed, Engine};
use crate::folder::{self, Lock};
use crate::load::{self, Image};
use crate::meta::{Counts, Editions, FORMAT, Found, Mark, Meta};
use crate::read::Reader;
use crate::upper::Upper;
use crate::{Error, Result, facts, key, notices};

/// Most records that cannot be read that are listed, the first ones. All are counted.
pub const UNREADABLE_MAX: u64 = 10_000;

/// What the rows must be made from to be used.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The journal's identity; none takes any.
    pub journal: Option<u128>,
    /// Gazetteer, catalogue and shard.
    pub editions: Editions,
}

/// What a folder held.
#[derive(Debug)]
pub enum Opened {
    /// Nothing yet.
    Fresh(Vacant),
    /// Rows that are checked and good.
    Loaded(Box<Loaded>),
    /// Rows that must be rebuilt from the journal.
    Stale {
        /// Why, in a sentence.
        why: String,
        /// How far they were, if that can be told.
        mark: Option<Mark>,
        /// Where to begin anew.
        vacant: Vacant,
    },
}

/// What was loaded.
#[derive(Debug)]
pub struct Loaded {
    /// Where to commit to from now on.
    pub store: Store,
    /// Which journal the rows were made from.
    pub journal: u128,
    /// Facts, cells, statements and findings.
    pub fold: Fold,
    /// How far in the journal that is.
    pub mark: Mark,
    /// What became of the records.
    pub counts: Counts,
    /// What was handed in with the commit, to go on hashing the journal.
    pub tree: Vec<u8>,
    /// The first records that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Everything that was told to the world, in its order.
    pub notices: Vec<Vec<u8>>,
}

/// A folder without usable rows. Holds the folder's lock.
#[derive(Debug)]
pub struct Vacant {
    path: PathBuf,
    editions: Editions,
    rules: Arc<Rules>,
    wait: Duration,
    _lock: Lock,
}

/// The rows, open for writing. One in the world for a folder.
#[derive(Debug)]
pub struct Store {
    engine: Engine,
    vacant: Vacant,
    meta: Meta,
    /// The last chunk of facts, as it is in its row.
    tail: Vec<u8>,
    upper: Upper,
    /// What waits for room.
    held: Option<Held>,
    /// A commit failed: what is in memory may not be what is in the rows.
    stopped: bool,
}

/// A commit for which there was no room.
#[derive(Debug)]
struct Held {
    batch: Batch,
    rows: usize,
    postings: Vec<Posting>,
}

impl Store {
    /// Opens the rows in a folder, which is created if it is not there, and checks them: every
    /// sum is made again from what is loaded. Waits for another process not longer than `wait`.
    ///
    /// # Errors
    /// `NotOurs`, `Version`, `Locked`, `OtherJournal` (nothing was touched), `Io`, `Full`,
    /// `Engine`.
    pub fn open(path: &Path, expect: Expect, rules: Arc<Rules>, wait: Duration) -> Result<Opened> {
        folder::claim(path)?;
        let lock = folder::lock(path, wait)?;
        let Expect { journal, editions } = expect;
        let vacant = Vacant { path: path.to_owned(), editions, rules, wait, _lock: lock };
        let Some(generation) = folder::generations(path)?.pop() else {
            return Ok(Opened::Fresh(vacant));
        };
        let stale = |why: String, mark, vacant| Ok(Opened::Stale { why, mark, vacant });
        let engine = match Engine::open(&folder::rows(path, generation), wait) {
            Ok(engine) => engine,
            Err(Closed::Damaged(why)) => return stale(why, None, vacant),
            Err(Closed::Failed(error)) => return Err(error),
        };
        let row = match engine.get(key::META).and_then(|row| Ok((row, engine.is_empty()?))) {
            Ok(row) => row,
            Err(Error::Engine { what, .. }) => return stale(what, None, vacant),
            Err(error) => return Err(error),
        };
        let meta = match (row.0.map(|row| Meta::read(&row)), row.1) {
            // A crash came before the first commit.
            (None, true) => return Ok(Opened::Fresh(vacant)),
            (None, false) => return stale("the meta row is missing".into(), None, vacant),
            (Some(Found::Meta(meta)), _) => *meta,
            (Some(Found::Format(found)), _) if found > FORMAT => {
                return Err(Error::Version { path: path.to_owned(), found, wanted: FORMAT });
            }
            (Some(Found::Format(found)), _) => {
                let why = format!("the rows have format version {found}, now it is {FORMAT}");
                return stale(why, None, vacant);
            }
            (Some(Found::Damaged), _) => {
                return stale("the meta row is damaged".into(), None, vacant);
            }
        };
        if let Some(wanted) = journal
            && wanted != meta.journal
        {
            let path = path.to_owned();
            return Err(Error::OtherJournal { path, found: meta.journal, wanted });
        }
        let mark = Some(meta.mark);
        if let Some(what) = other_edition(&meta.editions, &vacant.editions) {
            return stale(format!("the rows were made with another {what}"), mark, vacant);
        }
        let load = AssertUnwindSafe(|| load::load(&engine, &vacant.rules, &meta));
        let image = match catch_unwind(load) {
            Ok(Ok(Ok(image))) => image,
            Ok(Ok(Err(why))) => return stale(why, mark, vacant),
            Ok(Err(Error::Engine { what, .. })) => return stale(what, mark, vacant),
            Ok(Err(error)) => return Err(error),
            Err(_) => return stale("the rows make the program panic".into(), mark, vacant),
        };
        Ok(Opened::Loaded(Box::new(Loaded::new(engine, vacant, meta, image))))
    }

    /// Of which journal the rows in a folder are, and how far in it, without reading the others:
    /// for whoever is about to write to that journal. None where there are no rows, or none that
    /// tell it, or where another process holds them; then that process has looked.
    ///
    /// # Errors
    /// `Io`: the folder cannot be read.
    pub fn peek(path: &Path) -> Result<Option<(u128, Mark)>> {
        if !folder::is_ours(path) {
            return Ok(None);
        }
        let _lock = match folder::lock(path, Duration::ZERO) {
            Ok(lock) => lock,
            Err(Error::Locked { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(generation) = folder::generations(path)?.pop() else { return Ok(None) };
        let rows = folder::rows(path, generation);
        let Ok(engine) = Engine::open(&rows, Duration::ZERO) else { return Ok(None) };
        // Damage is dealt with where the rows are opened to be used.
        let Ok(Some(row)) = engine.get(key::META) else { return Ok(None) };
        let Found::Meta(meta) = Meta::read(&row) else { return Ok(None) };
        Ok(Some((meta.journal, meta.mark)))
    }

    /// Makes a commit durable: all of it or nothing.
    ///
    /// # Errors
    /// `Full`: the commit is held, and [`Store::again`] writes it when there is room. `Io`, `Engine`;
    /// then, and ever after, `Stopped`. The rows stay as of the commit before or, if the failure came
    /// late, as of this one.
    pub fn commit(&mut self, commit: Commit) -> Result<()> {
        self.guarded(|store| {
            store.push()?;
            store.write(commit)
        })
    }

    /// Tries again what there was no room for: a commit that is held, or nothing more than to have the
    /// rows open.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub fn again(&mut self) -> Result<()> {
        self.guarded(Store::push)
    }

    /// Writes what is held. It may be there already, whole: then it is written once more.
    fn push(&mut self) -> Result<()> {
        self.engine.revive(self.vacant.wait)?;
        let Some(Held { batch, rows, .. }) = &self.held else { return Ok(()) };
        self.engine.write(batch.clone(), *rows)?;
        if let Some(held) = self.held.take() {
            // If we crash here, the upper rows are behind the leaves: the next start sees it.
            self.upper.add(&self.vacant.rules.atlas, &held.postings);
        }
        Ok(())
    }

    fn write(&mut self, commit: Commit) -> Result<()> {
        let mut batch = Batch::default();
        let rows = commit.series.len();
        self.put_facts(&mut batch, &commit);
        for (site, column, series) in commit.series {
            let key = key::cells(site, column);
            if series.is_empty() {
                batch.remove(&key);
            } else {
                batch.insert(&key, series);
            }
        }
        let listed = self.meta.counts.unreadable.min(UNREADABLE_MAX);
        for one in commit.unreadable.into_iter().take((UNREADABLE_MAX - listed) as usize) {
            batch.insert(&key::unreadable(one.position), one.reason.into_bytes());
        }
        let rows = rows + self.put_notices(&mut batch, &commit.notices);
        let Meta { mark, counts, checks, tree, .. } = &mut self.meta;
        (*mark, *counts) = (commit.mark, commit.counts);
        *tree = commit.tree;
        checks.cells = commit.cells;
        checks.statements = checks.statements.wrapping_add(commit.statements);
        checks.findings = checks.findings.wrapping_add(commit.findings);
        batch.insert(key::META, self.meta.write());
        self.held = Some(Held { batch, rows, postings: commit.postings });
        self.push()
    }

    fn put_facts(&mut self, batch: &mut Batch, commit: &Commit) {
        for (subject, fact) in &commit.facts {
            if self.tail.len() >= facts::CHUNK_BYTES {
                batch.insert(&key::chunk(self.meta.chunk), std::mem::take(&mut self.tail));
                self.meta.chunk += 1;
            }
            let start = self.tail.len();
            facts::pack(&mut self.tail, *subject, fact);
            let hash = check::hash(&self.tail[start..]);
            self.meta.checks.facts = self.meta.checks.facts.wrapping_add(hash);
        }
        self.meta.facts += commit.facts.len() as u64;
        if !commit.facts.is_empty() {
            batch.insert(&key::chunk(self.meta.chunk), self.tail.as_slice());
        }
    }

    /// Returns how many rows they are.
    fn put_notices(&mut self, batch: &mut Batch, notices: &[Vec<u8>]) -> usize {
        let Meta { notices: before, checks, .. } = &mut self.meta;
        for (number, notice) in (*before + 1..).zip(notices) {
            checks.notices = checks.notices.wrapping_add(check::of_notice(number, notice));
        }
        let runs = notices::pack(notices);
        let rows = runs.len();
        for (last, run) in runs {
            batch.insert(&key::notices(*before + last as u64), run);
        }
        *before += notices.len() as u64;
        rows
    }

    /// Brings the rows of nation, provinces and districts up to the last commit. After few
    /// commits that is quick; after very many, all rows are summed again.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub fn settle(&mut self) -> Result<()> {
        self.guarded(|store| {
            store.push()?;
            store.upper.settle(&store.engine, &store.vacant.rules.atlas, store.meta.mark.position)
        })
    }

    /// Whether the upper rows are as of the last commit.
    pub fn is_settled(&self) -> bool {
        self.upper.is_settled()
    }

    fn guarded(&mut self, work: impl FnOnce(&mut Store) -> Result<()>) -> Result<()> {
        if self.stopped {
            return Err(Error::Stopped { path: self.engine.path().to_owned() });
        }
        let done = work(self);
        self.stopped = done.as_ref().is_err_and(|error| !matches!(error, Error::Full { .. }));
        done
    }

    /// Lets the rows go, to begin anew. They stay until then.
    pub fn discard(self) -> Vacant {
        self.vacant
    }

    /// How far in the journal the rows are.
    pub fn mark(&self) -> Mark {
        self.meta.mark
    }

    /// How many notices there are.
    pub fn notices(&self) -> u64 {
        self.meta.notices
    }

    /// How many facts are kept.
    pub fn facts(&self) -> u64 {
        self.meta.facts
    }

    /// How many bytes the rows take on disk.
    ///
    /// # Errors
    /// `Io`, `Engine`.
    pub fn bytes_on_disk(&self) -> Result<u64> {
        self.engine.bytes_on_disk()
    }

    /// A reader of the rows. As long as one lives, the folder cannot be opened again.
    pub fn reader(&self) -> Reader {
        Reader { engine: self.engine.clone(), rules: Arc::clone(&self.vacant.rules) }
    }
}

impl Vacant {
    /// Begins empty rows for this journal, and removes those that were there.
    ///
    /// # Errors
    /// `Io`, `Full`, `Engine`.
    pub fn begin(self, journal: u128) -> Result<Store> {
        let path = &self.path;
        let older = folder::generations(path)?;
        let generation = older.last().map_or(1, |last| last + 1);
        let engine = match Engine::open(&folder::rows(path, generation), self.wait) {
            Ok(engine) => engine,
            Err(Closed::Failed(error)) => return Err(error),
            Err(Closed::Damaged(what)) => {
                return Err(Error::Engine { doing: "create", path: path.clone(), what });
            }
        };
        folder::sync_folder(path)?;
        // If we crash here, the empty rows are the newest: the next start begins anew as well.
        for generation in older {
            // What stays is of no use and in nobody's way; the next rebuild removes it.
            if let Err(error) = folder::remove(path, generation) {
                let rows = folder::rows(path, generation);
                tracing::warn!(rows = %rows.display(), %error, "older rows could not be removed");
            }
        }
        let meta = Meta::new(journal, self.editions.clone());
        let (tail, upper) = (Vec::new(), Upper::none());
        Ok(Store { engine, vacant: self, meta, tail, upper, held: None, stopped: false })
    }
}

impl Loaded {
    fn new(engine: Engine, vacant: Vacant, meta: Meta, image: Image) -> Loaded {
        let Image { fold, unreadable, notices, upper, tail } = image;
        let (journal, mark, counts) = (meta.journal, meta.mark, meta.counts);
        let tree = meta.tree.clone();
        let store = Store { engine, vacant, meta, tail, upper, held: None, stopped: false };
        Loaded { store, journal, fold, mark, counts, tree, unreadable, notices }
    }
}

fn other_edition(found: &Editions, wanted: &Editions) -> Option<&'static str> {
    let Editions { gazetteer, catalogue, shard, milestones } = found;
    let table = [
        (*gazetteer == wanted.gazetteer, "gazetteer"),
        (*catalogue == wanted.catalogue, "catalogue"),
        (*shard == wanted.shard, "shard"),
        (*milestones == wanted.milestones, "list of milestones"),
    ];
    table.iter().find(|(same, _)| !same).map(|(_, what)| *what)
}
