//! Distinct households against instances: *hộ* and *lượt*.

use domain::codes::Class;
use domain::codes::Standing::{NearPoor, Poor};

use crate::story::{
    Tell, classified, electricity, house_started, loan, moved, registered, rice, told, told_apart,
    voided,
};
use crate::world::{
    AYUN_PA, BINH_DINH, GIA_LAI, IA_MLAH, IA_SAO, KRONG_PA, NEW_GIA_LAI, NEW_PHU_TUC, PHU_CAN,
    PHU_TUC, PHUOC_HOA, VIET_NAM,
};

#[test]
fn electricity_paid_for_two_quarters_is_two_instances_and_one_household() {
    // As in a report of 2021: 1.997 households, 3.994 household-quarters.
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        electricity("2021-03-31", PHU_CAN),
        electricity("2021-06-30", PHU_CAN),
    ]);
    for unit in [PHU_CAN, KRONG_PA, GIA_LAI, VIET_NAM, NEW_PHU_TUC, NEW_GIA_LAI] {
        assert_eq!(told.flow(unit, "electricity", "2021-H1"), 2);
        for (period, households) in [("2021-H1", 1), ("2021-Q1", 1), ("2021-Q2", 1), ("2021-H2", 0)]
        {
            let distinct = told.distinct(unit, "electricity_households", &[], period);
            assert_eq!(distinct, households, "{period}");
        }
    }
}

#[test]
fn a_household_that_moved_counts_once_in_each_commune_and_once_above() {
    // Q1 in Phú Cần, Q2 in Phú Túc (same district; one commune since 2025), Q3 in Ia Sao.
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        loan("2021-02-01", PHU_CAN, Class::Poor, 1),
        moved("2021-03-01", PHU_CAN, PHU_TUC),
        loan("2021-05-01", PHU_TUC, Class::Poor, 1),
        moved("2021-07-01", PHU_TUC, IA_SAO),
        loan("2021-08-01", IA_SAO, Class::Poor, 1),
    ]);
    let term = "2021-2025@programme";
    let table = [
        (PHU_CAN, "2021-H1", 1),
        (PHU_TUC, "2021-H1", 1),
        (KRONG_PA, "2021-H1", 1),
        (NEW_PHU_TUC, "2021-H1", 1),
        (IA_SAO, "2021-H1", 0),
        (IA_SAO, "2021-H2", 1),
        (KRONG_PA, "2021-H2", 0),
        (PHU_CAN, term, 1),
        (PHU_TUC, term, 1),
        (IA_SAO, term, 1),
        (KRONG_PA, term, 1),
        (AYUN_PA, term, 1),
        (GIA_LAI, term, 1),
        (NEW_GIA_LAI, term, 1),
        (VIET_NAM, term, 1),
        (BINH_DINH, term, 0),
    ];
    for (unit, period, households) in table {
        let distinct = told.distinct(unit, "loan_households", &[], period);
        assert_eq!(distinct, households, "{unit:?} in {period}");
    }
    assert_eq!(told.flow(GIA_LAI, "loans", "2021"), 3);
}

#[test]
fn a_household_that_came_back_to_a_commune_counts_there_once() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        loan("2021-01-02", PHU_CAN, Class::Poor, 1),
        loan("2021-01-03", IA_MLAH, Class::Poor, 1),
        loan("2021-01-04", PHU_CAN, Class::Poor, 1),
        loan("2021-01-05", IA_MLAH, Class::Poor, 1),
    ]);
    for unit in [PHU_CAN, IA_MLAH, KRONG_PA, VIET_NAM] {
        assert_eq!(told.distinct(unit, "loan_households", &[], "2021-Q1"), 1, "{unit:?}");
    }
}

#[test]
fn the_classes_of_borrowers_do_not_add_up_to_the_borrowers() {
    // Poor in February, near-poor in May: one household, once in each class.
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        loan("2021-02-01", PHU_CAN, Class::Poor, 1),
        classified("2021-03-01", PHU_CAN, Poor, NearPoor, 4),
        loan("2021-05-01", PHU_CAN, Class::NearPoor, 1),
    ]);
    let in_class =
        |code, period| told.distinct(PHU_CAN, "loan_households", &[("class", code)], period);
    assert_eq!([in_class("poor", "2021-H1"), in_class("near_poor", "2021-H1")], [1, 1]);
    assert_eq!([in_class("poor", "2021-Q2"), in_class("near_poor", "2021-Q2")], [0, 1]);
    assert_eq!(told.distinct(PHU_CAN, "loan_households", &[], "2021-H1"), 1);
}

