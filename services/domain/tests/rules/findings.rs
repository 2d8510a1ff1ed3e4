//! Every reason for a finding: what is noted is counted, what is held is not.

use domain::atlas::Place;
use domain::codes::Class;
use domain::codes::Standing::{self, Above, NearPoor, Poor};
use domain::fact::{Fact, StatedKind};
use domain::finding::{Reason, Treatment};

use crate::story::{
    Tell, classified, correction, dissolved, electricity, house_completed, house_started, loan,
    moved, moved_in, moved_out, registered, resized, stated, told, voided,
};
use crate::world::{IA_MLAH, IA_SAO, PHU_CAN, PHU_TUC, VIET_NAM};

fn household(is: Standing) -> Fact {
    registered("2020-01-01", PHU_CAN, is, 4)
}

fn review(from: Standing, to: Standing) -> Fact {
    classified("2021-12-01", PHU_CAN, from, to, 4)
}

/// The facts, the only finding they lead to, and the poor and near-poor tables of 2021.
#[rustfmt::skip]
fn classifications() -> Vec<(Vec<Fact>, &'static str, &'static str, &'static str)> {
    const NONE: &str = "0/0 = 0/0";
    vec![
        // Counted as declared, as far as the record allows.
        (vec![review(Poor, Above)], "implied_opening 1",
            "0/0 -1/4 rose_above +1/4 other_increase = 0/0", NONE),
        (vec![review(NearPoor, NearPoor)], "implied_opening 1",
            NONE, "0/0 +1/4 other_increase = 1/4"),
        (vec![household(NearPoor), review(Poor, Above)], "exit_not_poor 2",
            NONE, "1/4 -1/4 rose_above = 0/0"),
        (vec![household(Above), review(Poor, NearPoor)], "exit_not_poor 2",
            NONE, "0/0 +1/4 newly_arisen = 1/4"),
        (vec![household(Poor), review(NearPoor, Above)], "declared_otherwise 2",
            "1/4 -1/4 rose_above = 0/0", NONE),
        (vec![household(Poor), review(Above, NearPoor)], "declared_otherwise 2",
            "1/4 -1/4 to_other_class = 0/0", "0/0 +1/4 from_other_class = 1/4"),
        (vec![household(NearPoor), review(Above, Poor)], "declared_otherwise 2",
            "0/0 +1/4 from_other_class = 1/4", "1/4 -1/4 to_other_class = 0/0"),
        (vec![household(NearPoor), review(Poor, Poor)], "declared_otherwise 2",
            "0/0 +1/4 from_other_class = 1/4", "1/4 -1/4 to_other_class = 0/0"),
        // Not counted.
        (vec![household(Above), review(Poor, Above)], "repeated_exit 2", NONE, NONE),
        (vec![household(Above), review(NearPoor, Above)], "repeated_exit 2", NONE, NONE),
        (vec![household(NearPoor), review(Poor, NearPoor)], "repeated_exit 2", NONE, "1/4 = 1/4"),
        (vec![household(Poor), review(NearPoor, Poor)], "already_in_class 2", "1/4 = 1/4", NONE),
        (vec![household(Poor), review(Above, Poor)], "already_in_class 2", "1/4 = 1/4", NONE),
        (vec![household(NearPoor), review(Above, NearPoor)], "already_in_class 2", NONE, "1/4 = 1/4"),
        (vec![household(Poor), registered("2021-02-01", PHU_TUC, NearPoor, 9)],
            "already_registered 2", "1/4 = 1/4", NONE),
        (vec![household(Poor), moved_in("2021-02-01", PHU_CAN, Poor, 4)],
            "already_registered 2", "1/4 = 1/4", NONE),
        (vec![resized("2021-02-01", PHU_CAN, 9)], "unknown_household 1", NONE, NONE),
        (vec![moved("2021-02-01", PHU_CAN, PHU_TUC)], "unknown_household 1", NONE, NONE),
        (vec![moved_out("2021-02-01", PHU_CAN)], "unknown_household 1", NONE, NONE),
        (vec![dissolved("2021-02-01", PHU_CAN)], "unknown_household 1", NONE, NONE),
        (vec![household(Poor), moved("2021-02-01", PHU_CAN, PHU_CAN)], "moved_nowhere 2",
            "1/4 = 1/4", NONE),
        // Noted: the change counts where the household lives.
        (vec![household(Poor), classified("2021-12-01", IA_SAO, Poor, Above, 4)],
            "elsewhere_than_home 2", "1/4 -1/4 rose_above = 0/0", NONE),
        (vec![household(Poor), resized("2021-12-01", PHU_TUC, 5)],
            "elsewhere_than_home 2", "1/4 +0/1 size_change = 1/5", NONE),
        (vec![household(Poor), dissolved("2021-12-01", PHU_TUC)],
            "elsewhere_than_home 2", "1/4 -1/4 other_decrease = 0/0", NONE),
        (vec![household(Poor), moved("2021-12-01", IA_SAO, PHU_TUC)],
            "elsewhere_than_home 2", "1/4 -1/4 other_decrease = 0/0", NONE),
    ]
}

