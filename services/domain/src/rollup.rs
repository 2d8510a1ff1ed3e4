//! The rollup: a cell is the sum of the postings of all timelines.

mod listed;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::RangeInclusive;

use crate::atlas::{Atlas, Unit};
use crate::exact;
use crate::plan::LIST_COLUMN;
use crate::posting::{Column, Posting, Site, Slot};

use listed::{First, Listed};

/// All cells, by site. A cell that comes to zero is gone: digests must not depend on history.
#[derive(Clone, Debug)]
pub struct Rollup {
    pub(crate) rows: Vec<Row>,
    pub(crate) check: u128,
}

/// The cells of one site: a sorted run, and a tail of postings not yet merged into it. Merging
/// when the tail has grown to a quarter of the run makes a posting cheap and a series contiguous.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) run: Vec<Cell>,
    tail: Vec<Cell>,
    listed: Listed,
}

/// One cell of a site; where its value needs more than 64 bits one of several under one address,
/// see [`exact`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cell {
    /// What is counted.
    pub column: Column,
    /// When.
    pub slot: Slot,
    /// How much: households, persons, instances or đồng.
    pub value: i64,
}

impl Cell {
    /// Where it stands in its row.
    fn address(&self) -> u32 {
        u32::from(self.column.0) << 16 | u32::from(self.slot.0)
    }
}

/// A tail is merged into its run not before it has this many postings: readers walk tails,
const LEAST: usize = 48;
/// and not before it has grown to its run's length divided by this.
const SHARE: usize = 4;

impl Default for Rollup {
    fn default() -> Rollup {
        Rollup { rows: vec![Row::default(); SITES], check: 0 }
    }
}

impl Rollup {
    /// Adds a posting to its cell.
    pub fn post(&mut self, posting: &Posting) {
        let Posting { site, column, slot, by } = *posting;
        self.check = self.check.wrapping_add(weight(site, column, slot).wrapping_mul(by as u128));
        self.rows[usize::from(site.0)].post(Cell { column, slot, value: by });
    }

    /// Adds all cells of another rollup: shards add up.
    pub fn merge(&mut self, other: Rollup) {
        self.check = self.check.wrapping_add(other.check);
        for (row, others) in self.rows.iter_mut().zip(other.rows) {
            row.listed.set(First::Unread);
            if row.is_empty() {
                *row = others;
            } else if !others.is_empty() {
                row.settle();
                row.run = merged(&row.run, &others.settled());
            }
        }
    }

    /// The first slot in which a site has a cell of lists of households.
    pub fn first_listed(&self, site: Site) -> Option<Slot> {
        let end = Column(LIST_COLUMN.0 + 1);
        let row = &self.rows[usize::from(site.0)];
        let first = match row.listed.get() {
            First::Never => return None,
            First::In { slot, touched: false } => return Some(slot),
            First::In { slot, touched: true } if self.any(site, end, |_, at| at == slot) => {
                Some(slot)
            }
            First::In { .. } | First::Unread => self.first(site, end, |_, _| true),
        };
        row.listed.set(first.map_or(First::Never, |slot| First::In { slot, touched: false }));
        first
    }

    /// Merges every tail into its run.
    pub fn settle(&mut self) {
        self.rows.iter_mut().for_each(Row::settle);
    }

    /// A sum over all cells, each weighted by a hash of where it stands: equal rollups have equal
    /// checks however they came about. Guards against rot, not against malice.
    pub fn check(&self) -> u128 {
        self.check
    }

    /// The cells of a column at a site, by slot, none of them zero; several of one slot where its
    /// value needs more than 64 bits.
    pub fn series(&self, site: Site, column: Column) -> Vec<Cell> {
        let row = &self.rows[usize::from(site.0)];
        let mut cells = row.of(column).to_vec();
        cells.extend(row.tail.iter().filter(|cell| cell.column == column));
        combine(&mut cells);
        cells
    }

    /// The sum of a column's cells at a site over a range of slots.
    pub fn sum(&self, site: Site, column: Column, slots: RangeInclusive<Slot>) -> i128 {
        let row = &self.rows[usize::from(site.0)];
        if row.is_empty() {
            return 0;
        }
        let in_tail = row.tail.iter().filter(|c| c.column == column && slots.contains(&c.slot));
        let all = row.range(column, &slots).iter().chain(in_tail);
        all.map(|cell| i128::from(cell.value)).sum()
    }

