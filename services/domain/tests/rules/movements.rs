//! Every row of the movement table, in households and persons.

use domain::codes::Standing::{Above, NearPoor, Poor};
use domain::codes::Trait;

use crate::story::{
    Tell, classified, dissolved, moved_in, moved_out, registered, resized, told, told_apart,
};
use crate::world::{BINH_DINH, GIA_LAI, NEW_GIA_LAI, NEW_PHU_TUC, PHU_CAN, PHU_TUC, VIET_NAM};

#[test]
fn each_row_takes_the_households_and_persons_it_is_named_for() {
    let opening = |is, persons| registered("2020-06-01", PHU_CAN, is, persons);
    let review = |from, to, persons| classified("2021-12-10", PHU_CAN, from, to, persons);
    let nothing = "0/0 = 0/0";
    // A household of four persons each time; the year 2021 opens after its registration.
    #[rustfmt::skip]
    let cases = [
        (vec![registered("2021-01-01", PHU_CAN, Poor, 4)],
            "0/0 +1/4 registered = 1/4", nothing, "opening stock has a row of its own"),
        (vec![registered("2021-01-01", PHU_CAN, NearPoor, 4)],
            nothing, "0/0 +1/4 registered = 1/4", "near-poor opening stock"),
        (vec![registered("2021-01-01", PHU_CAN, Above, 4)],
            nothing, nothing, "above there is no table"),
        (vec![opening(Poor, 4), review(Poor, NearPoor, 4)],
            "1/4 -1/4 to_other_class = 0/0", "0/0 +1/4 from_other_class = 1/4", "poor becomes near-poor"),
        (vec![opening(Poor, 4), review(Poor, Above, 4)],
            "1/4 -1/4 rose_above = 0/0", nothing, "poor rises above the near-poverty line"),
        (vec![opening(NearPoor, 4), review(NearPoor, Above, 4)],
            nothing, "1/4 -1/4 rose_above = 0/0", "near-poor rises above"),
        (vec![opening(NearPoor, 4), review(NearPoor, Poor, 4)],
            "0/0 +1/4 from_other_class = 1/4", "1/4 -1/4 to_other_class = 0/0", "near-poor becomes poor: no relapse"),
        (vec![opening(Poor, 4), dissolved("2021-05-01", PHU_CAN)],
            "1/4 -1/4 other_decrease = 0/0", nothing, "ended"),
        (vec![opening(NearPoor, 4), moved_out("2021-05-01", PHU_CAN)],
            nothing, "1/4 -1/4 other_decrease = 0/0", "left for another province"),
        (vec![moved_in("2021-05-01", PHU_CAN, Poor, 4)],
            "0/0 +1/4 other_increase = 1/4", nothing, "came from another province"),
        (vec![moved_in("2021-05-01", PHU_CAN, NearPoor, 4)],
            nothing, "0/0 +1/4 other_increase = 1/4", "came near-poor"),
        (vec![opening(Above, 4), review(Above, Poor, 4)],
            "0/0 +1/4 newly_arisen = 1/4", nothing, "never known to be poor"),
        (vec![opening(Above, 4), review(Above, NearPoor, 4)],
            nothing, "0/0 +1/4 newly_arisen = 1/4", "never known to be near-poor"),
        (vec![opening(Above, 4).left("2020-03-01"), review(Above, Poor, 4)],
            "0/0 +1/4 relapsed = 1/4", nothing, "rose 21 months ago"),
        (vec![opening(Above, 4).left("2020-03-01"), review(Above, NearPoor, 4)],
            nothing, "0/0 +1/4 relapsed = 1/4", "relapsed into near-poverty"),
        (vec![review(Above, Poor, 4)],
            "0/0 +1/4 newly_arisen = 1/4", nothing, "those above need no registration"),
        (vec![review(Poor, NearPoor, 4)],
            "0/0 -1/4 to_other_class +1/4 other_increase = 0/0", "0/0 +1/4 from_other_class = 1/4", "enters late where it is said to have stood"),
        (vec![opening(Poor, 4), resized("2021-05-01", PHU_CAN, 6)],
            "1/4 +0/2 size_change = 1/6", nothing, "two were born: persons only"),
        (vec![opening(NearPoor, 4), resized("2021-05-01", PHU_CAN, 1)],
            nothing, "1/4 +0/-3 size_change = 1/1", "three left: a negative row"),
        (vec![opening(Poor, 4), review(Poor, NearPoor, 5)],
            "1/4 -1/5 to_other_class +0/1 size_change = 0/0", "0/0 +1/5 from_other_class = 1/5", "a birth told by the review counts in the class before"),
        (vec![opening(Above, 4), review(Above, Poor, 5)],
            "0/0 +1/5 newly_arisen = 1/5", nothing, "above, size has no row"),
        (vec![opening(Poor, 4), review(Poor, Poor, 5)],
            "1/4 +0/1 size_change = 1/5", nothing, "a review that confirms the class"),
        (vec![opening(Above, 4), review(Above, Poor, 4).by_standard()],
            "0/0 +1/4 standard_change = 1/4", nothing, "poor only by the new standard"),
        (vec![opening(Poor, 4), review(Poor, Above, 4).by_standard()],
            "1/4 +-1/-4 standard_change = 0/0", nothing, "no longer poor by the new standard: no exit"),
        (vec![opening(Poor, 4), review(Poor, NearPoor, 4).by_standard()],
            "1/4 +-1/-4 standard_change = 0/0", "0/0 +1/4 standard_change = 1/4", "between classes by the new standard"),
    ];
    for (facts, poor, near_poor, why) in cases {
        let told = told(facts);
        for unit in [PHU_CAN, GIA_LAI, VIET_NAM, NEW_PHU_TUC, NEW_GIA_LAI] {
            assert_eq!(told.table(unit, Poor, "2021"), poor, "{why}: poor");
            assert_eq!(told.table(unit, NearPoor, "2021"), near_poor, "{why}: near-poor");
        }
        for unit in [PHU_TUC, BINH_DINH] {
            assert_eq!(told.table(unit, Poor, "2021"), nothing, "{why}: elsewhere");
        }
    }
}

