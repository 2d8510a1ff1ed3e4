//! What units state of themselves: kept apart from what adds up.

use domain::atlas::Unit;
use domain::fact::{Fact, StatedKind, What};

use crate::story::{Tell, Told, correction, day, stated, told, voided};
use crate::world::{KRONG_PA, PHU_CAN, PHU_TUC};

fn census(on: &str, at: Unit, households: i64) -> Fact {
    stated(on, at, "households", StatedKind::Census, households)
}

fn values(told: &Told, unit: Unit, indicator: &str) -> Vec<i64> {
    told.books.statements.of(unit, indicator).iter().map(|one| one.stated.value.digits).collect()
}

#[test]
fn a_later_census_stands_behind_an_earlier_one_whatever_arrives_first() {
    for days in [["2021-01-01", "2021-07-01"], ["2021-07-01", "2021-01-01"]] {
        let of = |on| census(on, PHU_CAN, i64::from(on == "2021-07-01"));
        assert_eq!(values(&told(days.map(of)), PHU_CAN, "households"), [0, 1]);
    }
}

#[test]
fn the_day_of_a_census_goes_before_the_sources_sequence() {
    let told = told([
        census("2021-07-01", PHU_CAN, 20).sequence(1),
        census("2021-01-01", PHU_CAN, 10).sequence(2),
    ]);
    assert_eq!(values(&told, PHU_CAN, "households"), [10, 20]);
}

#[test]
fn of_two_censuses_of_one_day_the_sources_sequence_tells_the_later() {
    let told = told([
        census("2021-01-01", PHU_CAN, 20).named(1).sequence(2),
        census("2021-01-01", PHU_CAN, 10).named(2).sequence(1),
    ]);
    assert_eq!(values(&told, PHU_CAN, "households"), [10, 20]);
}

#[test]
fn a_statement_stands_for_its_own_unit_and_adds_to_no_cell() {
    let told = told([census("2021-01-01", PHU_CAN, 10)]);
    assert_eq!(values(&told, KRONG_PA, "households"), [0; 0]);
    assert_eq!(values(&told, PHU_TUC, "households"), [0; 0]);
    assert_eq!(told.books.rollup.cells().count(), 0);
    assert_eq!(told.books.statements.iter().count(), 1);
    assert_eq!(told.books.statements.iter().next().map(|one| one.on), Some(day("2021-01-01")));
}

#[test]
fn a_voided_target_is_no_target_and_the_one_before_stands_again() {
    let target = |on, value| stated(on, KRONG_PA, "poverty_rate", StatedKind::Target, value);
    let told = told([
        target("2021-01-01", 300),
        target("2021-03-22", 330),
        voided("2021-04-01", KRONG_PA, 2),
    ]);
    assert_eq!(values(&told, KRONG_PA, "poverty_rate"), [300]);
}

#[test]
fn a_corrected_census_counts_once() {
    let [replacement, void] = correction(1, census("2021-01-01", PHU_CAN, 12).named(2));
    let told = told([census("2021-01-01", PHU_CAN, 10), replacement, void]);
    assert_eq!(values(&told, PHU_CAN, "households"), [12]);
    assert_eq!(told.findings(), [""; 0]);
}

#[test]
fn an_indicator_that_the_catalogue_does_not_have_is_held() {
    let told = told([stated("2021-01-01", PHU_CAN, "happiness", StatedKind::External, 1)]);
    assert_eq!(told.findings(), ["unknown_indicator 1"]);
    assert_eq!(told.books.statements.iter().count(), 0);
}

/// A fact whose contents are several statements.
fn joined(facts: &[Fact]) -> Fact {
    let all = facts.iter().flat_map(|fact| match &fact.what {
        What::Stated(list) => list.to_vec(),
        other => panic!("{other:?} states nothing"),
    });
    Fact { what: What::Stated(all.collect()), ..facts[0].clone() }
}

#[test]
fn a_rival_that_states_the_same_once_leaves_it_stated_once() {
    let twice = joined(&[1, 1].map(|n| census("2021-01-01", PHU_CAN, n))).named(1).content(6);
    let once = joined(&[1].map(|n| census("2021-01-01", PHU_CAN, n))).named(1).content(5);
    for facts in [[&twice, &once], [&once, &twice]] {
        assert_eq!(values(&told(facts.map(Clone::clone)), PHU_CAN, "households"), [1]);
    }
}

#[test]
fn a_rival_with_one_unknown_indicator_less_is_still_found() {
    let unknown = stated("2021-01-01", PHU_CAN, "no", StatedKind::Census, 1);
    let twice = joined(&[unknown.clone(), unknown.clone()]).named(1).content(6);
    let once = joined(&[unknown]).named(1).content(5);
    let told = told([twice, once]);
    assert_eq!(told.findings(), ["rival 1", "unknown_indicator 1"]);
}

/// A census of a day, told on another.
fn of(counted_on: &str, told: &str, at: Unit, households: i64) -> Fact {
    let mut fact = census(told, at, households);
    if let What::Stated(list) = &mut fact.what {
        list[0].counted_on = Some(day(counted_on));
    }
    fact
}

#[test]
fn censuses_stand_by_the_day_that_they_are_of_and_those_of_one_day_by_when_they_were_told() {
    let facts = [
        of("2020-12-31", "2022-06-01", PHU_CAN, 1),
        census("2021-06-01", PHU_CAN, 2),
        // Of the end of the year: an estimate before it was over would be none; then twice.
        of("2021-12-31", "2022-03-01", PHU_CAN, 3),
        of("2021-12-31", "2022-07-01", PHU_CAN, 4),
        census("2022-01-01", PHU_CAN, 5),
    ];
    for turned in 0..facts.len() {
        let mut facts = facts.clone();
        facts.rotate_left(turned);
        // The names differ with the order, and must not matter.
        assert_eq!(values(&told(facts), PHU_CAN, "households"), [1, 2, 3, 4, 5]);
    }
    let statements = told(facts).books.statements;
    let days = |one: &domain::posting::Statement| one.holds_from().to_string();
    let of_days: Vec<String> = statements.of(PHU_CAN, "households").iter().map(days).collect();
    let expected = ["2020-12-31", "2021-06-01", "2021-12-31", "2021-12-31", "2022-01-01"];
    assert_eq!(of_days, expected);
}

#[test]
fn the_day_that_a_census_is_of_is_part_of_what_it_says() {
    let plain = told([census("2022-06-01", PHU_CAN, 1)]);
    let of_a_day = told([of("2021-12-31", "2022-06-01", PHU_CAN, 1)]);
    assert_ne!(plain.digest(), of_a_day.digest());
    let line = |told: &Told| told.books.statements.iter().next().map(|one| one.line());
    let lines = (line(&plain).expect("one"), line(&of_a_day).expect("one"));
    assert_eq!(lines.1, lines.0.replace('\n', "\t2021-12-31\n"), "others have the line they had");
}