#[test]
fn a_classification_or_change_that_disagrees_with_the_record_is_found_and_treated_as_its_reason_says()
 {
    for (facts, finding, poor, near_poor) in classifications() {
        let told = told(facts);
        assert_eq!(told.findings(), [finding]);
        assert_eq!(told.table(PHU_CAN, Poor, "2021"), poor, "{finding}");
        assert_eq!(told.table(PHU_CAN, NearPoor, "2021"), near_poor, "{finding}");
    }
}

#[test]
fn the_first_review_of_a_household_above_needs_no_registration() {
    // Most households never were poor and are in no record: that is no finding.
    for to in [Poor, NearPoor, Above] {
        let told = told([review(Above, to)]);
        assert_eq!(told.findings(), [""; 0], "{to:?}");
        assert_eq!(told.standing(PHU_CAN, to, "2021-12-01"), 1, "{to:?}");
    }
}

#[test]
fn a_change_after_departure_is_held() {
    let changes = [
        review(Poor, Above),
        resized("2021-12-01", PHU_CAN, 9),
        moved("2021-12-01", PHU_CAN, PHU_TUC),
        moved_out("2021-12-01", PHU_CAN),
        dissolved("2021-12-01", PHU_CAN),
    ];
    for gone in [dissolved("2021-02-01", PHU_CAN), moved_out("2021-02-01", PHU_CAN)] {
        for change in changes.clone() {
            let told = told([household(Poor), gone.clone(), change]);
            assert_eq!(told.findings(), ["after_departure 3"]);
            assert_eq!(told.table(PHU_CAN, Poor, "2021"), "1/4 -1/4 other_decrease = 0/0");
            assert_eq!(told.standing(VIET_NAM, Above, "2022-01-01"), 0);
        }
    }
}

#[test]
fn a_household_that_left_can_come_back() {
    let told = told([
        household(Poor),
        moved_out("2021-02-01", PHU_CAN),
        moved_in("2021-06-01", PHU_TUC, NearPoor, 5),
    ]);
    assert_eq!(told.findings(), [""; 0]);
    assert_eq!(told.table(PHU_TUC, NearPoor, "2021"), "0/0 +1/5 other_increase = 1/5");
}

#[test]
fn a_repeated_exit_does_not_change_size_traits_or_window() {
    let told = told([
        household(Poor),
        classified("2021-06-15", PHU_CAN, Poor, Above, 4),
        classified("2022-06-15", PHU_CAN, Poor, Above, 9),
    ]);
    assert_eq!(told.findings(), ["repeated_exit 3"]);
    for (on, persons) in [("2022-06-15", 4), ("2024-06-15", 4), ("2024-06-16", 0)] {
        assert_eq!(told.on(PHU_CAN, "newly_escaped_persons", on), persons, "{on}");
    }
}

#[test]
fn a_delivery_after_departure_is_noted_and_counted_where_it_was_declared() {
    let told = told([
        household(Poor),
        moved_out("2021-02-01", PHU_CAN),
        electricity("2021-03-31", PHU_TUC),
    ]);
    assert_eq!(told.findings(), ["delivered_after_departure 3"]);
    assert_eq!(told.flow(PHU_TUC, "electricity", "2021"), 1);
    assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 0);
}

#[test]
fn a_delivery_elsewhere_than_home_is_noted_and_counted_where_it_was_declared() {
    let told = told([household(Poor), electricity("2021-03-31", IA_MLAH)]);
    assert_eq!(told.findings(), ["elsewhere_than_home 2"]);
    assert_eq!(told.flow(IA_MLAH, "electricity", "2021"), 1);
    assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 0);
    assert_eq!(told.distinct(IA_MLAH, "electricity_households", &[], "2021-Q1"), 1);
}

