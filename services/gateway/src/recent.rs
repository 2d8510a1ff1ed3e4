//! What was appended lately: a bounded memory of keys, meanings and positions.

use std::collections::{HashMap, VecDeque};

use domain::fact::Key;

use crate::ledger::Known;

/// Facts that are remembered: twice the largest batch, so that one that is sent again at once is
/// known whole.
pub(crate) const RECENT_MAX: usize = 200_000;

/// The latest facts of this process, by key.
pub(crate) struct Recent {
    max: usize,
    /// Meanings and positions; mostly one.
    of: HashMap<Key, Vec<(u64, u64)>>,
    order: VecDeque<(Key, u64)>,
}

impl Recent {
    pub(crate) fn new(max: usize) -> Recent {
        Recent { max, of: HashMap::new(), order: VecDeque::new() }
    }

    pub(crate) fn known(&self, key: Key, meaning: u64) -> Known {
        match self.of.get(&key) {
            None => Known::Not,
            Some(all) => match all.iter().find(|(one, _)| *one == meaning) {
                Some((_, position)) => Known::Same(*position),
                None => all.first().map_or(Known::Not, |(_, first)| Known::Rival(*first)),
            },
        }
    }

    pub(crate) fn add(&mut self, key: Key, meaning: u64, position: u64) {
        if matches!(self.known(key, meaning), Known::Same(_)) {
            return;
        }
        self.of.entry(key).or_default().push((meaning, position));
        self.order.push_back((key, meaning));
        if self.order.len() > self.max {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some((key, meaning)) = self.order.pop_front() else { return };
        if let Some(all) = self.of.get_mut(&key) {
            all.retain(|(one, _)| *one != meaning);
            if all.is_empty() {
                self.of.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_known_and_the_first_forgotten() {
        let mut recent = Recent::new(3);
        let key = |n| Key([n, 0]);
        for (n, meaning, position) in [(1, 10, 1), (1, 11, 2), (2, 20, 3), (1, 10, 9)] {
            recent.add(key(n), meaning, position);
        }
        let table = [
            (1, 10, Known::Same(1)),
            (1, 11, Known::Same(2)),
            (1, 12, Known::Rival(1)),
            (2, 20, Known::Same(3)),
            (3, 30, Known::Not),
        ];
        for (n, meaning, expected) in table {
            assert_eq!(recent.known(key(n), meaning), expected, "{n} {meaning}");
        }
        recent.add(key(3), 30, 4);
        assert_eq!(recent.known(key(1), 10), Known::Rival(2), "forgotten, its rival is not");
        recent.add(key(4), 40, 5);
        assert_eq!(recent.known(key(1), 11), Known::Not);
        assert_eq!((recent.of.len(), recent.order.len()), (3, 3));
    }
}
