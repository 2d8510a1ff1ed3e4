//! The files: as many units as the law says, and what the csv crate reads.

use std::collections::BTreeMap;

use domain::atlas::Level;
use domain::time::Day;

use crate::{day, gazetteer};

fn live(on: &str, level: Level) -> usize {
    let atlas = &gazetteer().atlas;
    let on = day(on);
    atlas.units().filter(|u| atlas.record(*u).level == level && atlas.in_force(*u, on)).count()
}

#[test]
fn the_units_in_force_are_as_many_as_the_law_says() {
    let cases = [
        ("2000-01-01", 63, 705, 10_599, "an assumed start counts as in force before it"),
        ("2021-06-15", 63, 705, 10_599, "the programme's first year"),
        ("2024-12-31", 63, 705, 10_599, "the last day of the E units"),
        ("2025-01-01", 63, 696, 10_035, "the first day of those that replaced them"),
        ("2025-06-30", 63, 696, 10_035, "the last day of three tiers"),
        ("2025-07-01", 34, 0, 3_321, "the first day of two tiers"),
        ("2030-01-01", 34, 0, 3_321, "still valid"),
    ];
    for (on, provinces, districts, communes, why) in cases {
        let counted =
            [Level::Province, Level::District, Level::Commune].map(|level| live(on, level));
        assert_eq!(counted, [provinces, districts, communes], "{on}: {why}");
        assert_eq!(live(on, Level::Nation), 1);
    }
}

#[test]
fn on_any_day_at_most_one_unit_is_in_force_for_each_code() {
    let mut by_code: BTreeMap<&str, Vec<(Day, Day)>> = BTreeMap::new();
    for unit in gazetteer().atlas.units() {
        let record = gazetteer().atlas.record(unit);
        assert!(record.from <= record.to, "{}", record.key);
        by_code.entry(gazetteer().entry(unit).code).or_default().push((record.from, record.to));
    }
    for (code, mut spans) in by_code {
        spans.sort_unstable();
        assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0), "{code}: {spans:?}");
    }
}

#[test]
fn a_parent_is_in_force_as_long_as_its_children() {
    let atlas = &gazetteer().atlas;
    for unit in atlas.units() {
        let record = atlas.record(unit);
        let Some(parent) = record.parent else { continue };
        let above = atlas.record(parent);
        assert!(above.from <= record.from && record.to <= above.to, "{}", record.key);
        assert!(above.level < record.level, "{}", record.key);
    }
}

#[test]
fn the_csv_crate_reads_the_same() {
    let read = |file: &'static str| {
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        reader.records().map(Result::unwrap).collect::<Vec<_>>()
    };
    let units = read(include_str!("../../gazetteer/units.csv"));
    assert_eq!(units.len(), gazetteer().atlas.units().count());
    for (row, unit) in units.iter().zip(gazetteer().atlas.units()) {
        let record = gazetteer().atlas.record(unit);
        let entry = gazetteer().entry(unit);
        let parent = record.parent.map_or("", |parent| gazetteer().key(parent));
        assert_eq!(&row[0], record.key);
        assert_eq!(&row[2], entry.code);
        assert_eq!(&row[4], parent);
        assert_eq!([&row[5], &row[6], &row[7]], [entry.name_vi, entry.short_vi, entry.name_en]);
        assert_eq!(&row[8], entry.kind.vi());
        assert_eq!(row[9].parse::<f64>().ok(), entry.point.map(|point| point.lat));
        assert_eq!(row[10].parse::<f64>().ok(), entry.point.map(|point| point.lon));
        let from = if &row[12] == "2021-01-01" { Day::MIN } else { day(&row[12]) };
        let to = if row[13].is_empty() { Day::MAX } else { day(&row[13]) };
        assert_eq!((record.from, record.to), (from, to), "{}", record.key);
    }
    let successions = read(include_str!("../../gazetteer/successions.csv"));
    assert_eq!(successions.len(), gazetteer().successions().len());
    for (row, succession) in successions.iter().zip(gazetteer().successions()) {
        assert_eq!(&row[0], gazetteer().key(succession.old));
        assert_eq!(&row[1], gazetteer().key(succession.new));
        assert_eq!(&row[9] == "1", succession.default);
    }
}

#[test]
fn the_hash_is_that_of_the_files() {
    use sha2::{Digest, Sha256};
    let files = [
        include_str!("../../gazetteer/units.csv"),
        include_str!("../../gazetteer/successions.csv"),
        include_str!("../../gazetteer/aliases.csv"),
    ];
    let digest = Sha256::digest(files.concat());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(gazetteer().hash(), hex);
}