#[test]
fn a_loan_for_a_class_that_the_record_contradicts_is_noted_and_counted_as_declared() {
    let above = |left: Option<&str>| {
        let entry = household(Above);
        left.map_or(entry.clone(), |left| entry.left(left))
    };
    // The loan is of 2021-03-01.
    let cases = [
        (Some(household(Poor)), Class::Poor, false, "as recorded"),
        (Some(household(Poor)), Class::NearPoor, true, "poor is not near-poor"),
        (Some(household(Poor)), Class::NewlyEscaped, true, "poor has not escaped"),
        (Some(household(Poor)), Class::Other, false, "other claims nothing"),
        (Some(household(NearPoor)), Class::NearPoor, false, "as recorded"),
        (Some(household(NearPoor)), Class::Poor, true, "near-poor is not poor"),
        (Some(above(Some("2018-03-01"))), Class::NewlyEscaped, false, "the last day"),
        (Some(above(Some("2018-02-28"))), Class::NewlyEscaped, true, "one day too late"),
        (Some(above(None)), Class::NewlyEscaped, true, "never was poor by the record"),
        (Some(above(None)), Class::Poor, true, "above"),
        (None, Class::Poor, false, "unknown is not contradicted"),
        (None, Class::NewlyEscaped, false, "unknown is not contradicted"),
    ];
    for (entry, class, contradicted, why) in cases {
        let told = told(entry.into_iter().chain([loan("2021-03-01", PHU_CAN, class, 7).named(9)]));
        let found: &[&str] = if contradicted { &["class_contradicted 9"] } else { &[] };
        assert_eq!(told.findings(), found, "{why}");
        assert_eq!(told.flow(PHU_CAN, "loan_amount", "2021"), 7, "{why}");
    }
}

#[test]
fn a_house_declares_a_class_too() {
    let house = house_started("2021-03-01", PHU_CAN, 1);
    let told = told([household(NearPoor), house]);
    assert_eq!(told.findings(), ["class_contradicted 2"], "the house was for a poor household");
    assert_eq!(told.flow(PHU_CAN, "started", "2021"), 1);
}

#[test]
fn a_house_is_started_once_and_finished_once() {
    type Case<'a> = (&'a [Fact], i128, i128, &'a [&'a str], &'a str);
    #[rustfmt::skip]
    let cases: [Case<'_>; 8] = [
        (&[house_started("2021-03-01", PHU_CAN, 1)], 1, 0, &[], "started"),
        (&[house_started("2021-03-01", PHU_CAN, 1), house_completed("2021-06-01", PHU_CAN, 1)],
            1, 1, &[], "and finished"),
        (&[house_completed("2021-06-01", PHU_CAN, 1)],
            0, 1, &["completed_not_started 2"], "noted: it counts as finished"),
        (&[house_started("2021-03-01", PHU_CAN, 1), house_started("2021-04-01", PHU_CAN, 1)],
            1, 0, &["started_twice 3"], "held"),
        (&[house_started("2021-03-01", PHU_CAN, 1), house_completed("2021-06-01", PHU_CAN, 1),
            house_completed("2021-07-01", PHU_CAN, 1)], 1, 1, &["completed_twice 4"], "held"),
        (&[house_started("2021-03-01", PHU_CAN, 1), house_completed("2021-06-01", PHU_CAN, 2)],
            1, 1, &["completed_not_started 3"], "another house of the same household"),
        (&[house_started("2021-03-01", PHU_CAN, 1), house_started("2021-03-01", PHU_CAN, 2)],
            2, 0, &[], "two houses"),
        (&[house_completed("2021-03-01", PHU_CAN, 1), house_started("2021-06-01", PHU_CAN, 1)],
            1, 1, &["completed_not_started 2"], "started after it was finished"),
    ];
    for (facts, started, completed, findings, why) in cases {
        let told = told([household(Poor)].into_iter().chain(facts.iter().cloned()));
        assert_eq!(told.findings(), findings, "{why}");
        assert_eq!(told.flow(PHU_CAN, "started", "2021"), started, "{why}");
        assert_eq!(told.flow(PHU_CAN, "completed", "2021"), completed, "{why}");
    }
}

#[test]
fn a_house_started_twice_is_no_help_in_the_year_of_the_second_start() {
    let told = told([
        household(Poor),
        house_started("2021-03-01", PHU_CAN, 1),
        house_started("2022-03-01", PHU_CAN, 1),
    ]);
    assert_eq!(told.distinct(PHU_CAN, "helped_households", &[], "2021"), 1);
    assert_eq!(told.distinct(PHU_CAN, "helped_households", &[], "2022"), 0);
}

