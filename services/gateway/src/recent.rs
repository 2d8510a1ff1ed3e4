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
    /// Positions by key and meaning.
    of: HashMap<(Key, u64), u64>,
    /// Where the meanings of each key came first, in order: one, or those of rivals.
    meanings: HashMap<Key, VecDeque<u64>>,
    order: VecDeque<(Key, u64)>,
}

impl Recent {
    pub(crate) fn new(max: usize) -> Recent {
        let (of, meanings, order) = Default::default();
        Recent { max, of, meanings, order }
    }

    pub(crate) fn known(&self, key: Key, meaning: u64) -> Known {
        match self.of.get(&(key, meaning)) {
            Some(position) => Known::Same(*position),
            None => {
                let first = self.meanings.get(&key).and_then(VecDeque::front);
                first.map_or(Known::Not, |first| Known::Rival(*first))
            }
        }
    }

    pub(crate) fn add(&mut self, key: Key, meaning: u64, position: u64) {
        if matches!(self.known(key, meaning), Known::Same(_)) {
            return;
        }
        self.of.insert((key, meaning), position);
        self.meanings.entry(key).or_default().push_back(position);
        self.order.push_back((key, meaning));
        if self.order.len() > self.max {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some((key, meaning)) = self.order.pop_front() else { return };
        self.of.remove(&(key, meaning));
        if let Some(left) = self.meanings.get_mut(&key) {
            left.pop_front();
            if left.is_empty() {
                self.meanings.remove(&key);
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
        assert_eq!((recent.of.len(), recent.meanings.len(), recent.order.len()), (3, 3, 3));
    }
}
