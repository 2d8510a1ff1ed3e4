//! What has to be hidden beside the few, so that nobody computes these from what is told:
//! complementary suppression.
//!
//! What sums to what is looked at one sum at a time: the breakdowns of a unit with their margins,
//! and a unit with those directly below it. Of every sum that is told either nothing is hidden or
//! two parts are, which are of enough households together; of one that is hidden at least one part.

use crate::atlas::{Atlas, Unit};

use super::reach::Reach;
use super::shape::{Parts, Shape};
use super::table::Table;

/// Hides the few, and what they could be computed from. The first of the units is the sum of the
/// others; what is given as hidden of it has been judged before.
pub(super) fn protect(
    atlas: &Atlas,
    shape: &Shape,
    reach: Reach,
    given: Option<Vec<bool>>,
    min: u32,
) -> Table {
    let Reach { units, households } = reach;
    let cells = shape.len();
    let hidden = households.iter().map(|of| (1..min).contains(of)).collect();
    let mut table = Table { units, cells, households, hidden };
    let is_given = given.is_some();
    if let Some(given) = given {
        table.hidden[..cells].copy_from_slice(&given);
    }
    let groups = groups(atlas, &table.units, cells);
    loop {
        let mut any = false;
        for unit in usize::from(is_given)..table.units.len() {
            any |= within(&mut table, unit, &shape.sums, min);
        }
        for cell in 0..cells {
            for group in &groups {
                any |= across(&mut table, cell, group, min);
            }
        }
        if !any {
            return table;
        }
    }
}

/// Where the rows of the units below begin, by generation: those of each sum to the whole.
fn groups(atlas: &Atlas, units: &[Unit], cells: usize) -> Vec<Vec<usize>> {
    let mut groups: Vec<(Option<_>, Vec<usize>)> = Vec::new();
    for (nth, unit) in units.iter().enumerate().skip(1) {
        let generation = atlas.record(*unit).generation;
        match groups.iter_mut().find(|(one, _)| *one == generation) {
            Some((_, group)) => group.push(nth * cells),
            None => groups.push((generation, vec![nth * cells])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Protects the breakdowns of one unit; whether anything more is hidden now.
fn within(table: &mut Table, unit: usize, sums: &[Parts], min: u32) -> bool {
    let from = unit * table.cells;
    // Where nothing is hidden every sum is safe.
    if !table.hidden[from..from + table.cells].contains(&true) {
        return false;
    }
    let mut any = false;
    loop {
        let mut more = false;
        for sum in sums {
            // What is of few is not broken down at all.
            if table.households[from + sum.whole] < min {
                continue;
            }
            // A total of households is told also where that of their money is not.
            while let Some(one) = next(table, from + sum.whole, (&sum.parts, from), true, min) {
                table.hidden[one] = true;
                more = true;
            }
        }
        any |= more;
        if !more {
            return any;
        }
    }
}

/// Protects one cell of the units below against their sum; whether anything more is hidden now.
fn across(table: &mut Table, cell: usize, group: &[usize], min: u32) -> bool {
    if table.households[cell] < min {
        return false;
    }
    let mut any = false;
    while let Some(one) = next(table, cell, (group, cell), false, min) {
        table.hidden[one] = true;
        any = true;
    }
    any
}

/// What else has to be hidden for one sum of enough, if anything. The parts stand `from` on.
fn next(
    table: &Table,
    whole: usize,
    (parts, from): (&[usize], usize),
    is_told: bool,
    min: u32,
) -> Option<usize> {
    let of = |one: usize| table.households[one];
    let (mut hidden, mut together) = (0, 0u32);
    for one in parts.iter().map(|part| from + part).filter(|one| table.hidden[*one]) {
        hidden += 1;
        together = together.saturating_add(of(one));
    }
    let is_safe = match hidden {
        0 => !table.hidden[whole],
        1 => !is_told && table.hidden[whole],
        _ => together >= min || !is_told && table.hidden[whole],
    };
    if is_safe {
        return None;
    }
    let open = parts.iter().map(|part| from + part).filter(|one| !table.hidden[*one]);
    // The smallest, for as little as possible is to be hidden; where nothing else is left, that
    // there is nothing is hidden, too.
    open.min_by_key(|one| (of(*one) == 0, of(*one)))
}
