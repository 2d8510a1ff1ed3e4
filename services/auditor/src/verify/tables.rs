//! Holds the tables against the vintage, cell by cell.

use proto::catalogue::Catalogue;

use super::archive::Opened;
use crate::fault::{Fault, Faults};
use crate::form::{self, tables};
use crate::vintage::{Kind, Vintage};

/// Tells every cell that is not what the vintage says.
pub(super) fn compare(
    opened: &Opened,
    vintage: &Vintage,
    catalogue: &Catalogue,
    faults: &mut Faults,
) {
    let kinds = [Kind::Figure, Kind::Movement, Kind::Target, Kind::Finding];
    for (file, kind) in form::TABLES.into_iter().zip(kinds) {
        let Some(bytes) = opened.bytes(file) else { continue };
        match tables::read(bytes) {
            Ok(said) => rows(file, &said, &tables::rows(vintage, kind, catalogue), faults),
            Err(what) => faults.find(Fault::Unreadable { file, what }),
        }
    }
}

fn rows(file: &'static str, said: &[Vec<String>], found: &[Vec<String>], faults: &mut Faults) {
    let none = Vec::new();
    let columns = &found[0];
    for at in 0..said.len().max(found.len()) {
        let (said, found) = (said.get(at).unwrap_or(&none), found.get(at).unwrap_or(&none));
        if said == found {
            continue;
        }
        // What the row is of: unit, indicator and breakdown, or what stands in their place.
        let named = if found.is_empty() { said } else { found };
        let of: Vec<&str> = [0, 2, 4].iter().filter_map(|at| Some(&**named.get(*at)?)).collect();
        for column in 0..said.len().max(found.len()) {
            let cell = |row: &[String]| row.get(column).cloned().unwrap_or_default();
            let (said, found) = (cell(said), cell(found));
            if said != found {
                let column = columns.get(column).map_or("?", |name| name);
                let (line, cell) = (at as u64 + 1, format!("{} {column}", of.join(" ")));
                faults.find(Fault::Cell { file, line, cell, said, found });
            }
        }
    }
}