    /// The sum over a run of consecutive columns, which is read in one walk.
    fn sum_run(&self, site: Site, columns: &[Column], slots: &RangeInclusive<Slot>) -> i128 {
        let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return 0 };
        let row = &self.rows[usize::from(site.0)];
        let from = row.run.partition_point(|cell| cell.column < *first);
        let walked = row.run[from..].iter().take_while(|cell| cell.column <= *last);
        let within = |cell: &&Cell| (*first..=*last).contains(&cell.column);
        let all = walked.chain(row.tail.iter().filter(within));
        let inside = all.filter(|cell| slots.contains(&cell.slot));
        inside.map(|cell| i128::from(cell.value)).sum()
    }

    /// Marks the columns of a run, from `first` on, that have cells within some slots at a site.
    pub(crate) fn mark(
        &self,
        site: Site,
        first: Column,
        slots: &RangeInclusive<Slot>,
        marks: &mut [bool],
    ) {
        let row = &self.rows[usize::from(site.0)];
        let end = usize::from(first.0) + marks.len();
        let from = row.run.partition_point(|cell| cell.column < first);
        let walked = row.run[from..].iter().take_while(|cell| usize::from(cell.column.0) < end);
        for cell in walked.chain(&row.tail) {
            let within = (usize::from(first.0)..end).contains(&usize::from(cell.column.0));
            if within && slots.contains(&cell.slot) {
                marks[usize::from(cell.column.0 - first.0)] = true;
            }
        }
    }

    /// Whether a site has such a cell in a column before `end`; `such` sees column and slot.
    pub fn any(&self, site: Site, end: Column, such: impl Fn(Column, Slot) -> bool) -> bool {
        let row = &self.rows[usize::from(site.0)];
        let in_run = row.run.iter().take_while(|cell| cell.column < end);
        let in_tail = row.tail.iter().filter(|cell| cell.column < end);
        let found = in_run.chain(in_tail).filter(|cell| such(cell.column, cell.slot));
        // What lies in a run may have been taken away by what lies in its tail.
        let stands =
            |cell: &Cell| row.tail.is_empty() || self.sum_at(site, cell.column, cell.slot) != 0;
        found.into_iter().any(stands)
    }

    fn sum_at(&self, site: Site, column: Column, slot: Slot) -> i128 {
        self.sum(site, column, slot..=slot)
    }

    /// The first slot in which a site has such a cell in a column before `end`.
    pub fn first(
        &self,
        site: Site,
        end: Column,
        such: impl Fn(Column, Slot) -> bool,
    ) -> Option<Slot> {
        let cells = self.rows[usize::from(site.0)].settled();
        let before = cells.iter().take_while(|cell| cell.column < end);
        before.filter(|cell| such(cell.column, cell.slot)).map(|cell| cell.slot).min()
    }

    /// All cells in canonical order: by site, column and slot.
    pub fn cells(&self) -> impl Iterator<Item = (Site, Cell)> + '_ {
        self.rows.iter().enumerate().flat_map(|(index, row)| {
            let cells = row.settled();
            (0..cells.len()).map(move |at| (Site(index as u16), cells[at]))
        })
    }

    /// Whether anything was ever posted at a site and not taken away again.
    pub fn has_cells(&self, site: Site) -> bool {
        !self.rows[usize::from(site.0)].is_empty()
    }

    /// The columns that a site has cells in.
    pub fn columns(&self, site: Site) -> Vec<Column> {
        let cells = self.rows[usize::from(site.0)].settled();
        let mut columns: Vec<_> = cells.iter().map(|cell| cell.column).collect();
        columns.dedup();
        columns
    }

    /// How many cells there are, and the bytes they take in memory.
    pub fn size(&self) -> (usize, usize) {
        let cells = self.rows.iter().map(|row| row.run.len() + row.tail.len()).sum();
        let kept = self.rows.iter().map(|row| row.run.capacity() + row.tail.capacity());
        (cells, kept.sum::<usize>() * size_of::<Cell>() + self.rows.len() * size_of::<Row>())
    }
}

impl Row {
    fn is_empty(&self) -> bool {
        self.run.is_empty() && self.tail.is_empty()
    }

    fn post(&mut self, cell: Cell) {
        self.listed.touch(&cell);
        self.tail.push(cell);
        if self.tail.len() >= LEAST + self.run.len() / SHARE {
            self.settle();
        }
    }

    fn settle(&mut self) {
        if self.tail.is_empty() {
            return;
        }
        combine(&mut self.tail);
        let tail = std::mem::take(&mut self.tail);
        let run = std::mem::take(&mut self.run);
        self.run = merged(&run, &tail);
        // The tail's room is used again.
        self.tail = tail;
        self.tail.clear();
    }

