//! Reading figures of a unit from the rows, beside the one that writes them.

use std::sync::Arc;

use domain::atlas::Unit;
use domain::contribution::Rules;
use domain::posting::{Column, Site, Slot};

use crate::engine::Engine;
use crate::meta::{Found, Meta, read_position};
use crate::upper::{combine, is_upper};
use crate::{Error, Result, key, notices, series};

/// Reads rows while the store goes on; any number, in the same process.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(crate) engine: Engine,
    pub(crate) rules: Arc<Rules>,
}

/// The cells of a column in a unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Series {
    /// The position in the journal that the rows were as of when reading began.
    pub position: u64,
    /// By slot, none of them zero; several of one slot where a sum needs more than 64 bits.
    pub cells: Vec<(Slot, i64)>,
}

impl Reader {
    /// The sums of a column in a unit, by slot.
    ///
    /// A nation, province or district has a row of its own, which may be some seconds behind; a
    /// commune is summed from its places.
    ///
    /// # Errors
    /// `Io`, `Engine`, `Damaged`.
    pub fn read_unit(&self, unit: Unit, column: Column) -> Result<Series> {
        let atlas = &self.rules.atlas;
        let mut cells = Vec::new();
        let mut read = |key: &[u8]| match self.engine.get(key)? {
            None => Ok(()),
            Some(row) => series::unpack(&row, |slot, value| cells.push((slot, value)))
                .ok_or_else(|| self.damaged("a series")),
        };
        if is_upper(atlas, unit) {
            let position = match self.engine.get(key::UPPER_MARK)? {
                None => 0,
                Some(row) => read_position(&row).ok_or_else(|| self.damaged("a position"))?,
            };
            read(&key::upper(unit, column))?;
            return Ok(Series { position, cells });
        }
        let position = match self.engine.get(key::META)?.map(|row| Meta::read(&row)) {
            None => 0,
            Some(Found::Meta(meta)) => meta.mark.position,
            Some(Found::Format(_) | Found::Damaged) => return Err(self.damaged("meta")),
        };
        let places = atlas.places(unit).iter().map(|place| Site::place(*place));
        for site in places.chain([Site::only(unit)]) {
            read(&key::cells(site, column))?;
        }
        combine(&mut cells);
        Ok(Series { position, cells })
    }

    /// Notices after the n-th, in their order, at most so many.
    ///
    /// # Errors
    /// `Io`, `Engine`.
    pub fn notices(&self, after: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        self.engine.walk(&key::notices(after.saturating_add(1)), key::NOTICES, |key, run| {
            let (last, run) = (key::read_long(key), notices::unpack(run));
            let (Some(last), Some(run)) = (last, run) else { return Err(self.damaged("notices")) };
            // The first run may have some that are not after it.
            let before = (after + run.len() as u64).saturating_sub(last) as usize;
            let room = limit - found.len();
            found.extend(run.into_iter().skip(before).take(room).map(<[u8]>::to_vec));
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    fn damaged(&self, what: &'static str) -> Error {
        Error::Damaged { path: self.engine.path().to_owned(), what }
    }
}
