//! The boundary change of 1 July 2025: a fact of an old commune in figures of the new.

use domain::atlas::{Place, Unit};
use domain::codes::Class;
use domain::codes::Standing::{Above, Poor};

use crate::story::{Told, classified, electricity, loan, moved, registered, resized, told};
use crate::world::{
    AYUN_PA, BINH_DINH, CHU_GU, CHU_GU_EAST, CHU_GU_WEST, GIA_LAI, IA_MLAH, IA_SAO, IA_SO,
    KRONG_PA, LE_LOI, NEW_AYUN_PA, NEW_GIA_LAI, NEW_HUNG_YEN, NEW_IA_MLAH, NEW_LE_LOI, NEW_PHU_TUC,
    PHU_CAN, PHU_TUC, PLACES, THAI_BINH, UNITS, VIET_NAM, rules,
};

#[test]
fn a_place_belongs_to_these_units() {
    let west = [VIET_NAM, GIA_LAI, KRONG_PA, CHU_GU, NEW_GIA_LAI, NEW_PHU_TUC];
    let cases: [(Place, &[Unit]); 9] = [
        (PHU_CAN.into(), &[VIET_NAM, GIA_LAI, KRONG_PA, PHU_CAN, NEW_GIA_LAI, NEW_PHU_TUC]),
        // Divided: by default the whole of it went west.
        (CHU_GU.into(), &west),
        (CHU_GU_WEST, &west),
        (CHU_GU_EAST, &[VIET_NAM, GIA_LAI, KRONG_PA, CHU_GU, NEW_GIA_LAI, NEW_IA_MLAH]),
        // Nobody knows which commune took it in.
        (IA_SO.into(), &[VIET_NAM, GIA_LAI, KRONG_PA, IA_SO, NEW_GIA_LAI]),
        (KRONG_PA.into(), &[VIET_NAM, GIA_LAI, KRONG_PA, NEW_GIA_LAI]),
        (LE_LOI.into(), &[VIET_NAM, THAI_BINH, Unit(7), LE_LOI, NEW_HUNG_YEN, NEW_LE_LOI]),
        (NEW_PHU_TUC.into(), &[VIET_NAM, NEW_GIA_LAI, NEW_PHU_TUC]),
        (VIET_NAM.into(), &[VIET_NAM]),
    ];
    let rules = rules();
    assert_eq!(rules.atlas.place_count(), usize::from(PLACES));
    assert_eq!(rules.atlas.units().count(), UNITS.len());
    for (place, units) in cases {
        assert_eq!(rules.atlas.closure(place), units, "{place:?}");
        for unit in UNITS {
            let listed = rules.atlas.places(*unit).contains(&place);
            assert_eq!(listed, units.contains(unit), "{unit:?} and {place:?}");
        }
    }
    let allocated: Vec<Place> =
        (0..PLACES).map(Place).filter(|place| rules.atlas.is_allocated(*place)).collect();
    assert_eq!(allocated, [Place::from(CHU_GU)]);
}

fn poor_at(place: impl Into<Place>) -> Told {
    told([registered("2021-01-01", place, Poor, 4)])
}

fn standing(told: &Told, on: &str, table: &[(Unit, i128)]) {
    for (unit, households) in table {
        assert_eq!(told.standing(*unit, Poor, on), *households, "{unit:?} on {on}");
    }
}

#[test]
fn a_household_of_a_merged_commune_stands_in_both_generations() {
    let told = poor_at(PHU_CAN);
    let table = [(PHU_CAN, 1), (KRONG_PA, 1), (GIA_LAI, 1), (NEW_PHU_TUC, 1), (NEW_GIA_LAI, 1)];
    standing(&told, "2021-01-01", &table);
    standing(&told, "2025-07-01", &table);
    standing(&told, "2025-07-01", &[(NEW_IA_MLAH, 0), (NEW_HUNG_YEN, 0), (BINH_DINH, 0)]);
}

#[test]
fn a_household_of_a_divided_commune_goes_to_the_default_and_is_marked() {
    let told = poor_at(CHU_GU);
    standing(&told, "2025-07-01", &[(CHU_GU, 1), (NEW_PHU_TUC, 1), (NEW_IA_MLAH, 0)]);
    let told = told_with_a_loan(CHU_GU.into());
    // Marked where it rests on the default: in the new commune, not in its own or above.
    assert!(told.is_allocated(NEW_PHU_TUC, "loans"));
    for unit in [CHU_GU, KRONG_PA, GIA_LAI, NEW_GIA_LAI, NEW_IA_MLAH, VIET_NAM] {
        assert!(!told.is_allocated(unit, "loans"), "{unit:?}");
    }
}

