//! The gathering: cells that are posted to before anybody reads them, as the batch evaluation does.

use std::sync::Mutex;
use std::thread::ScopedJoinHandle;

use hashbrown::hash_table::{Entry, HashTable};

use crate::posting::{Posting, coalesce};
use crate::rollup::{Cell, Rollup, Row, SITES, mix, weight};

/// Postings in no order, by runs of sites: so few runs that all their ends stay in a processor's
/// cache, and so many that each can be added up and put in order there.
#[derive(Debug)]
pub(crate) struct Gathering {
    shares: Vec<Vec<Posting>>,
}

/// How many sites follow each other in a share.
const SHARE: usize = 16;
/// A share with room for fewer postings grows; a larger one is added up first.
const LEAST: usize = 1 << 15;

impl Default for Gathering {
    fn default() -> Gathering {
        Gathering { shares: vec![Vec::new(); SITES / SHARE] }
    }
}

impl Gathering {
    /// Adds a posting to its cell.
    pub(crate) fn post(&mut self, posting: &Posting) {
        let share = &mut self.shares[usize::from(posting.site.0) / SHARE];
        if share.len() == share.capacity() && share.len() >= LEAST {
            make_room(share);
        }
        share.push(*posting);
    }

    /// The rollup of what was gathered in several parts, on so many threads.
    pub(crate) fn joined(parts: Vec<Gathering>, threads: usize) -> Rollup {
        let mut rollup = Rollup::default();
        let mut parts: Vec<_> = parts.into_iter().map(|part| part.shares.into_iter()).collect();
        let shares = rollup.rows.chunks_mut(SHARE).map(|rows| {
            let own: Vec<_> = parts.iter_mut().filter_map(Iterator::next).collect();
            (rows, own)
        });
        let shares = Mutex::new(shares);
        let work = || {
            let next = || shares.lock().ok().and_then(|mut shares| shares.next());
            let checks = std::iter::from_fn(next).map(|(rows, own)| fill(rows, own));
            checks.fold(0, u128::wrapping_add)
        };
        rollup.check = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let check = |thread: ScopedJoinHandle<'_, _>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            running.into_iter().map(check).fold(0, u128::wrapping_add)
        });
        rollup
    }
}

/// Adds up what is in a share; at least half of its room is free then.
#[cold]
fn make_room(share: &mut Vec<Posting>) {
    *share = summed(vec![std::mem::take(share)]);
    share.reserve(share.len().max(LEAST));
}

/// The rows of a share, from all its postings; their part of the check, which is a sum over cells.
fn fill(rows: &mut [Row], postings: Vec<Vec<Posting>>) -> u128 {
    let mut sums = summed(postings);
    coalesce(&mut sums);
    for own in sums.chunk_by(|a, b| a.site == b.site) {
        let cell = |&Posting { column, slot, by, .. }: &Posting| Cell { column, slot, value: by };
        rows[usize::from(own[0].site.0) % SHARE].run = own.iter().map(cell).collect();
    }
    let check = |sum: &Posting| weight(sum.site, sum.column, sum.slot).wrapping_mul(sum.by as u128);
    sums.iter().map(check).fold(0, u128::wrapping_add)
}

/// One posting for each cell, also for those that come to zero, and several for the hardly ever
/// seen one that 64 bits do not hold. Where several meet in a cell, that is faster than to sort
/// them all.
fn summed(postings: Vec<Vec<Posting>>) -> Vec<Posting> {
    let hash = |posting: &Posting| mix(posting.address());
    let count = postings.iter().map(Vec::len).sum::<usize>();
    let mut sums: HashTable<Posting> = HashTable::with_capacity(count / 2);
    let mut beyond = Vec::new();
    for posting in postings.into_iter().flatten() {
        let same = |sum: &Posting| sum.address() == posting.address();
        match sums.entry(hash(&posting), same, hash) {
            Entry::Occupied(mut sum) => match sum.get().by.checked_add(posting.by) {
                Some(by) => sum.get_mut().by = by,
                None => beyond.push(posting),
            },
            Entry::Vacant(place) => {
                place.insert(posting);
            }
        }
    }
    sums.into_iter().chain(beyond).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posting::{Column, Site, Slot};

    /// Many more postings than a share has room for at first, and some cells that come to zero.
    #[test]
    fn what_is_gathered_in_parts_is_the_rollup_of_all_postings() {
        let posting = |nth: u64| {
            let random = mix(nth);
            let site = [0, 15, 16, 700, u16::MAX][random as usize % 5];
            let (column, slot) = ((random >> 8) as u16 % 64, (random >> 24) as u16 % 64);
            let by = (random >> 40) as i64 % 3 - 1;
            Posting { site: Site(site), column: Column(column), slot: Slot(slot), by }
        };
        for threads in 1..=3 {
            let mut rollup = Rollup::default();
            let mut parts: Vec<_> = (0..threads).map(|_| Gathering::default()).collect();
            for nth in 0..8 * LEAST as u64 {
                rollup.post(&posting(nth));
                parts[nth as usize % threads].post(&posting(nth));
            }
            let joined = Gathering::joined(parts, threads);
            assert!(joined.cells().eq(rollup.cells()));
            assert_eq!(joined.check(), rollup.check());
        }
    }
}
