//! Facts in the order of a timeline, kept in pieces once they are many: to put one in its place
//! must not move all that come after it.

use std::iter::FusedIterator;

use crate::fact::{Fact, Order};

/// Facts in order, each once.
#[derive(Clone, Debug)]
pub struct Facts(Kept);

#[derive(Clone, Debug)]
enum Kept {
    /// Most subjects have one fact or two.
    Few(Vec<Fact>),
    /// Pieces, none of which is empty.
    Many(Vec<Vec<Fact>>),
}

/// A piece that grows longer is cut in two.
const PIECE_MAX: usize = 256;

impl Default for Facts {
    fn default() -> Facts {
        Facts(Kept::Few(Vec::new()))
    }
}

impl Facts {
    /// Facts that are in order already.
    pub(crate) fn sorted(facts: Vec<Fact>) -> Facts {
        if facts.len() <= PIECE_MAX {
            return Facts(Kept::Few(facts));
        }
        Facts(Kept::Many(facts.chunks(PIECE_MAX).map(<[Fact]>::to_vec).collect()))
    }

    /// Puts a fact in its place; whether that is the last one.
    pub(crate) fn put(&mut self, fact: Fact) -> bool {
        let order = fact.order();
        match &mut self.0 {
            Kept::Few(facts) => {
                let at = facts.partition_point(|one| one.order() < order);
                let last = at == facts.len();
                if facts.is_empty() {
                    facts.reserve_exact(1);
                }
                facts.insert(at, fact);
                if facts.len() > PIECE_MAX {
                    *self = Facts::sorted(std::mem::take(facts));
                }
                last
            }
            Kept::Many(pieces) => {
                let nth = nth(pieces, &order).min(pieces.len() - 1);
                let piece = &mut pieces[nth];
                let at = piece.partition_point(|one| one.order() < order);
                let last = at == piece.len();
                piece.insert(at, fact);
                if piece.len() > PIECE_MAX {
                    let half = piece.split_off(PIECE_MAX / 2);
                    pieces.insert(nth + 1, half);
                    return last && nth + 2 == pieces.len();
                }
                last && nth + 1 == pieces.len()
            }
        }
    }

    fn pieces(&self) -> &[Vec<Fact>] {
        match &self.0 {
            Kept::Few(facts) => std::slice::from_ref(facts),
            Kept::Many(pieces) => pieces,
        }
    }

    fn pieces_mut(&mut self) -> &mut [Vec<Fact>] {
        match &mut self.0 {
            Kept::Few(facts) => std::slice::from_mut(facts),
            Kept::Many(pieces) => pieces,
        }
    }

    /// The fact that stands there.
    pub(crate) fn at(&self, order: &Order) -> Option<&Fact> {
        let piece = self.pieces().get(nth(self.pieces(), order))?;
        let at = piece.partition_point(|one| one.order() < *order);
        piece.get(at).filter(|one| one.order() == *order)
    }

    /// The same, to be changed in what its order does not depend on.
    pub(crate) fn at_mut(&mut self, order: &Order) -> Option<&mut Fact> {
        let nth = nth(self.pieces(), order);
        let piece = self.pieces_mut().get_mut(nth)?;
        let at = piece.partition_point(|one| one.order() < *order);
        piece.get_mut(at).filter(|one| one.order() == *order)
    }

    /// All, in order.
    pub fn iter(&self) -> Iter<'_> {
        let mut pieces = self.pieces().iter();
        let first = pieces.next().map_or(&[][..], Vec::as_slice);
        Iter { piece: first.iter(), pieces }
    }

    /// The last one.
    pub fn last(&self) -> Option<&Fact> {
        self.pieces().last()?.last()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pieces().iter().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces().iter().all(Vec::is_empty)
    }

    /// Whether there are more than so many, which costs less to tell than how many.
    pub(crate) fn are_more_than(&self, few: usize) -> bool {
        match &self.0 {
            Kept::Few(facts) => facts.len() > few,
            Kept::Many(_) => PIECE_MAX >= few || self.len() > few,
        }
    }

    /// Copies of all, in order.
    pub fn to_vec(&self) -> Vec<Fact> {
        self.iter().cloned().collect()
    }

    /// The bytes they take in memory, without what statements hold.
    pub(crate) fn bytes(&self) -> usize {
        self.pieces().iter().map(|piece| piece.capacity() * size_of::<Fact>()).sum()
    }

    /// Their room, to be used again; empty.
    pub(crate) fn into_room(self) -> Vec<Fact> {
        let mut room = match self.0 {
            Kept::Few(facts) => facts,
            Kept::Many(_) => Vec::new(),
        };
        room.clear();
        room
    }
}

/// The piece where something of that order stands or would stand; beyond the last one if after all.
fn nth(pieces: &[Vec<Fact>], order: &Order) -> usize {
    pieces.partition_point(|piece| piece.last().is_none_or(|last| last.order() < *order))
}

impl PartialEq for Facts {
    fn eq(&self, other: &Facts) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'f> IntoIterator for &'f Facts {
    type Item = &'f Fact;
    type IntoIter = Iter<'f>;

    fn into_iter(self) -> Iter<'f> {
        self.iter()
    }
}

/// A walk along facts.
#[derive(Clone, Debug)]
pub struct Iter<'f> {
    piece: std::slice::Iter<'f, Fact>,
    pieces: std::slice::Iter<'f, Vec<Fact>>,
}

impl<'f> Iterator for Iter<'f> {
    type Item = &'f Fact;

    fn next(&mut self) -> Option<&'f Fact> {
        loop {
            if let Some(fact) = self.piece.next() {
                return Some(fact);
            }
            self.piece = self.pieces.next()?.iter();
        }
    }
}

impl FusedIterator for Iter<'_> {}
