//! What the simulation promises.

use std::collections::HashSet;

use domain::atlas::Unit;
use domain::time::Day;
use proto::catalogue::Catalogue;
use proto::document::{Document, TYPES};
use proto::gazetteer::Gazetteer;
use proto::intake::Intake;
use proto::meaning::leaf;

use super::line::Kind;
use super::{Simulation, Summary, run};

fn written(simulation: &Simulation) -> (Vec<u8>, Summary) {
    let mut out = Vec::new();
    let summary = run(simulation, &mut out, &mut |_| ()).unwrap();
    (out, summary)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn unit(key: &str) -> Option<Unit> {
    Some(Gazetteer::embedded().unit(key).unwrap())
}

#[test]
fn every_line_is_taken_and_is_canonical() {
    let gazetteer = Gazetteer::embedded();
    let plan = &Catalogue::embedded().plan;
    let intake = Intake { gazetteer, plan, today: Day::from_ymd(2026, 12, 31).unwrap() };
    for key in [None, unit("N-52"), unit("L-637"), unit("L-00553")] {
        let (bytes, summary) = written(&Simulation::new(12_000, 7, key));
        for line in lines(&bytes) {
            let text = String::from_utf8_lossy(line);
            let taken = intake.take(line).unwrap_or_else(|refused| panic!("{refused:?}\n{text}"));
            assert_eq!(String::from_utf8_lossy(&taken.bytes), text);
        }
        assert_eq!(lines(&bytes).count() as u64, summary.lines);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let simulation = Simulation::new(20_000, 1, None);
    let (first, summary) = written(&simulation);
    assert!(written(&simulation) == (first.clone(), summary));
    assert!(written(&Simulation { seed: 2, ..simulation }).0 != first);
}

#[test]
fn there_are_as_many_lines_as_asked_for() {
    let table =
        [(1, None), (100, None), (5_000, unit("N-52")), (5_000, unit("L-24097")), (3_000, None)];
    for (facts, unit) in table {
        let (bytes, summary) = written(&Simulation::new(facts, 3, unit));
        assert_eq!(summary.lines, facts, "{unit:?}");
        assert_eq!(summary.by_type.values().sum::<u64>(), facts, "{unit:?}");
        assert_eq!(summary.bytes, bytes.len() as u64, "{unit:?}");
    }
}

#[test]
fn every_type_and_every_kind_of_trouble_occurs() {
    let (bytes, summary) = written(&Simulation::new(150_000, 1, None));
    // Nobody closes books in simulated offices, or takes money back, and every list has households.
    let never = [".period.", ".figures.", ".withdrawn.", ".list."];
    let occurs = |kind: &&&str| !never.iter().any(|part| kind.contains(part));
    for kind in TYPES.iter().filter(occurs) {
        assert!(summary.by_type.contains_key(kind), "{kind}");
    }
    let in_10_000 = |count: u64| count * 10_000 / summary.lines;
    assert!((40..70).contains(&in_10_000(summary.duplicates)), "{}", summary.duplicates);
    assert!((80..120).contains(&in_10_000(summary.late)), "{}", summary.late);
    assert!((10..40).contains(&in_10_000(summary.corrections)), "{}", summary.corrections);
    assert!((5..25).contains(&in_10_000(summary.slips)), "{}", summary.slips);
    let names = |line| {
        let document = Document::read(line).unwrap();
        (document.attributes.source.into_owned(), document.attributes.id.into_owned())
    };
    let contents: HashSet<&[u8]> = lines(&bytes).collect();
    let keys: HashSet<_> = contents.iter().map(|line| names(line)).collect();
    assert!(keys.len() < contents.len(), "no fact has a rival");
}

#[test]
fn until_the_boundaries_change_every_fact_lies_in_the_unit() {
    let gazetteer = Gazetteer::embedded();
    for key in ["N-52", "L-637", "N-00562", "L-15"] {
        let within = unit(key).unwrap();
        let last = Day::from_ymd(2024, 12, 31).unwrap();
        let (bytes, _) = written(&Simulation { last, ..Simulation::new(4_000, 5, Some(within)) });
        for line in lines(&bytes) {
            let document = Document::read(line).unwrap();
            let meaning = document.meaning(&leaf(line), 1, gazetteer).unwrap();
            let collective = document.attributes.subject.is_none();
            let home = meaning.facts[0].at;
            // A part of a divided commune reports as a whole; funds go to the unit above.
            let whole = gazetteer.atlas.closure(home).contains(&within);
            let touches = gazetteer
                .successions()
                .iter()
                .any(|s| s.old == meaning.unit && gazetteer.atlas.holds(within, s.new.into()));
            let above = gazetteer.atlas.ancestry(within).any(|unit| unit == meaning.unit);
            let key = gazetteer.key(meaning.unit);
            assert!(whole || touches || above || collective, "{key}");
        }
    }
}

#[test]
fn a_unit_without_communes_on_the_first_day_is_refused() {
    let first = Day::from_ymd(2026, 1, 1).unwrap();
    let simulation = Simulation { first, ..Simulation::new(10, 1, unit("L-637")) };
    let refused = run(&simulation, &mut Vec::new(), &mut |_| ()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn a_record_may_open_after_the_boundaries_changed() {
    let first = Day::from_ymd(2025, 7, 1).unwrap();
    let simulation = Simulation { first, ..Simulation::new(3_000, 1, unit("N-52")) };
    assert_eq!(written(&simulation).1.lines, 3_000);
}

#[test]
fn progress_is_told_up_to_the_last_line() {
    let mut told = Vec::new();
    let simulation = Simulation::new(120_000, 1, unit("N-52"));
    run(&simulation, &mut std::io::sink(), &mut |lines| told.push(lines)).unwrap();
    assert_eq!(told, [50_000, 100_000, 120_000]);
}

#[test]
fn kinds_stand_in_the_order_of_the_contract() {
    let table = [
        (Kind::Registered, "vn.tonghop.household.registered.v1"),
        (Kind::RegisteredToExit, "vn.tonghop.household.registered_to_exit.v1"),
        (Kind::LoanDisbursed, "vn.tonghop.loan.disbursed.v1"),
        (Kind::TargetAdjusted, "vn.tonghop.target.adjusted.v1"),
        (Kind::FactVoided, "vn.tonghop.fact.voided.v1"),
    ];
    for (kind, name) in table {
        assert_eq!(kind.name(), name);
    }
}
