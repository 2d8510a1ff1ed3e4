//! The gazetteer against its own checks, the reports, and the ways people write names.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::atlas::{Generation, Level, Place, Unit};
use domain::time::Day;
use proptest::prelude::*;
use proto::gazetteer::{Candidates, Gazetteer, Lang, UnitRef, Unresolved};
use unicode_normalization::UnicodeNormalization;

fn gazetteer() -> &'static Gazetteer {
    Gazetteer::embedded()
}

fn day(text: &str) -> Day {
    text.parse().expect("a date")
}

fn unit(key: &str) -> Unit {
    gazetteer().unit(key).unwrap_or_else(|| panic!("no unit {key}"))
}

/// The key of the unit that the text means, or the reason why it means none.
fn meant(text: &str, on: &str) -> String {
    let on = (!on.is_empty()).then(|| day(on));
    outcome(gazetteer().resolve(&UnitRef::parse(text), on))
}

fn outcome(resolved: Result<Unit, Unresolved>) -> String {
    match resolved {
        Ok(unit) => gazetteer().key(unit).to_owned(),
        Err(unresolved) => unresolved.reason().to_owned(),
    }
}

fn refusal(reference: &UnitRef, on: &str) -> Unresolved {
    let on = (!on.is_empty()).then(|| day(on));
    gazetteer().resolve(reference, on).expect_err("a refusal")
}

fn code(code: &str, edition: Option<Generation>, name: Option<&str>) -> UnitRef {
    UnitRef::Code { code: code.into(), edition, name: name.map(str::to_owned) }
}

fn live(on: &str, level: Level) -> usize {
    let atlas = &gazetteer().atlas;
    let on = day(on);
    atlas.units().filter(|u| atlas.record(*u).level == level && atlas.in_force(*u, on)).count()
}

// The files

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
    let units = read(include_str!("../gazetteer/units.csv"));
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
    let successions = read(include_str!("../gazetteer/successions.csv"));
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
        include_str!("../gazetteer/units.csv"),
        include_str!("../gazetteer/successions.csv"),
        include_str!("../gazetteer/aliases.csv"),
    ];
    let digest = Sha256::digest(files.concat());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(gazetteer().hash(), hex);
}

// The atlas

#[test]
fn every_place_lies_in_the_nation_and_in_one_new_province() {
    let atlas = &gazetteer().atlas;
    let nation = unit("VN");
    for index in 0..atlas.place_count() {
        let place = Place(index as u16);
        let closure = atlas.closure(place);
        assert_eq!(closure.iter().filter(|at| **at == nation).count(), 1);
        let provinces = closure.iter().filter(|at| {
            let record = atlas.record(**at);
            record.level == Level::Province && record.generation == Some(Generation::New)
        });
        let expected = usize::from(place != Place::from(nation));
        assert_eq!(provinces.count(), expected, "{}", gazetteer().path(atlas.unit_of(place)));
    }
}

#[test]
fn a_divided_commune_is_allocated_unless_its_part_is_named() {
    let atlas = &gazetteer().atlas;
    let mut heirs: BTreeMap<Unit, Vec<Unit>> = BTreeMap::new();
    for succession in gazetteer().successions() {
        heirs.entry(succession.old).or_default().push(succession.new);
    }
    let divided: Vec<_> = heirs
        .iter()
        .filter(|(old, new)| atlas.record(**old).level == Level::Commune && new.len() > 1)
        .collect();
    assert_eq!(divided.len(), 440);
    for (old, new) in divided {
        assert!(atlas.is_allocated((*old).into()), "{}", gazetteer().key(*old));
        for successor in new {
            let part = atlas.part(*old, *successor).unwrap();
            assert!(!atlas.is_allocated(part));
            assert!(atlas.holds(*successor, part) && atlas.holds(*old, part));
            for other in new.iter().filter(|other| *other != successor) {
                assert!(!atlas.holds(*other, part));
            }
        }
    }
}

