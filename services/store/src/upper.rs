//! Rows of the units above communes: sums of the leaves, caught up now and then.
//!
//! Between two settlings only the differences are kept, in memory. When there are too many of
//! them, or it is not known what the rows hold, all rows are summed again from the leaf rows.

use domain::atlas::{Atlas, Level, Unit};
use domain::exact;
use domain::posting::{Column, Posting, Site, Slot};
use hashbrown::HashMap;

use crate::batch::Batch;
use crate::check;
use crate::engine::Engine;
use crate::key;
use crate::meta::write_position;
use crate::series;
use crate::{Error, Result};

/// More differences than this are not worth keeping (some 16 MB).
const DIFFERENCES_MAX: usize = 500_000;
/// About how many bytes of rows go into one batch when all are written.
const BATCH_BYTES: usize = 8 << 20;

/// What the upper rows lack.
#[derive(Debug)]
pub(crate) enum Upper {
    /// These differences to what the rows hold.
    Behind(HashMap<(Unit, Column, Slot), i128>),
    /// Nobody knows.
    Unknown,
}

/// The units above communes that a site counts in.
pub(crate) fn units(atlas: &Atlas, site: Site) -> impl Iterator<Item = Unit> + '_ {
    let (place, only) = match site.which() {
        Ok(place) => (Some(place), None),
        Err(unit) => (None, Some(unit)),
    };
    let closure = place.map_or(&[][..], |place| atlas.closure(place));
    closure.iter().copied().chain(only).filter(|unit| is_upper(atlas, *unit))
}

pub(crate) fn is_upper(atlas: &Atlas, unit: Unit) -> bool {
    match atlas.record(unit).level {
        Level::Nation | Level::Province | Level::District => true,
        Level::Commune => false,
    }
}

/// A cell's part in the check over all upper rows.
pub(crate) fn weight(unit: Unit, column: Column, slot: Slot, value: i64) -> u128 {
    check::of_cell(Site::only(unit), column, slot, value)
}

impl Upper {
    pub(crate) fn none() -> Upper {
        Upper::Behind(HashMap::new())
    }

    pub(crate) fn is_settled(&self) -> bool {
        matches!(self, Upper::Behind(differences) if differences.is_empty())
    }

    /// Takes in what a commit posts.
    pub(crate) fn add(&mut self, atlas: &Atlas, postings: &[Posting]) {
        let Upper::Behind(differences) = self else { return };
        for Posting { site, column, slot, by } in postings {
            for unit in units(atlas, *site) {
                *differences.entry((unit, *column, *slot)).or_default() += i128::from(*by);
            }
        }
        if differences.len() > DIFFERENCES_MAX {
            *self = Upper::Unknown;
        }
    }

    /// Writes what the rows lack, so that they are as of `position`, the last commit's.
    pub(crate) fn settle(&mut self, engine: &Engine, atlas: &Atlas, position: u64) -> Result<()> {
        match std::mem::replace(self, Upper::Unknown) {
            Upper::Behind(differences) => change(engine, differences, position)?,
            Upper::Unknown => make_all(engine, atlas, position)?,
        }
        *self = Upper::none();
        Ok(())
    }
}

/// Adds the differences to their rows: one batch.
fn change(
    engine: &Engine,
    differences: HashMap<(Unit, Column, Slot), i128>,
    position: u64,
) -> Result<()> {
    let mut differences: Vec<_> = differences.into_iter().filter(|(_, by)| *by != 0).collect();
    differences.sort_unstable_by_key(|(cell, _)| *cell);
    let mut batch = Batch::default();
    for row in differences.chunk_by(|a, b| (a.0.0, a.0.1) == (b.0.0, b.0.1)) {
        let (unit, column, _) = row[0].0;
        let key = key::upper(unit, column);
        let mut cells: Vec<(Slot, i64)> = Vec::new();
        if let Some(bytes) = engine.get(&key)? {
            series::unpack(&bytes, |slot, value| cells.push((slot, value)))
                .ok_or_else(|| damaged(engine))?;
        }
        cells.extend(row.iter().flat_map(|((_, _, slot), by)| of_slot(*slot, *by)));
        put(&mut batch, &key, cells);
    }
    batch.insert(key::UPPER_MARK, write_position(position));
    engine.write(batch, 0)
}

/// Sums all rows from the leaves.
fn make_all(engine: &Engine, atlas: &Atlas, position: u64) -> Result<()> {
    let mut batch = Batch::default();
    batch.remove(key::UPPER_MARK);
    engine.scan(key::UPPER, |key, _| {
        batch.remove(key);
        Ok(())
    })?;
    // If we crash here, or after any batch but the last, the rows do not come to what the leaves
    // do: the next start sees it and sums them again.
    engine.write(std::mem::take(&mut batch), 0)?;
    let mut bytes = 0;
    for unit in atlas.units().filter(|unit| is_upper(atlas, *unit)) {
        let mut columns: HashMap<Column, HashMap<Slot, i128>> = HashMap::new();
        let places = atlas.places(unit).iter().map(|place| Site::place(*place));
        for site in places.chain([Site::only(unit)]) {
            engine.scan(&key::site(site), |key, value| {
                let (_, column) = key::read_pair(key).ok_or_else(|| damaged(engine))?;
                let sums = columns.entry(Column(column)).or_default();
                let add = |slot, value| *sums.entry(slot).or_default() += i128::from(value);
                series::unpack(value, add).ok_or_else(|| damaged(engine))
            })?;
        }
        for (column, cells) in columns {
            let cells = cells.into_iter().flat_map(|(slot, sum)| of_slot(slot, sum));
            bytes += put(&mut batch, &key::upper(unit, column), cells.collect());
            if bytes > BATCH_BYTES {
                engine.write(std::mem::take(&mut batch), 0)?;
                bytes = 0;
            }
        }
    }
    batch.insert(key::UPPER_MARK, write_position(position));
    engine.write(batch, 0)
}

/// Puts a row of cells in any order, or removes it if they come to nothing.
fn put(batch: &mut Batch, key: &[u8; 5], mut cells: Vec<(Slot, i64)>) -> usize {
    combine(&mut cells);
    if cells.is_empty() {
        batch.remove(key);
        return 0;
    }
    let row = series::pack(cells.into_iter());
    let bytes = row.len();
    batch.insert(key, row);
    bytes
}

/// Sorts cells, adds up those of one slot, and drops zeros.
pub(crate) fn combine(cells: &mut Vec<(Slot, i64)>) {
    cells.sort_unstable_by_key(|(slot, _)| *slot);
    exact::add_up(cells, |a, b| a.0 == b.0, |(_, value)| value);
}

/// The cells of a sum.
fn of_slot(slot: Slot, sum: i128) -> impl Iterator<Item = (Slot, i64)> {
    exact::split(sum).map(move |value| (slot, value))
}

fn damaged(engine: &Engine) -> Error {
    Error::Damaged { path: engine.path().to_owned(), what: "a series" }
}
