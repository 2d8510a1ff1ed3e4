//! Reads the embedded CSV files, on every start of the program, and therefore by hand.
//!
//! No field before the last (`note`, which nothing here uses) is ever quoted, so a line is split
//! at its commas. **Invariant:** the csv crate reads the same: `tests/gazetteer/files.rs`.

use std::sync::OnceLock;

use domain::atlas::{Atlas, Succession, Unit, UnitRecord};
use domain::time::Day;
use hashbrown::HashMap;

use super::codes::Codes;
use super::files::FILES;
use super::{Entry, Gazetteer, Kind, Point, edition_named, level_named};

/// The first day that units.csv knows. It is where the programme period starts, not where these
/// units did: they count as in force before it.
const ASSUMED_START: &str = "2021-01-01";

/// # Panics
/// When the files are broken: they are part of the program, and its tests read them.
pub(super) fn load() -> Gazetteer {
    let [(_, units), (_, successions), (_, aliases)] = FILES;
    let keys = keys(units);
    let at = |key: &str| *keys.get(key).expect("every key named in the gazetteer is in units.csv");
    let mut records = Vec::with_capacity(keys.len());
    let mut entries = Vec::with_capacity(keys.len());
    for line in lines(units) {
        let [key, generation, code, level, parent, name_vi, short_vi, name_en, kind, lat, lon] =
            fields(line);
        let [_, from, to] = fields_from(line, 11);
        records.push(UnitRecord {
            key: key.to_owned(),
            generation: edition_named(generation),
            level: level_named(level).expect("a level"),
            parent: (!parent.is_empty()).then(|| at(parent)),
            from: if from == ASSUMED_START { Day::MIN } else { day(from) },
            to: if to.is_empty() { Day::MAX } else { day(to) },
        });
        let kind = Kind::named(kind).expect("a kind");
        let point = lat.parse().ok().zip(lon.parse().ok()).map(|(lat, lon)| Point { lat, lon });
        entries.push(Entry { code, name_vi, short_vi, name_en, kind, point });
    }
    let successions: Vec<Succession> = lines(successions)
        .map(|line| {
            let [old, new] = fields(line);
            let [default] = fields_from(line, 9);
            Succession { old: at(old), new: at(new), default: default == "1" }
        })
        .collect();
    let aliases = lines(aliases).map(fields).map(|[key, text]| (at(key), text));
    Gazetteer {
        aliases: aliases.collect(),
        atlas: Atlas::new(records, &successions),
        entries,
        successions,
        codes: Codes::new(keys.iter().map(|(key, unit)| (*key, *unit))),
        keys,
        names: OnceLock::new(),
        hash: OnceLock::new(),
    }
}

fn keys(units: &'static str) -> HashMap<&'static str, Unit> {
    let keys = lines(units).map(fields).map(|[key]| key);
    keys.enumerate().map(|(index, key)| (key, Unit(index as u16))).collect()
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().skip(1)
}

fn fields<const N: usize>(line: &'static str) -> [&'static str; N] {
    fields_from(line, 0)
}

fn fields_from<const N: usize>(line: &'static str, first: usize) -> [&'static str; N] {
    let mut fields = line.split(',').skip(first);
    std::array::from_fn(|_| fields.next().expect("every line has all fields"))
}

fn day(text: &str) -> Day {
    text.parse().expect("a date")
}
