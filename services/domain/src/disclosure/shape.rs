//! The cells that events of one kind are asked for in: every indicator's total and breakdowns, with
//! which of them sum to which.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Filter, Measure};
use crate::fact::{ATTRIBUTES_MAX, Event, EventKind};
use crate::plan::{Kept, Plan};
use crate::posting::Column;

/// The codes that pass, by attribute: what two indicators both tell is one cell.
type Codes = [u64; ATTRIBUTES_MAX];

const ANY: u64 = u64::MAX;

/// All cells of a kind of event, by number.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    kind: EventKind,
    numbers: BTreeMap<Codes, usize>,
    pub(super) blocks: Vec<Block>,
    /// Which cells each cell is the sum of, once for each attribute that it leaves open.
    pub(super) sums: Vec<Parts>,
    /// Of each cell those that it is a part of.
    pub(super) above: Vec<BTreeSet<usize>>,
}

/// A cell and those that it is the sum of.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) whole: usize,
    pub(super) parts: Vec<usize>,
}

/// A block of columns, and the cells that each of them counts in.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) first: Column,
    /// Whether its cells are by day; else they are by declared period.
    pub(super) is_by_day: bool,
    pub(super) cells: Vec<Vec<usize>>,
}

/// An attribute of a block.
struct Dim {
    attribute: usize,
    codes: Vec<u64>,
}

impl Shape {
    /// The cells of the catalogue's indicators of this kind of event.
    pub(super) fn of(plan: &Plan, kind: EventKind) -> Shape {
        let mut shape = Shape {
            kind,
            numbers: BTreeMap::new(),
            blocks: Vec::new(),
            sums: Vec::new(),
            above: Vec::new(),
        };
        for indicator in plan.indicators() {
            let (of, filter, is_by_day) = match &indicator.definition.measure {
                Measure::Flow { of, filter, .. } => (of, filter, true),
                Measure::Distinct { of, filter, .. } => (of, filter, false),
                Measure::Stock { .. }
                | Measure::Movement { .. }
                | Measure::Reduction { .. }
                | Measure::Balance { .. }
                | Measure::Ratio { .. }
                | Measure::Communes { .. }
                | Measure::Codes { .. }
                | Measure::Census {}
                | Measure::External {}
                | Measure::ChildrenBehind { .. }
                | Measure::Plan {} => continue,
            };
            if of.iter().any(|name| name == kind.name())
                && let Some(own) = codes(kind, filter, [ANY; ATTRIBUTES_MAX])
            {
                for kept in &indicator.kept {
                    shape.add(own, kept, is_by_day);
                }
            }
        }
        shape
    }

    fn number(&mut self, codes: Codes) -> usize {
        let next = self.numbers.len();
        let number = *self.numbers.entry(codes).or_insert(next);
        if number == self.above.len() {
            self.above.push(BTreeSet::new());
        }
        number
    }

    fn add(&mut self, own: Codes, kept: &Kept, is_by_day: bool) {
        let dim = |(name, all): &(&'static str, Vec<&'static str>)| {
            let attribute = self.kind.attributes().iter().position(|one| one.name == *name)?;
            let known = (self.kind.attributes()[attribute].codes)();
            let bit = |code: &&str| Some(1 << known.iter().position(|one| one == code)?);
            Some(Dim { attribute, codes: all.iter().filter_map(bit).collect() })
        };
        let dims: Vec<Dim> = kept.by.iter().filter_map(dim).collect();
        let columns = usize::from(kept.len());
        let mut cells = vec![Vec::new(); columns];
        // Of each column every set of its codes that may be left open; the last changes fastest.
        for (column, cells) in cells.iter_mut().enumerate() {
            let mut rest = column;
            let mut chosen = vec![0; dims.len()];
            for (at, dim) in dims.iter().enumerate().rev() {
                chosen[at] = rest % dim.codes.len();
                rest /= dim.codes.len();
            }
            for open in 0..1usize << dims.len() {
                let mut codes = own;
                for (at, dim) in dims.iter().enumerate().filter(|(at, _)| open >> at & 1 == 0) {
                    codes[dim.attribute] = dim.codes[chosen[at]];
                }
                cells.push(self.number(codes));
            }
            let (all, own) = (cells.clone(), cells[0]);
            self.above[own].extend(all.into_iter().filter(|one| *one != own));
        }
        self.link(own, &dims);
        self.blocks.push(Block { first: kept.base, is_by_day, cells });
    }

