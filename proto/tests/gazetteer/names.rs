//! The gazetteer's own names: each finds its unit, and those that look alike are kept apart.

use std::collections::BTreeMap;

use domain::atlas::Unit;
use domain::time::Day;
use proto::gazetteer::UnitRef;
use unicode_normalization::UnicodeNormalization;

use crate::{code, day, gazetteer, outcome, unit};

/// The sets of units with one parent that are in force together and look alike.
fn alike(look: impl Fn(Unit) -> String) -> BTreeMap<Vec<Unit>, Day> {
    let atlas = &gazetteer().atlas;
    let mut sets = BTreeMap::new();
    for on in ["2021-06-15", "2025-03-01", "2025-07-01"].map(day) {
        let mut looks: BTreeMap<(Unit, String), Vec<Unit>> = BTreeMap::new();
        for unit in atlas.units().filter(|unit| atlas.in_force(*unit, on)) {
            if let Some(parent) = atlas.record(unit).parent {
                looks.entry((parent, look(unit))).or_default().push(unit);
            }
        }
        sets.extend(looks.into_values().filter(|set| set.len() > 1).map(|set| (set, on)));
    }
    sets
}

/// What this name means under the parent of the unit.
fn meant_beside(unit: Unit, name: &str, on: Day, marks: bool) -> String {
    let parent = gazetteer().atlas.record(unit).parent.expect("a parent");
    let text = format!("{name}, {}", gazetteer().path(parent));
    let ascii = |c: char| if c == 'đ' || c == 'Đ' { 'd' } else { c };
    let text = if marks { text } else { text.nfd().map(ascii).filter(char::is_ascii).collect() };
    outcome(gazetteer().resolve(&UnitRef::parse(&text), Some(on)))
}

#[test]
fn units_with_one_name_and_two_kinds_need_the_kind() {
    let sets = alike(|unit| gazetteer().entry(unit).short_vi.to_owned());
    for (set, on) in &sets {
        for unit in set {
            let entry = gazetteer().entry(*unit);
            let (short, name) = (entry.short_vi, entry.name_vi);
            assert_eq!(meant_beside(*unit, short, *on, true), "unit_ambiguous", "{short}");
            assert_eq!(meant_beside(*unit, name, *on, true), gazetteer().key(*unit), "{name}");
        }
    }
    assert_eq!(sets.len(), 28, "25 pairs of L or N; three of E with L");
}

#[test]
fn units_with_one_name_but_for_the_marks_need_the_marks() {
    let sets = alike(|unit| {
        let entry = gazetteer().entry(unit);
        format!("{} {}", entry.kind.vi(), entry.name_en.to_lowercase())
    });
    for (set, on) in &sets {
        for unit in set {
            let name = gazetteer().entry(*unit).name_vi;
            assert_eq!(meant_beside(*unit, name, *on, true), gazetteer().key(*unit), "{name}");
            assert_eq!(meant_beside(*unit, name, *on, false), "unit_ambiguous", "{name}");
        }
    }
    assert_eq!(sets.len(), 31);
}

#[test]
fn every_alias_means_its_unit() {
    let mut reader = csv::Reader::from_reader(&include_bytes!("../../gazetteer/aliases.csv")[..]);
    let mut refused = Vec::new();
    for row in reader.records().map(Result::unwrap) {
        let unit = unit(&row[0]);
        let record = gazetteer().atlas.record(unit);
        let reference = UnitRef::Name {
            name: row[1].to_owned(),
            parents: record.parent.map(|at| gazetteer().path(at)).into_iter().collect(),
            edition: record.generation,
            level: Some(record.level),
        };
        let found = outcome(gazetteer().resolve(&reference, None));
        if found != record.key {
            refused.push(format!("{} {}: {found}", &row[0], &row[1]));
        }
    }
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn every_unit_is_found_by_its_key_and_by_its_names() {
    let atlas = &gazetteer().atlas;
    let mut refused = Vec::new();
    for unit in atlas.units() {
        let record = atlas.record(unit);
        let by_key = gazetteer().resolve(&UnitRef::parse(&record.key), None);
        assert_eq!(by_key, Ok(unit), "{}", record.key);
        let reference = |name: &str| UnitRef::Name {
            name: name.to_owned(),
            parents: record.parent.map(|at| gazetteer().path(at)).into_iter().collect(),
            edition: record.generation,
            level: None,
        };
        let on = if record.to == Day::MAX { record.from } else { record.to };
        let found = gazetteer().resolve(&reference(gazetteer().entry(unit).name_vi), Some(on));
        if found != Ok(unit) {
            refused.push(format!("{}: {}", record.key, outcome(found)));
        }
        if let Some(edition) = record.generation {
            let by_code = code(gazetteer().entry(unit).code, Some(edition), None);
            assert_eq!(gazetteer().resolve(&by_code, Some(on)), Ok(unit));
        }
    }
    assert_eq!(refused, Vec::<String>::new());
}