#[test]
fn krong_pa_went_into_four_communes() {
    let atlas = &gazetteer().atlas;
    let district = unit("L-637");
    assert_eq!(atlas.children(district).len(), 14);
    let today: BTreeSet<&str> = atlas
        .children(district)
        .iter()
        .flat_map(|commune| atlas.closure((*commune).into()))
        .filter(|at| {
            let record = atlas.record(**at);
            record.level == Level::Commune && record.generation == Some(Generation::New)
        })
        .map(|at| gazetteer().key(*at))
        .collect();
    assert_eq!(today, BTreeSet::from(["N-24076", "N-24100", "N-24109", "N-24112"]));
}

// Names

#[test]
fn the_places_of_the_reports_are_found_as_they_are_written() {
    let file = include_str!("report-places.csv");
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut found = 0;
    for row in reader.records().map(Result::unwrap) {
        let [document, kind, written, key] = [&row[0], &row[1], &row[2], &row[3]];
        if kind == "buôn" || written == "(not named)" {
            continue; // below the communes, or without a name
        }
        let (on, above) = match (document, kind) {
            ("004", "xã") => ("2021-06-14", "Krông Pa"),
            ("004", _) => ("2021-06-14", ""),
            _ => ("2024-09-24", ""),
        };
        let reference = UnitRef::Name {
            name: format!("{kind} {written}"),
            parents: if above.is_empty() { vec![] } else { vec![above.to_owned()] },
            edition: None,
            level: None,
        };
        let resolved = gazetteer().resolve(&reference, Some(day(on)));
        if written.is_ascii() || !written.contains('\u{94B}') {
            assert_eq!(outcome(resolved), key, "{kind} {written}");
            found += 1;
        } else {
            assert_eq!(outcome(resolved), "foreign_script", "{kind} {written}");
        }
    }
    assert_eq!(found, 20);
}