#[test]
fn a_household_of_a_known_part_goes_to_its_successor_and_is_not_marked() {
    for (part, successor, other) in
        [(CHU_GU_WEST, NEW_PHU_TUC, NEW_IA_MLAH), (CHU_GU_EAST, NEW_IA_MLAH, NEW_PHU_TUC)]
    {
        standing(&poor_at(part), "2025-07-01", &[(CHU_GU, 1), (successor, 1), (other, 0)]);
        let told = told_with_a_loan(part);
        assert_eq!(told.flow(successor, "loans", "2021"), 1);
        assert_eq!(told.flow(CHU_GU, "loans", "2021"), 1);
        assert!(!told.is_allocated(successor, "loans"));
    }
}

fn told_with_a_loan(at: Place) -> Told {
    told([registered("2021-01-01", at, Poor, 4), loan("2021-02-01", at, Class::Poor, 1)])
}

#[test]
fn an_exit_in_the_new_commune_takes_the_household_out_of_the_cells_of_the_old_one() {
    // Registered in the old Phú Cần, reviewed by the new Phú Túc in December 2025.
    for home in [Place::from(PHU_CAN), CHU_GU_WEST, CHU_GU.into()] {
        let told = told([
            registered("2021-01-01", home, Poor, 4),
            resized("2025-08-01", NEW_PHU_TUC, 5),
            classified("2025-12-01", NEW_PHU_TUC, Poor, Above, 5),
        ]);
        assert_eq!(told.findings(), [""; 0], "{home:?}");
        let old = rules().atlas.unit_of(home);
        for unit in [old, KRONG_PA, GIA_LAI, NEW_PHU_TUC, NEW_GIA_LAI, VIET_NAM] {
            let line = "1/4 -1/5 rose_above +0/1 size_change = 0/0";
            assert_eq!(told.table(unit, Poor, "2025"), line, "{unit:?}");
            assert_eq!(told.standing(unit, Above, "2025-12-01"), 1, "{unit:?}");
        }
    }
}

#[test]
fn what_a_household_receives_in_the_new_commune_counts_in_the_old_one_too() {
    let told =
        told([registered("2021-01-01", PHU_CAN, Poor, 4), electricity("2025-09-30", NEW_PHU_TUC)]);
    assert_eq!(told.findings(), [""; 0]);
    for unit in [PHU_CAN, KRONG_PA, GIA_LAI, NEW_PHU_TUC, NEW_GIA_LAI] {
        assert_eq!(told.flow(unit, "electricity", "2025"), 1, "{unit:?}");
        assert_eq!(told.distinct(unit, "electricity_households", &[], "2025-Q3"), 1, "{unit:?}");
    }
}

#[test]
fn a_new_commune_that_took_the_home_not_in_is_elsewhere() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        electricity("2025-09-30", NEW_IA_MLAH),
        electricity("2025-09-30", NEW_LE_LOI),
    ]);
    assert_eq!(told.findings(), ["elsewhere_than_home 2", "elsewhere_than_home 3"]);
    assert_eq!(told.flow(NEW_IA_MLAH, "electricity", "2025"), 1);
    assert_eq!(told.flow(PHU_CAN, "electricity", "2025"), 0);
}

