//! A model in which restart is an operation: whatever is done, the rows are the fold as of the
//! last commit, and the upper rows are the sums of the leaves.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::{Random, editions, journal, rules, seed, truth};
use domain::atlas::{Place, Unit};
use domain::contribution::Rules;
use domain::fact::{Fact, Subject, What};
use domain::fold::Fold;
use domain::posting::{Column, Slot};
use domain::rollup::View;
use domain::time::Day;
use store::{Counts, Draft, Expect, Mark, Opened, Reader, Store, Unreadable, Vacant};

const WAIT: Duration = Duration::from_secs(10);

fn open(path: &Path, rules: &Arc<Rules>) -> Opened {
    let expect = Expect { journal: Some(7), editions: editions() };
    Store::open(path, expect, Arc::clone(rules), WAIT).unwrap()
}

fn fresh(path: &Path, rules: &Arc<Rules>) -> Vacant {
    match open(path, rules) {
        Opened::Fresh(vacant) => vacant,
        other => panic!("not fresh: {other:?}"),
    }
}

/// The program under test, beside the journal that tells what is right.
struct Run<'a> {
    rules: &'a Arc<Rules>,
    journal: &'a [(Subject, Fact)],
    store: Store,
    fold: Fold,
    draft: Draft,
    mark: Mark,
    counts: Counts,
}

impl Run<'_> {
    fn apply(&mut self, records: u64) {
        let end = (self.mark.position + records).min(self.journal.len() as u64);
        let batch = self.journal[self.mark.position as usize..end as usize].to_vec();
        let taken = batch.len() as u64;
        let applied = self.fold.apply(batch);
        self.counts.applied += taken - applied.duplicates;
        self.counts.duplicate += applied.duplicates;
        self.draft.add(applied);
        self.mark = Mark { position: end, digest: [end as u8; 32] };
    }

    fn commit(&mut self) {
        let commit = std::mem::take(&mut self.draft).seal(&self.fold, self.mark, self.counts);
        self.store.commit(commit).unwrap();
    }

    /// Every unit's every column is what the leaves come to.
    fn check_units(&self, reader: &Reader, seed: u64) {
        let view = View { rollup: &self.fold.books.rollup, atlas: &self.rules.atlas };
        for unit in self.rules.atlas.units() {
            for column in (0..self.rules.plan.columns()).map(Column) {
                let series = reader.read_unit(unit, column).unwrap();
                let total: i128 = series.cells.iter().map(|(_, value)| i128::from(*value)).sum();
                let whole = view.sum(unit, &[column], Slot(0)..=Slot(u16::MAX)).0;
                assert_eq!(total, whole, "seed {seed} {unit:?} {column:?}");
                for of_slot in series.cells.chunk_by(|a, b| a.0 == b.0) {
                    let slot = of_slot[0].0;
                    let value: i128 = of_slot.iter().map(|(_, value)| i128::from(*value)).sum();
                    let cell = view.sum(unit, &[column], slot..=slot).0;
                    assert_eq!(value, cell, "seed {seed} {unit:?} {column:?} {slot:?}");
                }
            }
        }
    }
}

#[test]
fn after_any_restart_the_rows_are_the_fold_as_of_the_last_commit() {
    for case in 0..12 {
        let seed = seed(1_000 + case);
        let mut random = Random(seed);
        let rules = rules();
        let journal = journal(&mut random, &rules, 400);
        let folder = tempfile::tempdir().unwrap();
        let store = fresh(folder.path(), &rules).begin(7).unwrap();
        let mut run = Run {
            rules: &rules,
            journal: &journal,
            store,
            fold: Fold::new(Arc::clone(&rules)),
            draft: Draft::default(),
            mark: Mark::default(),
            counts: Counts::default(),
        };
        let mut committed = 0;
        for _ in 0..60 {
            match random.below(10) {
                0..5 => run.apply(1 + random.below(20)),
                5 | 6 => {
                    run.commit();
                    committed = run.mark.position;
                }
                7 => {
                    run.commit();
                    committed = run.mark.position;
                    run.store.settle().unwrap();
                    run.check_units(&run.store.reader(), seed);
                }
                _ => {
                    drop(run.store);
                    match open(folder.path(), &rules) {
                        Opened::Loaded(loaded) => {
                            let loaded = *loaded;
                            assert_eq!(loaded.mark.position, committed, "seed {seed}");
                            assert_eq!(loaded.counts.total(), committed, "seed {seed}");
                            assert_eq!(
                                loaded.fold.books.digest(b"test"),
                                truth(&journal, committed, &rules),
                                "seed {seed} at {committed}"
                            );
                            (run.store, run.fold) = (loaded.store, loaded.fold);
                            (run.mark, run.counts) = (loaded.mark, loaded.counts);
                        }
                        Opened::Fresh(vacant) => {
                            assert_eq!(committed, 0, "seed {seed}");
                            run.store = vacant.begin(7).unwrap();
                            run.fold = Fold::new(Arc::clone(&rules));
                            (run.mark, run.counts) = Default::default();
                        }
                        Opened::Stale { why, .. } => panic!("seed {seed}: stale: {why}"),
                    }
                    run.draft = Draft::default();
                }
            }
        }
        run.apply(u64::MAX / 2);
        run.commit();
        run.store.settle().unwrap();
        run.check_units(&run.store.reader(), seed);
        let live = run.fold.books.digest(b"test");
        assert_eq!(live, truth(&journal, journal.len() as u64, &rules), "seed {seed}");
    }
}