#[test]
fn a_void_of_the_first_start_lets_the_second_count() {
    let told = told([
        household(Poor),
        house_started("2021-03-01", PHU_CAN, 1),
        house_started("2022-03-01", PHU_CAN, 1),
        voided("2022-04-01", PHU_CAN, 2),
    ]);
    assert_eq!(told.findings(), [""; 0]);
    assert_eq!(told.flow(PHU_CAN, "started", "2021"), 0);
    assert_eq!(told.flow(PHU_CAN, "started", "2022"), 1);
}

/// One story for each reason, and what is then counted of its last fact: the treatment of a
/// reason and what the fold does must say the same.
#[test]
fn every_reason_is_reached_by_some_story() {
    let elsewhere = || electricity("2021-03-01", IA_SAO);
    #[rustfmt::skip]
    let stories: [(Reason, Vec<Fact>); 20] = [
        (Reason::ImpliedOpening, vec![review(Poor, Above)]),
        (Reason::ExitNotPoor, vec![household(NearPoor), review(Poor, Above)]),
        (Reason::RepeatedExit, vec![household(Above), review(Poor, Above)]),
        (Reason::AlreadyInClass, vec![household(Poor), review(NearPoor, Poor)]),
        (Reason::DeclaredOtherwise, vec![household(Poor), review(NearPoor, Above)]),
        (Reason::AlreadyRegistered, vec![household(Poor), household(Above).named(9)]),
        (Reason::UnknownHousehold, vec![moved_out("2021-01-01", PHU_CAN)]),
        (Reason::AfterDeparture, vec![household(Poor), moved_out("2021-01-01", PHU_CAN), review(Poor, Above)]),
        (Reason::DeliveredAfterDeparture, vec![household(Poor), moved_out("2021-01-01", PHU_CAN), elsewhere()]),
        (Reason::ElsewhereThanHome, vec![household(Poor), elsewhere()]),
        (Reason::MovedNowhere, vec![household(Poor), moved("2021-01-01", PHU_CAN, PHU_CAN)]),
        (Reason::ClassContradicted, vec![household(Poor), loan("2021-01-01", PHU_CAN, Class::NearPoor, 1)]),
        (Reason::CompletedNotStarted, vec![household(Poor), house_completed("2021-01-01", PHU_CAN, 1)]),
        (Reason::StartedTwice, [1; 2].map(|work| house_started("2021-01-01", PHU_CAN, work)).to_vec()),
        (Reason::CompletedTwice, vec![house_started("2021-01-01", PHU_CAN, 1),
            house_completed("2021-01-01", PHU_CAN, 1), house_completed("2021-01-02", PHU_CAN, 1)]),
        (Reason::Rival, vec![elsewhere().named(1).content(1), elsewhere().named(1).content(2)]),
        (Reason::VoidsNothing, vec![voided("2021-01-01", PHU_CAN, 7)]),
        (Reason::VoidsAVoid, vec![electricity("2021-01-01", PHU_CAN),
            voided("2021-01-01", PHU_CAN, 1), voided("2021-01-01", PHU_CAN, 2)]),
        (Reason::CorrectedTwice, [vec![elsewhere()], correction(1, elsewhere().named(2)).to_vec(),
            correction(1, elsewhere().named(3)).to_vec()].concat()),
        (Reason::UnknownIndicator, vec![stated("2021-01-01", PHU_CAN, "happiness", StatedKind::Census, 1)]),
    ];
    for (index, (reason, facts)) in stories.into_iter().enumerate() {
        assert_eq!(Reason::ALL[index], reason, "in the order of the list");
        let mut with = told(facts.clone());
        assert_eq!(with.books.findings.len(), 1, "{:?}", with.findings());
        assert_eq!(with.books.findings.first().map(|finding| finding.reason), Some(reason));
        // A void or correction has no cells of its own, and an opening was no fact's.
        let counts = match reason {
            Reason::VoidsNothing | Reason::VoidsAVoid | Reason::Rival => continue,
            _ => reason.treatment() == Treatment::Noted,
        };
        let mut without = told(facts[..facts.len() - 1].to_vec());
        if reason == Reason::CorrectedTwice {
            without = told(facts[..facts.len() - 2].to_vec());
        }
        without.books.findings.clear();
        with.books.findings.clear();
        assert_eq!(with.digest() != without.digest(), counts, "{reason:?}");
    }
}

#[test]
fn a_finding_tells_where_and_when_its_fact_happened() {
    let told = told([household(Poor), electricity("2021-03-31", IA_MLAH)]);
    let found = told.books.findings.first().expect("a finding");
    assert_eq!(found.at, Place::from(IA_MLAH));
    assert_eq!(found.on, crate::story::day("2021-03-31"));
    assert_eq!(found.other, None);
}
