//! Circles: files each of which takes names from the next, and the last from the first.

use std::collections::BTreeSet;

use crate::krate::Arrow;

/// Every set of files that are in a circle with each other (strongly connected components of
/// more than one file).
pub fn circles(files: usize, arrows: &[Arrow]) -> Vec<BTreeSet<usize>> {
    let mut next = vec![Vec::new(); files];
    arrows.iter().for_each(|arrow| next[arrow.from].push(arrow.to));
    let reach: Vec<BTreeSet<usize>> = (0..files).map(|from| reached(from, &next)).collect();
    let mut found = BTreeSet::new();
    for from in 0..files {
        let circle: BTreeSet<usize> =
            reach[from].iter().copied().filter(|to| reach[*to].contains(&from)).collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// The files that a file reaches by one arrow or more.
fn reached(from: usize, next: &[Vec<usize>]) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = next[from].clone();
    while let Some(one) = open.pop() {
        if seen.insert(one) {
            open.extend(&next[one]);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_and_a_chain_is_none() {
        let arrow = |from, to| Arrow { from, to, names: BTreeSet::new() };
        assert!(circles(3, &[arrow(0, 1), arrow(1, 2)]).is_empty());
        let found = circles(4, &[arrow(0, 1), arrow(1, 2), arrow(2, 0), arrow(3, 0)]);
        assert_eq!(found, [BTreeSet::from([0, 1, 2])]);
    }
}