/// The home, the declared place, and the place that both tell together; none if they contradict.
#[test]
fn home_and_declared_place_agree_when_they_can_be_one_and_the_finer_counts() {
    let cases: [(Place, Place, Option<Place>, &str); 17] = [
        (PHU_CAN.into(), PHU_CAN.into(), Some(PHU_CAN.into()), "the same"),
        (PHU_CAN.into(), NEW_PHU_TUC.into(), Some(PHU_CAN.into()), "the new commune holds it"),
        (PHU_CAN.into(), KRONG_PA.into(), Some(PHU_CAN.into()), "so does the district"),
        (PHU_CAN.into(), VIET_NAM.into(), Some(PHU_CAN.into()), "and the nation"),
        (PHU_CAN.into(), PHU_TUC.into(), None, "another commune, though they merged"),
        (PHU_CAN.into(), AYUN_PA.into(), None, "another district"),
        (PHU_CAN.into(), IA_SO.into(), Some(PHU_CAN.into()), "may have gone to Phú Cần"),
        (IA_SAO.into(), IA_SO.into(), None, "cannot have gone to another district"),
        (CHU_GU_EAST, CHU_GU.into(), Some(CHU_GU_EAST), "the home knows the part"),
        (CHU_GU_EAST, NEW_PHU_TUC.into(), None, "the other part's successor"),
        (CHU_GU_EAST, CHU_GU_WEST, None, "the other part"),
        (CHU_GU.into(), CHU_GU_EAST, Some(CHU_GU_EAST), "the fact knows the part"),
        (CHU_GU.into(), NEW_IA_MLAH.into(), Some(CHU_GU_EAST), "unknown is not contradicted"),
        (CHU_GU.into(), NEW_PHU_TUC.into(), Some(CHU_GU_WEST), "now it is known"),
        (NEW_IA_MLAH.into(), CHU_GU.into(), Some(CHU_GU_EAST), "the other way round"),
        (NEW_PHU_TUC.into(), PHU_CAN.into(), Some(PHU_CAN.into()), "an old name, finer"),
        (KRONG_PA.into(), PHU_CAN.into(), Some(PHU_CAN.into()), "only the district was known"),
    ];
    let atlas = &rules().atlas;
    for (home, declared, together, why) in cases {
        let told = told([
            registered("2021-01-01", home, Poor, 4),
            electricity("2021-03-31", declared),
            resized("2021-04-01", declared, 4),
        ]);
        let found = i32::from(together.is_none());
        assert_eq!(told.findings().len() as i32, 2 * found, "{why}: {:?}", told.findings());
        let counted = atlas.closure(together.unwrap_or(declared));
        for unit in UNITS {
            let here = i128::from(counted.contains(unit));
            assert_eq!(told.flow(*unit, "electricity", "2021"), here, "{why}: {unit:?}");
        }
        // The household itself stays where the record has it.
        for unit in UNITS {
            let here = i128::from(atlas.holds(*unit, home));
            assert_eq!(told.standing(*unit, Poor, "2021-12-31"), here, "{why}: {unit:?}");
        }
    }
}

#[test]
fn a_household_seen_in_the_whole_and_in_a_part_counts_once_where_they_meet() {
    // Its home is the divided Chư Gu; the first payment says no part, the second the eastern one.
    let told = told([
        registered("2021-01-01", CHU_GU, Poor, 4),
        electricity("2021-01-02", CHU_GU),
        electricity("2021-01-03", CHU_GU_EAST),
    ]);
    for unit in [CHU_GU, KRONG_PA, GIA_LAI, NEW_GIA_LAI, NEW_PHU_TUC, NEW_IA_MLAH, VIET_NAM] {
        let distinct = told.distinct(unit, "electricity_households", &[], "2021-Q1");
        assert_eq!(distinct, 1, "{unit:?}");
    }
}

#[test]
fn a_move_told_in_new_communes_takes_the_household_out_of_the_old_commune_as_well() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        moved("2025-09-01", NEW_PHU_TUC, NEW_AYUN_PA),
    ]);
    assert_eq!(told.findings(), [""; 0]);
    standing(
        &told,
        "2025-09-01",
        &[
            (PHU_CAN, 0),
            (KRONG_PA, 0),
            (GIA_LAI, 0),
            (IA_SAO, 0),
            (NEW_PHU_TUC, 0),
            (NEW_AYUN_PA, 1),
            (NEW_GIA_LAI, 1),
        ],
    );
    // The old district cannot know that the new commune lies in the old province.
    assert_eq!(told.table(GIA_LAI, Poor, "2025"), "1/4 -1/4 other_decrease = 0/0");
    assert_eq!(told.table(NEW_GIA_LAI, Poor, "2025"), "1/4 = 1/4");
}

#[test]
fn a_move_to_the_new_commune_that_holds_the_home_goes_nowhere_and_one_to_a_known_part_does() {
    for (home, to) in
        [(Place::from(PHU_CAN), NEW_PHU_TUC), (CHU_GU.into(), NEW_PHU_TUC), (CHU_GU_EAST, CHU_GU)]
    {
        let told =
            told([registered("2021-01-01", home, Poor, 4), moved("2025-09-01", NEW_GIA_LAI, to)]);
        assert_eq!(told.findings(), ["moved_nowhere 2"]);
    }
    let told =
        told([registered("2021-01-01", CHU_GU, Poor, 4), moved("2021-09-01", CHU_GU, CHU_GU_EAST)]);
    assert_eq!(told.findings(), [""; 0]);
    standing(&told, "2021-08-31", &[(CHU_GU, 1), (NEW_PHU_TUC, 1), (NEW_IA_MLAH, 0)]);
    standing(&told, "2021-09-01", &[(CHU_GU, 1), (NEW_PHU_TUC, 0), (NEW_IA_MLAH, 1)]);
}

#[test]
fn an_old_province_keeps_its_figures_when_it_merged() {
    let told = poor_at(IA_MLAH);
    standing(&told, "2030-01-01", &[(GIA_LAI, 1), (BINH_DINH, 0), (NEW_GIA_LAI, 1)]);
}
