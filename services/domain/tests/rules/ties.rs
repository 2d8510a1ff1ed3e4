//! Facts of one day: precedence of the type, then the source's sequence, then the key.

use domain::codes::Class;
use domain::codes::Standing::{Above, NearPoor, Poor};

use crate::story::{
    Tell, classified, dissolved, electricity, house_completed, house_started, loan, moved,
    moved_out, registered, resized, told,
};
use crate::world::{IA_SAO, PHU_CAN, PHU_TUC};

#[test]
fn a_loan_on_the_day_of_a_classification_is_judged_by_the_new_standing() {
    // Poor until that day, near-poor from it on.
    for (class, findings) in
        [(Class::NearPoor, vec![]), (Class::Poor, vec!["class_contradicted 3".to_owned()])]
    {
        let told = told([
            registered("2021-01-01", PHU_CAN, Poor, 4),
            classified("2021-06-01", PHU_CAN, Poor, NearPoor, 4).named(9),
            loan("2021-06-01", PHU_CAN, class, 1),
        ]);
        assert_eq!(told.findings(), findings);
    }
}

#[test]
fn a_house_finished_on_the_day_it_was_started_was_started() {
    // The completion has the smaller key and the smaller sequence, and is still the later one.
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        house_completed("2021-06-01", PHU_CAN, 7).named(5),
        house_started("2021-06-01", PHU_CAN, 7).named(6).sequence(1),
    ]);
    assert_eq!(told.findings(), [""; 0]);
}

#[test]
fn a_household_registered_on_the_day_of_its_classification_was_there_before_it() {
    let told = told([
        classified("2021-06-01", PHU_CAN, Poor, NearPoor, 4).named(1),
        registered("2021-06-01", PHU_CAN, Poor, 4).named(2),
    ]);
    assert_eq!(told.findings(), [""; 0]);
    let poor = "0/0 +1/4 registered -1/4 to_other_class = 0/0";
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), poor);
}

#[test]
fn what_a_household_received_on_the_day_it_left_was_received_before() {
    for leaving in [moved_out("2021-06-01", PHU_CAN), dissolved("2021-06-01", PHU_CAN)] {
        let told = told([
            registered("2021-01-01", PHU_CAN, Poor, 4),
            leaving.named(2),
            electricity("2021-06-01", PHU_CAN).named(3),
            resized("2021-06-01", PHU_CAN, 5).named(4),
        ]);
        assert_eq!(told.findings(), [""; 0]);
        let table = "0/0 +1/4 registered -1/5 other_decrease +0/1 size_change = 0/0";
        assert_eq!(told.table(PHU_CAN, Poor, "2021"), table);
    }
}

#[test]
fn what_a_household_received_on_the_day_it_moved_was_received_at_the_new_home() {
    // The whole chain of one day: entry, review, size, move, support.
    let told = told([
        electricity("2021-06-01", IA_SAO).named(1),
        moved("2021-06-01", PHU_CAN, IA_SAO).named(2),
        resized("2021-06-01", PHU_CAN, 5).named(3),
        classified("2021-06-01", PHU_CAN, Poor, NearPoor, 4).named(4),
        registered("2021-06-01", PHU_CAN, Poor, 4).named(5),
    ]);
    assert_eq!(told.findings(), [""; 0]);
    assert_eq!(told.flow(IA_SAO, "electricity", "2021"), 1);
    assert_eq!(told.standing(IA_SAO, NearPoor, "2021-06-01"), 1);
}

#[test]
fn two_reviews_of_one_day_follow_the_sources_sequence_whatever_their_keys() {
    // Poor, near-poor, above: in the other order the first exit would start from above.
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        classified("2021-06-01", PHU_CAN, NearPoor, Above, 4).named(5).sequence(2),
        classified("2021-06-01", PHU_CAN, Poor, NearPoor, 4).named(6).sequence(1),
    ]);
    assert_eq!(told.findings(), [""; 0]);
    assert_eq!(told.standing(PHU_CAN, Above, "2021-06-01"), 1);
}

#[test]
fn without_a_sequence_the_smaller_key_comes_first() {
    for (first, second, size) in [(5, 6, 8), (6, 5, 7)] {
        let told = told([
            registered("2021-01-01", PHU_CAN, Poor, 4),
            resized("2021-06-01", PHU_CAN, 7).named(first),
            resized("2021-06-01", PHU_CAN, 8).named(second),
        ]);
        assert_eq!(told.persons(PHU_CAN, Poor, "2021-06-01"), size);
    }
}

#[test]
fn the_day_goes_before_precedence_and_precedence_before_the_sequence() {
    let told = told([
        registered("2021-01-02", PHU_CAN, Poor, 4).sequence(9),
        resized("2021-01-02", PHU_CAN, 6).sequence(1),
        resized("2021-01-01", PHU_CAN, 5),
        moved("2021-01-03", PHU_CAN, PHU_TUC),
    ]);
    assert_eq!(told.findings(), ["unknown_household 3"]);
    assert_eq!(told.persons(PHU_TUC, Poor, "2021-01-03"), 6);
}