#[test]
fn a_standard_change_is_neither_an_exit_nor_a_relapse() {
    // Above by the new standard in 2022, so no newly escaped household; poor again in 2023 by a
    // review: newly arisen, since it never left poverty by a review.
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 3),
        classified("2022-01-01", PHU_CAN, Poor, Above, 3).by_standard(),
        classified("2023-12-01", PHU_CAN, Above, Poor, 3),
    ]);
    assert_eq!(told.on(PHU_CAN, "newly_escaped", "2022-06-01"), 0);
    assert_eq!(told.table(PHU_CAN, Poor, "2022"), "1/3 +-1/-3 standard_change = 0/0");
    assert_eq!(told.table(PHU_CAN, Poor, "2023"), "0/0 +1/3 newly_arisen = 1/3");
}

#[test]
fn the_districts_closing_is_its_communes_together() {
    // Phú Cần: one of 4 leaves poverty; Phú Túc: one of 5 falls into it. The district: 1/4 -1/4 +1/5.
    let told = told_apart([
        vec![
            registered("2020-06-01", PHU_CAN, Poor, 4),
            classified("2021-12-10", PHU_CAN, Poor, Above, 4),
        ],
        vec![
            registered("2020-06-01", PHU_TUC, Above, 5),
            classified("2021-12-10", PHU_TUC, Above, Poor, 5),
        ],
    ]);
    let district = "1/4 -1/4 rose_above +1/5 newly_arisen = 1/5";
    assert_eq!(told.table(crate::world::KRONG_PA, Poor, "2021"), district);
}

#[test]
fn a_stock_with_traits_follows_the_household_into_and_out_of_them() {
    // Known as a minority household from June 2021; a later review tells no traits and keeps
    // them; the last one tells an empty set and takes them away.
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        classified("2021-06-01", PHU_CAN, Poor, Poor, 4).with(&[Trait::EthnicMinority]),
        classified("2022-06-01", PHU_CAN, Poor, Poor, 4),
        classified("2023-06-01", PHU_CAN, Poor, Poor, 4).with(&[]),
    ]);
    let table = [
        ("2021-05-31", 0),
        ("2021-06-01", 1),
        ("2022-06-01", 1),
        ("2023-05-31", 1),
        ("2023-06-01", 0),
    ];
    for (on, minority) in table {
        assert_eq!(told.on(PHU_CAN, "poor_minority", on), minority, "{on}");
        assert_eq!(told.standing(PHU_CAN, Poor, on), 1, "{on}");
    }
}

#[test]
fn a_stock_of_two_standings_keeps_a_household_that_goes_from_one_to_the_other() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        classified("2022-01-01", PHU_CAN, Poor, NearPoor, 4),
        classified("2023-01-01", PHU_CAN, NearPoor, Above, 4),
    ]);
    for (on, persons) in [("2021-12-31", 4), ("2022-01-01", 4), ("2023-01-01", 0)] {
        assert_eq!(told.on(PHU_CAN, "poor_or_near", on), persons, "{on}");
    }
}