#[test]
fn each_calendar_cuts_the_year_at_its_own_day() {
    // 14 June ends the administrative half, 15 June begins the next; both lie in the civil half.
    let told = told([
        loan("2020-12-15", PHU_CAN, Class::Poor, 1),
        loan("2021-06-15", PHU_CAN, Class::Poor, 1),
    ]);
    for (period, households) in [
        ("2020-Q4", 1),
        ("2021-Q1", 0),
        ("2021-H1", 1),
        ("2020-H2@administrative", 0),
        ("2021-H1@administrative", 1),
        ("2021-H2@administrative", 1),
        ("2016-2020@programme", 1),
        ("2021-2025@programme", 1),
    ] {
        let distinct = told.distinct(PHU_CAN, "loan_households", &[], period);
        assert_eq!(distinct, households, "{period}");
    }
}

#[test]
fn nine_months_hold_no_household_that_was_helped_in_the_other_three() {
    let told = told([loan("2021-09-15", PHU_CAN, Class::Poor, 1)]);
    assert_eq!(told.distinct(PHU_CAN, "helped_households", &[], "2021-9M@administrative"), 0);
    assert_eq!(told.distinct(PHU_CAN, "helped_households", &[], "2021"), 1);
}

#[test]
fn a_household_helped_in_several_ways_counts_once() {
    let told = told([
        loan("2021-02-01", PHU_CAN, Class::Poor, 1),
        electricity("2021-03-31", PHU_CAN),
        house_started("2021-04-01", PHU_TUC, 1),
    ]);
    for unit in [PHU_CAN, PHU_TUC, KRONG_PA, NEW_PHU_TUC, VIET_NAM] {
        assert_eq!(told.distinct(unit, "helped_households", &[], "2021"), 1, "{unit:?}");
    }
}

#[test]
fn households_of_one_province_add_up_and_two_subjects_are_two_households() {
    let told = told_apart([
        vec![loan("2021-02-01", PHU_CAN, Class::Poor, 1)],
        vec![loan("2021-02-01", PHU_CAN, Class::Poor, 1)],
        vec![loan("2021-02-01", PHUOC_HOA, Class::Poor, 1)],
    ]);
    for (unit, households) in [(PHU_CAN, 2), (GIA_LAI, 2), (BINH_DINH, 1), (NEW_GIA_LAI, 3)] {
        assert_eq!(told.distinct(unit, "loan_households", &[], "2021-Q1"), households);
    }
}

#[test]
fn a_void_of_the_loan_that_counted_leaves_the_household_at_its_other_place() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        loan("2021-02-01", PHU_CAN, Class::Poor, 1),
        loan("2021-02-02", IA_SAO, Class::Poor, 1),
        voided("2021-02-03", PHU_CAN, 2),
    ]);
    for (unit, households) in [(PHU_CAN, 0), (KRONG_PA, 0), (IA_SAO, 1), (GIA_LAI, 1)] {
        assert_eq!(told.distinct(unit, "loan_households", &[], "2021-Q1"), households);
    }
}

#[test]
fn collective_rice_is_instances_of_households_and_no_different_ones() {
    // Two campaigns as in a report: 740 households, 3.026 persons, 45.390 kg, and 669, 2.833,
    // 42.495: together 1.409 instances, 5.859 persons, 87.885 kg.
    let told = told_apart([
        vec![rice("2021-02-01", KRONG_PA, 740, 3_026, 45_390)],
        vec![rice("2021-05-01", KRONG_PA, 669, 2_833, 42_495)],
    ]);
    for unit in [KRONG_PA, GIA_LAI, NEW_GIA_LAI] {
        let figures = ["rice_households", "rice_persons", "rice_kg"]
            .map(|indicator| told.flow(unit, indicator, "2021-H1"));
        assert_eq!(figures, [1_409, 5_859, 87_885]);
        assert_eq!(told.distinct(unit, "helped_households", &[], "2021"), 0);
    }
    assert_eq!(told.flow(NEW_PHU_TUC, "rice_kg", "2021-H1"), 0, "a district went to no commune");
}

#[test]
fn a_second_loan_by_a_later_arriving_fact_adds_no_household() {
    // `told` folds forwards and backwards; here the keys run against the days as well.
    let told = told([
        loan("2021-03-01", PHU_CAN, Class::Poor, 1).named(1),
        loan("2021-02-01", IA_SAO, Class::Poor, 1).named(2),
        loan("2021-01-01", PHU_CAN, Class::Poor, 1).named(3),
    ]);
    assert_eq!(told.distinct(GIA_LAI, "loan_households", &[], "2021-Q1"), 1);
    assert_eq!(told.flow(GIA_LAI, "loans", "2021-Q1"), 3);
}