    /// Tells which cells of a block sum to which.
    fn link(&mut self, own: Codes, dims: &[Dim]) {
        let mut open = vec![own];
        for dim in dims {
            let closed = open.iter().flat_map(|codes| {
                dim.codes.iter().map(move |code| {
                    let mut codes = *codes;
                    codes[dim.attribute] = *code;
                    codes
                })
            });
            open = open.iter().copied().chain(closed.collect::<Vec<_>>()).collect();
        }
        for codes in open {
            let whole = self.number(codes);
            for dim in dims.iter().filter(|dim| codes[dim.attribute] == own[dim.attribute]) {
                let part = |code: &u64| {
                    let mut codes = codes;
                    codes[dim.attribute] = *code;
                    codes
                };
                let parts: Vec<Codes> = dim.codes.iter().map(part).collect();
                let parts: Vec<usize> = parts.into_iter().map(|codes| self.number(codes)).collect();
                for one in &parts {
                    let more: Vec<usize> = self.above[whole].iter().copied().collect();
                    self.above[*one].extend(more.into_iter().chain([whole]));
                }
                if parts.len() > 1 {
                    self.sums.push(Parts { whole, parts });
                }
            }
        }
    }

    /// Whether anything of this kind is kept by day.
    pub(super) fn is_by_day(&self) -> bool {
        self.blocks.iter().any(|block| block.is_by_day)
    }

    /// The first column of all blocks, and how many there are up to the last one.
    pub(super) fn span(&self) -> (Column, usize) {
        let first = self.blocks.iter().map(|block| block.first).min().unwrap_or(Column(0));
        let end = |block: &Block| usize::from(block.first.0) + block.cells.len();
        let end = self.blocks.iter().map(end).max().unwrap_or(0);
        (first, end.saturating_sub(usize::from(first.0)))
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.above.len()
    }

    /// The cells that a question is the sum of; none when a breakdown has no such cell.
    pub(super) fn cells_of(&self, own: &Filter, filter: &Filter) -> Option<Vec<usize>> {
        let own = codes(self.kind, own, [ANY; ATTRIBUTES_MAX])?;
        let mut all = vec![own];
        for (name, chosen) in filter {
            let mut more = Vec::new();
            for code in chosen {
                let one = Filter::from([(name.clone(), vec![code.clone()])]);
                for codes_before in &all {
                    more.push(codes(self.kind, &one, *codes_before)?);
                }
            }
            all = more;
        }
        all.iter().map(|codes| self.numbers.get(codes).copied()).collect()
    }

    /// The cells that an event counts in.
    pub(super) fn cells_with(&self, event: &Event) -> Vec<usize> {
        let passes = |codes: &Codes| {
            codes.iter().zip(event.attributes).all(|(codes, code)| {
                codes.checked_shr(u32::from(code)).is_some_and(|bit| bit & 1 == 1)
            })
        };
        let all = self.numbers.iter().filter(|(codes, _)| passes(codes));
        all.map(|(_, number)| *number).collect()
    }
}

/// The codes that a filter lets pass, of those that passed before; none for one that names what the
/// kind of event does not have.
fn codes(kind: EventKind, filter: &Filter, before: Codes) -> Option<Codes> {
    let mut all = before;
    for (name, allowed) in filter {
        let at = kind.attributes().iter().position(|one| one.name == name)?;
        let known = (kind.attributes()[at].codes)();
        let mut mask = 0u64;
        for code in allowed {
            mask |= 1 << known.iter().position(|one| one == code)?;
        }
        all[at] &= mask;
    }
    Some(all)
}