#[test]
fn a_name_is_found_as_people_write_it() {
    let (then, last, now) = ("2021-06-14", "2025-06-30", "2025-07-01");
    let cases = [
        ("Xã Phú Cần, Huyện Krông Pa, Tỉnh Gia Lai", then, "L-24097", "the official form"),
        ("Phú Cần, Krông Pa, Gia Lai", then, "L-24097", "without kinds"),
        ("Phú Cần, Gia Lai", then, "L-24097", "the district left out"),
        ("Phú Cần, L-637", then, "L-24097", "the parent by its key"),
        ("Phú Cần, Krông Pa, Gia Lai, Việt Nam", then, "L-24097", "up to the nation"),
        ("X. Phú Cần, H. Krông Pa, T. Gia Lai", then, "L-24097", "short kinds"),
        ("xã phú cần, huyện krông pa", then, "L-24097", "small letters"),
        ("XÃ PHÚ CẦN, HUYỆN KRÔNG PA", then, "L-24097", "capitals"),
        ("xa Phu Can, huyen Krong Pa", then, "L-24097", "without marks"),
        ("Xã\u{a0}Phú\u{a0}Cần,\u{202f}Krông\u{a0}Pa", then, "L-24097", "no-break spaces"),
        ("  Phú   Cần ,Krông Pa ", then, "L-24097", "spaces anywhere"),
        ("TT Phú Túc, Krông Pa", then, "L-24076", "a township, short"),
        ("Thị trấn Phú Túc, Krông Pa", then, "L-24076", "a township"),
        ("Phú Túc, Krông Pa", then, "L-24076", "a township without its kind"),
        ("Xã Phú Túc, Krông Pa", then, "unit_unknown", "a wrong kind is no match"),
        ("Xã Phú Túc, Gia Lai", now, "N-24076", "a xã it became in 2025"),
        ("Chư RCăm, Krông Pa", then, "L-24112", "case inside a name"),
        ("Ia Hdréh, Krông Pa", then, "L-24100", "another spelling of the report"),
        ("Ia RSuom, Krông Pa", then, "L-24082", "marks lost inside"),
        ("Krông Pa", then, "unit_ambiguous", "a district, and a xã in Phú Yên"),
        ("Huyện Krông Pa", "", "L-637", "without a day"),
        ("H. Krông Pa, Gia Lai", then, "L-637", "short"),
        ("Gia Lai", then, "L-64", "the old province"),
        ("Gia Lai", now, "N-52", "the new province, under another code"),
        ("Gia Lai", "", "unit_ambiguous", "without a day both may be meant"),
        ("TP. Hồ Chí Minh", then, "L-79", "short, with a dot"),
        ("TP.Hồ Chí Minh", now, "N-79", "short, without a space"),
        ("TP HCM", now, "N-79", "an alias with its kind"),
        ("tphcm", then, "L-79", "an alias in small letters"),
        ("Tỉnh Thừa Thiên - Huế", "2024-12-31", "E-46", "a hyphen inside"),
        ("Thành phố Huế", "2025-07-01", "N-46", "the new centrally run city"),
        ("Bà Rịa-Vũng Tàu", then, "L-77", "a hyphen without spaces"),
        ("Việt Nam", now, "VN", "the nation"),
        ("cả nước", now, "VN", "as reports say"),
        ("Ea T'Ling, Cư Jút", last, "L-24640", "apostrophe"),
        ("Ea TLing, Cư Jút", last, "L-24640", "no apostrophe"),
        ("Ea Tling, Cư Jút", last, "L-24640", "nor a capital"),
        ("Ea T’Ling, Cư Jút", last, "L-24640", "a typographic apostrophe"),
        ("Quận 1", last, "L-760", "a number"),
        ("Q.1, TP.HCM", last, "L-760", "a number, short"),
        ("Q1", last, "L-760", "a number, shorter"),
        ("Phường 1, Quận 3", last, "L-27160", "a numbered ward"),
        ("P.1, Q.3", "2024-06-01", "L-27160", "its number, short"),
        ("Phường 01, Quận 3", "2024-06-01", "L-27160", "a zero before it"),
        ("Tỉnh Hoà Bình", then, "L-17", "old tone placement"),
        ("Huyện Đình Lập", then, "L-189", "đ"),
        ("dinh lap", then, "unit_ambiguous", "a district, a township and a xã in it"),
        ("huyen dinh lap", then, "L-189", "no marks, but a kind"),
        ("L-24097", "", "L-24097", "a key"),
        ("l-24097", then, "L-24097", "its letter small"),
        ("vn", now, "VN", "the nation's key"),
        ("L-24097", now, "unit_not_in_force", "a key on a later day"),
        ("L-99999", now, "unit_unknown", "no such key"),
        ("24097", then, "unit_ambiguous", "a bare code"),
        ("99999", then, "unit_unknown", "no such code"),
        ("Phú Cần, Kiến Xương", then, "unit_unknown", "not under that parent"),
        ("Phú Cần, Yên Bình", then, "unit_unknown", "Phúc An is another name"),
        ("Phú Cần, Gia Lai, Krông Pa", then, "unit_unknown", "parents in the wrong order"),
        ("Buôn Tờ Tung, Krông Pa", then, "unit_unknown", "below the communes"),
        ("", then, "unit_missing", "nothing"),
        ("Phú Cần,,Gia Lai", then, "unit_missing", "nothing between commas"),
        ("Ia Rmोक, Krông Pa", then, "foreign_script", "Devanagari"),
        ("Рhú Cần", then, "foreign_script", "Cyrillic er"),
        ("Ρhú Cần", then, "foreign_script", "Greek rho"),
        ("Ｐhú Cần", then, "foreign_script", "fullwidth"),
        ("Phú\tCần", then, "control_character", "a tab"),
        ("Phú\u{200b}Cần", then, "control_character", "a zero-width space"),
    ];
    let mut wrong = Vec::new();
    for (text, on, expected, why) in cases {
        let decomposed: String = text.nfd().collect();
        for written in [text, &decomposed] {
            let found = meant(written, on);
            if found != expected {
                wrong.push(format!("{written:?} on {on}: {found}, not {expected}: {why}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(meant(&"a".repeat(121), ""), "unit_name_too_long");
}

#[test]
fn krong_pas_communes_are_found_under_their_district() {
    let communes = [
        ("Phú Túc", "L-24076"),
        ("Ia RSai", "L-24079"),
        ("Ia RSươm", "L-24082"),
        ("Chư Gu", "L-24085"),
        ("Đất Bằng", "L-24088"),
        ("Ia Mlăh", "L-24091"),
        ("Chư Drăng", "L-24094"),
        ("Phú Cần", "L-24097"),
        ("Ia HDreh", "L-24100"),
        ("Ia RMok", "L-24103"),
        ("Chư Ngọc", "L-24106"),
        ("Uar", "L-24109"),
        ("Chư Rcăm", "L-24112"),
        ("Krông Năng", "L-24115"),
    ];
    for (name, key) in communes {
        assert_eq!(meant(&format!("{name}, Krông Pa"), "2021-06-14"), key);
        assert_eq!(meant(&format!("{name}, Krông Pa"), "2025-07-01"), "unit_not_in_force");
    }
}

#[test]
fn names_that_differ_only_in_marks_are_kept_apart() {
    let cases = [
        ("Phường Sa Pa, Lào Cai", "2024-01-01", "L-03001", "marks elsewhere: it has none itself"),
        ("Phường Sa Pả, Lào Cai", "2024-01-01", "L-03002", "its mark"),
        ("Sa Pả", "2024-01-01", "L-03002", "its mark, alone"),
        ("Phuong Sa Pa, Lao Cai", "2024-01-01", "unit_ambiguous", "the marks were dropped"),
        ("phuong sa pa", "2024-01-01", "unit_ambiguous", "the marks were dropped"),
        ("Thị xã Sa Pa", "2024-01-01", "L-088", "another kind"),
        ("Phường Sa Pa", "2025-07-01", "N-03006", "only one is left"),
        ("Phường Sa Pả", "2025-07-01", "unit_not_in_force", "Sa Pả is not the Sa Pa of today"),
        ("Minh Quân, Trấn Yên", "2024-01-01", "L-04567", "its mark"),
        ("Minh Quán, Trấn Yên", "2024-01-01", "L-04516", "its mark"),
        ("Minh Quan, Tran Yen", "2024-01-01", "unit_ambiguous", "the marks were dropped"),
    ];
    for (text, on, expected, why) in cases {
        assert_eq!(meant(text, on), expected, "{text} on {on}: {why}");
    }
}

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
    let mut reader = csv::Reader::from_reader(&include_bytes!("../gazetteer/aliases.csv")[..]);
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

// Codes

#[test]
fn a_code_needs_its_edition_or_its_name() {
    use Generation::{Legacy, New};
    let cases = [
        ("24112", Some(Legacy), None, "2021-06-14", "L-24112", "with the edition: Chư Rcăm"),
        ("24112", Some(New), None, "2025-07-01", "N-24112", "the same code is Ia Rsai since"),
        ("24112", Some(New), None, "2025-06-30", "unit_not_in_force", "not before"),
        ("24112", None, None, "2021-06-14", "unit_ambiguous", "the code alone"),
        ("24112", None, Some("Chư Rcăm"), "2021-06-14", "L-24112", "the name agrees"),
        ("24112", None, Some("Xã Chư RCăm, Krông Pa"), "2021-06-14", "L-24112", "and so above"),
        ("24112", None, Some("Chư Rcăm"), "2025-07-01", "unit_not_in_force", "not any more"),
        ("24112", None, Some("Ia Rsai"), "2025-07-01", "N-24112", "the new name agrees"),
        ("24112", None, Some("Ia Rsai"), "", "N-24112", "the name decides without a day"),
        ("24112", None, Some("Phú Cần"), "2021-06-14", "unit_name_disagrees", "another's name"),
        ("24112", Some(Legacy), Some("Ia Rsai"), "2021-06-14", "unit_name_disagrees", "the new"),
        ("08", Some(Legacy), None, "2025-06-30", "L-08", "Tuyên Quang"),
        ("08", Some(New), None, "2025-07-01", "N-08", "Tuyên Quang with Hà Giang"),
        ("08", None, Some("Tuyên Quang"), "2025-06-30", "L-08", "the day decides"),
        ("08", None, Some("Tuyên Quang"), "2025-07-01", "N-08", "the day decides"),
        ("08", None, Some("Tuyên Quang"), "", "unit_ambiguous", "nothing decides"),
        ("13120", None, Some("Lê Lợi"), "2025-07-01", "N-13120", "Nam Cao, Thống Nhất, Lê Lợi"),
        ("13120", None, Some("Thống Nhất"), "2025-06-30", "L-13120", "Nam Cao, Thống Nhất"),
        ("13120", None, Some("Nam Cao"), "2024-12-31", "E-13120", "Nam Cao"),
        ("13120", Some(Legacy), None, "2024-12-31", "unit_not_in_force", "then it was in E"),
        ("24097", Some(New), None, "2025-07-01", "unit_unknown", "no seat any more"),
        ("2411", Some(Legacy), None, "", "unit_unknown", "no such width"),
    ];
    for (number, edition, name, on, expected, why) in cases {
        let day = (!on.is_empty()).then(|| day(on));
        let found = gazetteer().resolve(&code(number, edition, name), day);
        assert_eq!(outcome(found), expected, "{number} {edition:?} {name:?} on {on}: {why}");
    }
}

// What a refusal says

#[test]
fn a_refusal_says_what_to_do() {
    let parse = UnitRef::parse;
    let cases = [
        (
            refusal(&parse("Phú Cần, Krông Pa"), "2025-07-01"),
            "on 2025-07-01 \"Phú Cần, Krông Pa\" is not in force: L-24097 Xã Phú Cần, Huyện \
             Krông Pa, Tỉnh Gia Lai (until 2025-06-30); then in force: N-24076 Xã Phú Túc, Tỉnh \
             Gia Lai (since 2025-07-01)",
        ),
        (
            refusal(&parse("N-24112"), "2021-06-14"),
            "on 2021-06-14 \"N-24112\" is not in force: N-24112 Xã Ia Rsai, Tỉnh Gia Lai (since \
             2025-07-01); then in force: L-24079 Xã Ia RSai, Huyện Krông Pa, Tỉnh Gia Lai (until \
             2025-06-30); L-24085 Xã Chư Gu, Huyện Krông Pa, Tỉnh Gia Lai (until 2025-06-30); \
             L-24112 Xã Chư Rcăm, Huyện Krông Pa, Tỉnh Gia Lai (until 2025-06-30)",
        ),
        (
            refusal(&parse("L-13120"), "2024-12-31"),
            "on 2024-12-31 \"L-13120\" is not in force: L-13120 Xã Thống Nhất, Huyện Kiến Xương, \
             Tỉnh Thái Bình (2025-01-01 to 2025-06-30); then in force: E-13120 Xã Nam Cao, Huyện \
             Kiến Xương, Tỉnh Thái Bình (until 2024-12-31)",
        ),
        (
            refusal(&parse("24112"), "2021-06-14"),
            "the code 24112 alone is no unit, for codes are used again for other areas; add the \
             edition or the name: L-24112 Xã Chư Rcăm, Huyện Krông Pa, Tỉnh Gia Lai (until \
             2025-06-30); N-24112 Xã Ia Rsai, Tỉnh Gia Lai (since 2025-07-01)",
        ),
        (
            refusal(&parse("Ia Rmोक"), "2021-06-14"),
            "the name \"Ia Rmोक\" has the character U+094B 'ो' (Devanagari), which no Vietnamese \
             name has; write the name anew",
        ),
        (
            refusal(&parse("Phú\u{200b}Cần"), ""),
            "the name \"Phú\\u{200b}Cần\" has the invisible character U+200B; remove it",
        ),
        (
            refusal(&parse("Phú Cần, Kiến Xương"), "2021-06-14"),
            "no unit is \"Phú Cần, Kiến Xương\"; the name alone fits: L-24097 Xã Phú Cần, Huyện \
             Krông Pa, Tỉnh Gia Lai (until 2025-06-30); L-29347 Xã Phú Cần, Huyện Tiểu Cần, Tỉnh \
             Trà Vinh (until 2025-06-30)",
        ),
        (refusal(&parse("Xã Ba Ba Ba"), ""), "no unit is \"Xã Ba Ba Ba\""),
    ];
    for (unresolved, message) in cases {
        assert_eq!(unresolved.to_string(), message);
    }
}

#[test]
fn a_refusal_lists_at_most_eight_units() {
    let refused = refusal(&UnitRef::parse("Phường 1"), "2021-06-14");
    let Unresolved::Ambiguous { candidates, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(candidates.listed.len(), Candidates::LISTED_MAX);
    assert!(refused.to_string().contains(&format!(" and {} more", candidates.more)));
    assert!(candidates.more > 8);
}

// Search, display

#[test]
fn search_puts_first_what_a_person_means() {
    let keys = |text: &str| -> Vec<&str> {
        gazetteer().search(text, 6).into_iter().map(|unit| gazetteer().key(unit)).collect()
    };
    let first = [
        ("gia lai", "N-52", "a whole name, the newer province before the old"),
        ("Gia Lai", "N-52", "with capitals"),
        ("krong pa", "L-637", "the higher level first"),
        ("huyện krông p", "L-637", "a kind and a beginning"),
        ("phú cần, krông", "L-24097", "units above after a comma"),
        ("L-24097", "L-24097", "a key"),
        ("24112", "N-24112", "a code, the newer generation first"),
        ("hdreh", "L-24100", "inside a name"),
        ("sa pả", "L-03002", "its mark counts"),
        ("phu", "N-25", "without marks they do not count: Phú Thọ before Xã Phu Luông"),
        ("tphcm", "N-79", "an alias"),
        ("việt nam", "VN", "the nation"),
    ];
    for (text, key, why) in first {
        assert_eq!(keys(text).first(), Some(&key), "{text}: {why}, of {:?}", keys(text));
    }
    assert_eq!(keys("Ia Rmोक"), Vec::<&str>::new(), "nothing is found by a damaged text");
    assert_eq!(keys(""), Vec::<&str>::new(), "nor by none");
    assert!(gazetteer().search("a", 20).len() == 20);
}

#[test]
fn a_unit_is_shown_in_both_languages() {
    let cases = [
        ("L-24097", "Xã Phú Cần", "Phu Can Commune", "Xã Phú Cần, Huyện Krông Pa, Tỉnh Gia Lai"),
        ("N-79", "Thành phố Hồ Chí Minh", "Ho Chi Minh City", "Thành phố Hồ Chí Minh"),
        ("L-760", "Quận 1", "District 1", "Quận 1, Thành phố Hồ Chí Minh"),
        ("VN", "Việt Nam", "Viet Nam", "Việt Nam"),
    ];
    for (key, vi, en, path) in cases {
        let unit = unit(key);
        assert_eq!(gazetteer().name(unit, Lang::Vi), vi);
        assert_eq!(gazetteer().name(unit, Lang::En), en);
        assert_eq!(gazetteer().path(unit), path);
    }
}

// Any input

fn any_reference() -> impl Strategy<Value = UnitRef> {
    let edition = prop_oneof![
        Just(None),
        Just(Some(Generation::Earlier)),
        Just(Some(Generation::Legacy)),
        Just(Some(Generation::New)),
    ];
    // Letters that the forms treat in their own way, and any text at all.
    let text =
        prop_oneof!["[ '’.,\\-aàyiqquuđÐ0-9TPXx\u{301}\u{323}]{0,12}", ".*", "[ELN]-[0-9]{2,5}"];
    (text.clone(), text.clone(), text, edition, 0..4u8).prop_map(|(a, b, c, edition, shape)| {
        match shape {
            0 => UnitRef::parse(&a),
            1 => UnitRef::Key(a),
            2 => UnitRef::Code { code: a, edition, name: Some(b) },
            _ => UnitRef::Name { name: a, parents: vec![b, c], edition, level: None },
        }
    })
}

proptest! {
    #[test]
    fn resolving_never_panics(reference in any_reference(), on in any::<Option<u16>>()) {
        if let Err(unresolved) = gazetteer().resolve(&reference, on.map(Day)) {
            let reasons = HashSet::from([
                "unit_missing", "unit_name_too_long", "control_character", "foreign_script",
                "unit_unknown", "unit_ambiguous", "unit_name_disagrees", "unit_not_in_force",
            ]);
            prop_assert!(reasons.contains(unresolved.reason()));
            prop_assert!(!unresolved.to_string().is_empty());
        }
    }

    #[test]
    fn searching_never_panics(text in prop_oneof![".*", "[ '’.,a-zđ]{0,8}"]) {
        prop_assert!(gazetteer().search(&text, 5).len() <= 5);
    }
}
