//! Makes proofs in one pass over the leaves, with memory for a few hundred hashes.

use crate::range::Range;
use crate::tree::{Hash, split};
use crate::{Error, Result};

/// Takes the leaves of a tree, first to last, and gives a proof.
#[derive(Debug)]
pub struct Prover {
    size: u64,
    pushed: u64,
    /// They cover the tree without gaps, from its first leaf on.
    spans: Vec<Span>,
    /// All leaves.
    whole: Range,
    /// Of the span that the next leaf falls into.
    current: Range,
}

/// Neighbouring leaves under one node.
#[derive(Debug)]
struct Span {
    first: u64,
    end: u64,
    /// Whether the node's hash is part of the proof.
    told: bool,
    /// How far from the root the node is: a proof goes from the bottom up.
    depth: u32,
    root: Option<Hash>,
}

/// A proof, with the root that it leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proved {
    /// The hashes, from the bottom up.
    pub path: Vec<Hash>,
    /// The root of the tree.
    pub root: Hash,
}

impl Prover {
    /// Of the leaf with this index, from 0: RFC 6962, section 2.1.1.
    ///
    /// # Errors
    /// `Index`: there is no such leaf.
    pub fn inclusion(index: u64, size: u64) -> Result<Prover> {
        if index >= size {
            return Err(Error::Index { index, size });
        }
        let (mut first, mut end, mut spans) = (0, size, Vec::new());
        for depth in 1.. {
            if end - first == 1 {
                break;
            }
            let middle = first + split(end - first);
            if index < middle {
                spans.push(Span::told(middle, end, depth));
                end = middle;
            } else {
                spans.push(Span::told(first, middle, depth));
                first = middle;
            }
        }
        spans.push(Span { told: false, ..Span::told(first, end, u32::MAX) });
        Ok(Prover::over(size, spans))
    }

    /// That the tree of `old` leaves is the beginning of the one of `new`: RFC 6962, section 2.1.2.
    ///
    /// # Errors
    /// `Sizes`: `old` is 0 or larger than `new`.
    pub fn consistency(old: u64, new: u64) -> Result<Prover> {
        if old == 0 || old > new {
            return Err(Error::Sizes { old, new });
        }
        let (mut first, mut end, mut spans) = (0, new, Vec::new());
        for depth in 1.. {
            if end == old {
                break;
            }
            let middle = first + split(end - first);
            if old <= middle {
                spans.push(Span::told(middle, end, depth));
                end = middle;
            } else {
                spans.push(Span::told(first, middle, depth));
                first = middle;
            }
        }
        // Whoever checks has the old root: where that is this very node, it need not be told.
        spans.push(Span { told: first > 0, ..Span::told(first, end, u32::MAX) });
        Ok(Prover::over(new, spans))
    }

    fn over(size: u64, mut spans: Vec<Span>) -> Prover {
        spans.sort_by_key(|span| span.first);
        let (whole, current) = (Range::default(), Range::default());
        Prover { size, pushed: 0, spans, whole, current }
    }

    /// Takes the next leaf. Leaves beyond the tree's last change nothing, but are counted.
    pub fn push(&mut self, leaf: Hash) {
        self.pushed += 1;
        let at = self.spans.partition_point(|span| span.end < self.pushed);
        let Some(span) = self.spans.get_mut(at) else { return };
        self.whole.push(leaf);
        self.current.push(leaf);
        if span.end == self.pushed {
            span.root = Some(std::mem::take(&mut self.current).root());
        }
    }

    /// The proof.
    ///
    /// # Errors
    /// `Leaves`: fewer or more leaves came than the tree has.
    pub fn finish(mut self) -> Result<Proved> {
        if self.pushed != self.size {
            return Err(Error::Leaves { found: self.pushed, wanted: self.size });
        }
        self.spans.sort_by_key(|span| std::cmp::Reverse(span.depth));
        let told = self.spans.iter().filter(|span| span.told);
        Ok(Proved { path: told.filter_map(|span| span.root).collect(), root: self.whole.root() })
    }
}

impl Span {
    fn told(first: u64, end: u64, depth: u32) -> Span {
        Span { first, end, told: true, depth, root: None }
    }
}
