//! Notices go out as they went in, from anywhere, however many a commit has.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]
// Each test program uses some of it.
#![allow(dead_code)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{editions, rules};
use domain::fold::Fold;
use store::{Counts, Draft, Expect, Mark, Opened, Store};

#[test]
fn notices_are_read_from_any_of_them_on_whatever_commit_and_row_they_are_in() {
    let (folder, rules) = (tempfile::tempdir().unwrap(), rules());
    let fold = Fold::new(Arc::clone(&rules));
    let open = || {
        let expect = Expect { journal: Some(7), editions: editions() };
        Store::open(folder.path(), expect, Arc::clone(&rules), Duration::from_secs(10)).unwrap()
    };
    let Opened::Fresh(vacant) = open() else { panic!("not fresh") };
    let mut store = vacant.begin(7).unwrap();
    let mut all: Vec<Vec<u8>> = Vec::new();
    // One, a row and its neighbours, many rows, none, and one that is longer than a row.
    for (commit, (count, length)) in
        [(1, 3), (63, 5), (64, 1), (65, 9), (300, 0), (0, 0), (1, 20_000), (2, 7)]
            .into_iter()
            .enumerate()
    {
        let first = all.len();
        all.extend((first..first + count).map(|number| {
            let mut notice = number.to_le_bytes().to_vec();
            notice.resize(8 + length, 7);
            notice
        }));
        let mut draft = Draft::default();
        draft.tell(all[first..].iter().cloned());
        let mark = Mark { position: commit as u64 + 1, ..Mark::default() };
        let counts = Counts { foreign: mark.position, ..Counts::default() };
        store.commit(draft.seal(&fold, mark, counts)).unwrap();
        assert_eq!(store.notices(), all.len() as u64);
    }
    let reader = store.reader();
    for after in 0..all.len() + 2 {
        for limit in [0, 1, 2, 63, 64, 65, 1_000, usize::MAX] {
            let found = reader.notices(after as u64, limit as u64).unwrap();
            let rest = all.get(after..).unwrap_or_default();
            assert!(found == rest[..limit.min(rest.len())], "{limit} after {after}");
        }
    }
    drop((reader, store));
    let Opened::Loaded(loaded) = open() else { panic!("not loaded") };
    assert!(loaded.notices == all);
}