    /// The cells as they are once settled.
    fn settled(&self) -> Cow<'_, [Cell]> {
        if self.tail.is_empty() {
            return Cow::Borrowed(&self.run);
        }
        let mut tail = self.tail.clone();
        combine(&mut tail);
        Cow::Owned(merged(&self.run, &tail))
    }

    fn of(&self, column: Column) -> &[Cell] {
        let first = self.run.partition_point(|cell| cell.column < column);
        let length = self.run[first..].partition_point(|cell| cell.column == column);
        &self.run[first..first + length]
    }

    fn range(&self, column: Column, slots: &RangeInclusive<Slot>) -> &[Cell] {
        let first = self.run.partition_point(|c| (c.column, c.slot) < (column, *slots.start()));
        let rest = &self.run[first..];
        let length = rest.partition_point(|c| (c.column, c.slot) <= (column, *slots.end()));
        &rest[..length]
    }
}

/// Sorts cells, adds up those of one column and slot, and drops zeros.
fn combine(cells: &mut Vec<Cell>) {
    cells.sort_unstable_by_key(Cell::address);
    add_up(cells);
}

/// Adds up cells that are sorted by address.
fn add_up(cells: &mut Vec<Cell>) {
    exact::add_up(cells, |a, b| a.address() == b.address(), |cell| &mut cell.value);
}

/// Two settled lists made one.
fn merged(a: &[Cell], b: &[Cell]) -> Vec<Cell> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a, b);
    // A value that takes several cells meets the other list with one of them only.
    let mut is_plain = true;
    while let ([x, more_x @ ..], [y, more_y @ ..]) = (a, b) {
        match x.address().cmp(&y.address()) {
            Ordering::Less => {
                out.push(*x);
                a = more_x;
            }
            Ordering::Greater => {
                out.push(*y);
                b = more_y;
            }
            Ordering::Equal => {
                match x.value.checked_add(y.value) {
                    Some(0) => {}
                    Some(value) => out.push(Cell { value, ..*x }),
                    None => out.extend([*x, *y]),
                }
                is_plain &= !(exact::may_go_on(x.value) || exact::may_go_on(y.value))
                    && x.value.checked_add(y.value).is_some_and(|sum| sum != i64::MIN);
                (a, b) = (more_x, more_y);
            }
        }
    }
    out.extend_from_slice(a);
    out.extend_from_slice(b);
    if !is_plain {
        add_up(&mut out);
    }
    out
}

/// As many as a site can have numbers.
pub(crate) const SITES: usize = 1 << 16;

/// A fixed pseudo-random weight for a cell's address.
pub(crate) fn weight(site: Site, column: Column, slot: Slot) -> u128 {
    let address = u64::from(site.0) << 32 | u64::from(column.0) << 16 | u64::from(slot.0);
    u128::from(mix(address)) << 64 | u128::from(mix(address ^ 0x9E37_79B9_7F4A_7C15))
}

/// The finaliser of SplitMix64.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Reads a unit's figures: the sum over its places, and over what counts in it only.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The cells.
    pub rollup: &'a Rollup,
    /// The closures.
    pub atlas: &'a Atlas,
}

impl View<'_> {
    /// Which columns of a run of so many, from `first` on, a unit has cells in within some slots:
    /// in all others its sum is zero.
    pub fn touched(
        &self,
        unit: Unit,
        first: Column,
        count: u16,
        slots: &RangeInclusive<Slot>,
    ) -> Vec<Column> {
        let mut marks = vec![false; usize::from(count)];
        self.rollup.mark(Site::only(unit), first, slots, &mut marks);
        for place in self.atlas.places(unit) {
            self.rollup.mark(Site::place(*place), first, slots, &mut marks);
        }
        let marked = (first.0..).zip(marks).filter(|(_, marked)| *marked);
        marked.map(|(column, _)| Column(column)).collect()
    }

    /// The sum of some columns in a unit over a range of slots, and whether any of it comes from
    /// a place that newer units hold only by the gazetteer's default.
    pub fn sum(&self, unit: Unit, columns: &[Column], slots: RangeInclusive<Slot>) -> (i128, bool) {
        // Breakdowns are blocks of hundreds of columns, most of them empty.
        let of_run = |site, run: &[Column]| match run {
            [column] => self.rollup.sum(site, *column, slots.clone()),
            run => self.rollup.sum_run(site, run, &slots),
        };
        let runs: Vec<&[Column]> = columns.chunk_by(|a, b| b.0 == a.0 + 1).collect();
        let at = |site| runs.iter().map(|run| of_run(site, run)).sum::<i128>();
        let mut total = at(Site::only(unit));
        let mut allocated = false;
        let own = self.atlas.record(unit).generation;
        for place in self.atlas.places(unit) {
            let here = at(Site::place(*place));
            total += here;
            let of_place = self.atlas.record(self.atlas.unit_of(*place));
            allocated |= here != 0
                && self.atlas.is_allocated(*place)
                && of_place.generation != own
                && self.atlas.record(unit).level == crate::atlas::Level::Commune;
        }
        (total, allocated)
    }
}