#[test]
fn upper_rows_that_a_crash_left_behind_are_summed_again() {
    let rules = rules();
    let journal = journal(&mut Random(5), &rules, 200);
    let folder = tempfile::tempdir().unwrap();
    let store = fresh(folder.path(), &rules).begin(7).unwrap();
    let mut run = Run {
        rules: &rules,
        journal: &journal,
        store,
        fold: Fold::new(Arc::clone(&rules)),
        draft: Draft::default(),
        mark: Mark::default(),
        counts: Counts::default(),
    };
    run.apply(100);
    run.commit();
    run.store.settle().unwrap();
    assert!(run.store.is_settled());
    run.apply(100);
    run.commit();
    assert!(!run.store.is_settled());
    drop(run.store);
    let Opened::Loaded(loaded) = open(folder.path(), &rules) else { panic!("not loaded") };
    run.store = loaded.store;
    assert!(!run.store.is_settled());
    let nation = run.store.reader().read_unit(Unit(0), Column(0)).unwrap();
    assert_eq!(nation.position, 100, "it says how old it is");
    run.store.settle().unwrap();
    assert!(run.store.is_settled());
    run.check_units(&run.store.reader(), 5);
    assert_eq!(run.store.reader().read_unit(Unit(0), Column(0)).unwrap().position, 200);
}

#[test]
fn sums_that_64_bits_cannot_hold_are_the_same_after_a_restart() {
    let rules = rules();
    let mut journal = journal(&mut Random(6), &rules, 300);
    for (_, fact) in &mut journal {
        if let What::Event(event) = &mut fact.what {
            // Many in one cell: one day in one place.
            (event.amount, fact.on, fact.at) = (i64::MAX - 1, Day(8_000), Place(0));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = fresh(folder.path(), &rules).begin(7).unwrap();
    let (mark, counts) = Default::default();
    let fold = Fold::new(Arc::clone(&rules));
    let mut run = Run {
        rules: &rules,
        journal: &journal,
        store,
        fold,
        draft: Draft::default(),
        mark,
        counts,
    };
    for records in [150, 150] {
        run.apply(records);
        run.commit();
        run.store.settle().unwrap();
        run.check_units(&run.store.reader(), 6);
    }
    let view = View { rollup: &run.fold.books.rollup, atlas: &rules.atlas };
    let most = (0..rules.plan.columns()).map(Column);
    let most = most.map(|column| view.sum(Unit(0), &[column], Slot(0)..=Slot(u16::MAX)).0).max();
    assert!(most > Some(10 * i128::from(i64::MAX)), "{most:?}");
    drop(run.store);
    let Opened::Loaded(loaded) = open(folder.path(), &rules) else { panic!("not loaded") };
    assert!(loaded.store.is_settled());
    assert_eq!(loaded.fold.books.digest(b"test"), run.fold.books.digest(b"test"));
    assert_eq!(truth(&journal, 300, &rules), run.fold.books.digest(b"test"));
}

#[test]
fn unreadable_records_are_listed_up_to_a_limit() {
    let rules = rules();
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path(), &rules).begin(7).unwrap();
    let fold = Fold::new(Arc::clone(&rules));
    let mut position = 0;
    for _ in 0..3 {
        let mut draft = Draft::default();
        let from = position + 1;
        position += 4_000;
        let reason = |position| format!("not_json: of {position}");
        draft.refuse((from..=position).map(|at| Unreadable { position: at, reason: reason(at) }));
        let counts = Counts { unreadable: position, ..Counts::default() };
        let mark = Mark { position, digest: [1; 32] };
        store.commit(draft.seal(&fold, mark, counts)).unwrap();
    }
    drop(store);
    let Opened::Loaded(loaded) = open(folder.path(), &rules) else { panic!("not loaded") };
    assert_eq!(loaded.counts.unreadable, 12_000);
    assert_eq!(loaded.unreadable.len() as u64, store::UNREADABLE_MAX);
    assert_eq!(loaded.unreadable[0].reason, "not_json: of 1");
    assert_eq!(loaded.unreadable[9_999].position, 10_000);
}
