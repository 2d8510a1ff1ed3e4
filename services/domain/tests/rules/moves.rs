//! Moves: within a commune's part, a district, a province, and between provinces.

use domain::atlas::{Place, Unit};
use domain::codes::Class;
use domain::codes::Standing::{Above, NearPoor, Poor};
use domain::fact::Fact;

use crate::story::{
    Tell, Told, classified, loan, moved, moved_in, moved_out, registered, told, told_apart,
};
use crate::world::{
    AYUN_PA, BINH_DINH, CHU_GU, CHU_GU_EAST, CHU_GU_WEST, GIA_LAI, IA_MLAH, IA_SAO, KRONG_PA,
    NEW_AYUN_PA, NEW_GIA_LAI, NEW_IA_MLAH, NEW_PHU_TUC, PHU_CAN, PHU_TUC, PHUOC_HOA, VIET_NAM,
};

const STAYED: &str = "1/4 = 1/4";
const WENT: &str = "1/4 -1/4 other_decrease = 0/0";
const CAME: &str = "0/0 +1/4 other_increase = 1/4";

fn moving(from: impl Into<Place>, declared: Unit, to: impl Into<Place>) -> Told {
    told([registered("2020-01-01", from, Poor, 4), moved("2021-03-01", declared, to)])
}

fn check(told: &Told, table: &[(Unit, &str)]) {
    for (unit, line) in table {
        assert_eq!(told.table(*unit, Poor, "2021"), *line, "{unit:?}");
    }
    assert_eq!(told.findings(), [""; 0]);
}

#[test]
fn a_move_inside_a_district_is_no_decrease_of_the_district() {
    let told = moving(PHU_CAN, PHU_CAN, IA_MLAH);
    check(
        &told,
        &[
            (PHU_CAN, WENT),
            (IA_MLAH, CAME),
            (KRONG_PA, STAYED),
            (GIA_LAI, STAYED),
            (VIET_NAM, STAYED),
            // The same move between communes of today.
            (NEW_PHU_TUC, WENT),
            (NEW_IA_MLAH, CAME),
            (NEW_GIA_LAI, STAYED),
        ],
    );
}

#[test]
fn a_move_between_communes_that_merged_later_is_none_for_the_merged_one() {
    let told = moving(PHU_CAN, PHU_CAN, PHU_TUC);
    check(&told, &[(PHU_CAN, WENT), (PHU_TUC, CAME), (KRONG_PA, STAYED), (NEW_PHU_TUC, STAYED)]);
}

#[test]
fn a_move_between_districts_is_none_for_the_province() {
    let told = moving(PHU_CAN, PHU_CAN, IA_SAO);
    check(
        &told,
        &[
            (KRONG_PA, WENT),
            (AYUN_PA, CAME),
            (GIA_LAI, STAYED),
            (NEW_PHU_TUC, WENT),
            (NEW_AYUN_PA, CAME),
            (NEW_GIA_LAI, STAYED),
        ],
    );
}

#[test]
fn a_move_between_the_parts_of_a_divided_commune_is_one_only_for_the_communes_of_today() {
    let told = moving(CHU_GU_WEST, CHU_GU, CHU_GU_EAST);
    check(
        &told,
        &[
            (CHU_GU, STAYED),
            (KRONG_PA, STAYED),
            (NEW_PHU_TUC, WENT),
            (NEW_IA_MLAH, CAME),
            (NEW_GIA_LAI, STAYED),
        ],
    );
}

#[test]
fn near_poor_households_move_in_their_own_table_and_those_above_in_none() {
    let near = told([
        registered("2020-01-01", PHU_CAN, NearPoor, 4),
        moved("2021-03-01", PHU_CAN, IA_SAO),
    ]);
    assert_eq!(near.table(KRONG_PA, NearPoor, "2021"), WENT);
    assert_eq!(near.table(AYUN_PA, NearPoor, "2021"), CAME);
    assert_eq!(near.table(GIA_LAI, NearPoor, "2021"), STAYED);
    let above =
        told([registered("2020-01-01", PHU_CAN, Above, 4), moved("2021-03-01", PHU_CAN, IA_SAO)]);
    for unit in [KRONG_PA, AYUN_PA, GIA_LAI] {
        for class in [Poor, NearPoor] {
            assert_eq!(above.table(unit, class, "2021"), "0/0 = 0/0");
        }
    }
    assert_eq!(above.standing(AYUN_PA, Above, "2021-03-01"), 1);
    assert_eq!(above.standing(KRONG_PA, Above, "2021-03-01"), 0);
}

#[test]
fn a_household_that_moved_lives_where_it_moved_to() {
    let told = told([
        registered("2020-01-01", PHU_CAN, Poor, 4),
        moved("2021-03-01", PHU_CAN, IA_SAO),
        classified("2021-12-01", IA_SAO, Poor, Above, 4),
        loan("2021-12-02", PHU_CAN, Class::NewlyEscaped, 1),
    ]);
    assert_eq!(told.table(AYUN_PA, Poor, "2021"), "0/0 -1/4 rose_above +1/4 other_increase = 0/0");
    assert_eq!(told.findings(), ["elsewhere_than_home 4"]);
}

/// A move across provinces is two facts, of two subjects.
fn across(exit: Fact) -> [Vec<Fact>; 2] {
    let left = exit.on.to_string();
    [
        vec![registered("2020-01-01", PHU_CAN, Poor, 4), exit, moved_out("2022-02-01", PHU_CAN)],
        vec![moved_in("2022-02-01", PHUOC_HOA, Above, 4).left(&left)],
    ]
}

#[test]
fn a_move_between_provinces_is_out_here_and_in_there_and_moves_the_window() {
    let told = told_apart(across(classified("2021-06-15", PHU_CAN, Poor, Above, 4)));
    for (on, gia_lai, binh_dinh) in [
        ("2021-06-15", 1, 0),
        ("2022-01-31", 1, 0),
        ("2022-02-01", 0, 1),
        ("2024-06-15", 0, 1),
        ("2024-06-16", 0, 0),
    ] {
        assert_eq!(told.on(GIA_LAI, "newly_escaped", on), gia_lai, "{on}");
        assert_eq!(told.on(BINH_DINH, "newly_escaped", on), binh_dinh, "{on}");
        assert_eq!(told.on(VIET_NAM, "newly_escaped", on), gia_lai + binh_dinh, "{on}");
    }
}

#[test]
fn a_relapse_after_a_move_between_provinces_is_recognised_by_the_exit_date_it_brought() {
    for (fall, row) in [("2024-06-15", "relapsed"), ("2024-06-16", "newly_arisen")] {
        let [there, mut here] = across(classified("2021-06-15", PHU_CAN, Poor, Above, 4));
        here.push(classified(fall, PHUOC_HOA, Above, Poor, 4));
        let told = told_apart([there, here]);
        assert_eq!(told.table(BINH_DINH, Poor, "2024"), format!("0/0 +1/4 {row} = 1/4"));
    }
}

#[test]
fn a_poor_household_that_changes_province_is_a_decrease_here_and_an_increase_there() {
    let told = told_apart([
        vec![registered("2020-01-01", PHU_CAN, Poor, 4), moved_out("2021-02-01", PHU_CAN)],
        vec![moved_in("2021-02-01", PHUOC_HOA, Poor, 4)],
    ]);
    assert_eq!(told.table(GIA_LAI, Poor, "2021"), WENT);
    assert_eq!(told.table(BINH_DINH, Poor, "2021"), CAME);
    // Two facts of two shards: also the units above both show them, and still balance.
    let both = "1/4 -1/4 other_decrease +1/4 other_increase = 1/4";
    assert_eq!(told.table(VIET_NAM, Poor, "2021"), both);
    assert_eq!(told.table(NEW_GIA_LAI, Poor, "2021"), both);
}
