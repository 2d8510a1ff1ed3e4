//! Thirty-six calendar months after leaving poverty: the newly escaped, and relapse.

use domain::codes::Standing::{Above, NearPoor, Poor};
use domain::codes::Trait;
use domain::fact::Fact;

use crate::story::{
    Tell, classified, day, dissolved, moved, moved_in, moved_out, registered, resized, told,
};
use crate::world::{AYUN_PA, GIA_LAI, IA_SAO, KRONG_PA, PHU_CAN, PHU_TUC};

fn poor_then_out(on: &str) -> Vec<Fact> {
    vec![registered("2020-01-01", PHU_CAN, Poor, 4), classified(on, PHU_CAN, Poor, Above, 4)]
}

fn and(mut facts: Vec<Fact>, more: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    facts.extend(more);
    facts
}

/// The exit, the last day of its window, and the first day after it.
const WINDOWS: [(&str, &str, &str); 5] = [
    ("2021-06-15", "2024-06-15", "2024-06-16"),
    ("2021-02-28", "2024-02-28", "2024-02-29"),
    ("2024-02-29", "2027-02-28", "2027-03-01"),
    ("2021-12-31", "2024-12-31", "2025-01-01"),
    ("2020-08-31", "2023-08-31", "2023-09-01"),
];

#[test]
fn a_household_is_newly_escaped_from_its_exit_to_the_last_day_of_the_36th_month() {
    for (exit, last, after) in WINDOWS {
        assert_eq!(day(last).next(), day(after));
        let told = told(poor_then_out(exit));
        let eve = day(exit).previous().to_string();
        for (on, households) in [(&*eve, 0), (exit, 1), (last, 1), (after, 0)] {
            assert_eq!(told.on(PHU_CAN, "newly_escaped", on), households, "{exit}: {on}");
            let persons = told.on(PHU_CAN, "newly_escaped_persons", on);
            assert_eq!(persons, 4 * households, "{exit}: {on}");
        }
        // Rising is for good, the window is not.
        assert_eq!(told.standing(PHU_CAN, Above, after), 1);
    }
}

#[test]
fn a_fall_on_the_last_day_of_the_window_is_a_relapse_and_one_day_later_newly_arisen() {
    for (exit, last, after) in WINDOWS {
        for (fall, relapsed) in [(exit, true), (last, true), (after, false)] {
            for class in [Poor, NearPoor] {
                // On the day of the exit itself, the source's sequence says which came first.
                let fall = classified(fall, PHU_CAN, Above, class, 4).sequence(1);
                let year = &fall.on.to_string()[..4];
                let told = told(and(poor_then_out(exit), [fall.clone()]));
                let row = if relapsed { "relapsed" } else { "newly_arisen" };
                let table = told.table(PHU_CAN, class, year);
                assert!(table.contains(&format!("+1/4 {row}")), "{exit}: {table}");
                assert!(table.ends_with("= 1/4"), "{exit}: {table}");
            }
        }
    }
}

#[test]
fn an_exit_out_of_near_poverty_opens_the_window_and_one_into_it_does_not() {
    let told = told([
        registered("2020-01-01", PHU_CAN, Poor, 4),
        classified("2021-01-01", PHU_CAN, Poor, NearPoor, 4),
        classified("2022-01-01", PHU_CAN, NearPoor, Above, 4),
    ]);
    for (on, newly_escaped) in [
        ("2021-01-01", 0),
        ("2021-12-31", 0),
        ("2022-01-01", 1),
        ("2025-01-01", 1),
        ("2025-01-02", 0),
    ] {
        assert_eq!(told.on(PHU_CAN, "newly_escaped", on), newly_escaped, "{on}");
    }
}

#[test]
fn whoever_leaves_the_window_early_is_not_taken_away_again_when_it_ends() {
    let exit = || poor_then_out("2021-06-15");
    let cases = [
        (classified("2022-06-15", PHU_CAN, Above, Poor, 4), "relapse"),
        (classified("2022-06-15", PHU_CAN, Above, NearPoor, 4).by_standard(), "new standard"),
        (dissolved("2022-06-15", PHU_CAN), "dissolution"),
        (moved_out("2022-06-15", PHU_CAN), "left for another province"),
    ];
    for (leaving, why) in cases {
        let told = told(and(exit(), [leaving]));
        let table = [
            ("2022-06-14", 1),
            ("2022-06-15", 0),
            ("2024-06-15", 0),
            ("2024-06-16", 0),
            ("2030-01-01", 0),
        ];
        for (on, newly_escaped) in table {
            assert_eq!(told.on(GIA_LAI, "newly_escaped", on), newly_escaped, "{why}: {on}");
        }
    }
}

#[test]
fn leaving_on_the_last_day_or_the_day_after_counts_no_day_twice() {
    for leaving in ["2024-06-15", "2024-06-16"] {
        let told = told(and(poor_then_out("2021-06-15"), [dissolved(leaving, PHU_CAN)]));
        let last_day = i128::from(leaving == "2024-06-16");
        for (on, newly_escaped) in
            [("2024-06-14", 1), ("2024-06-15", last_day), ("2024-06-16", 0), ("2024-06-17", 0)]
        {
            assert_eq!(told.on(PHU_CAN, "newly_escaped", on), newly_escaped, "{leaving}: {on}");
        }
    }
}

#[test]
fn a_second_exit_opens_a_window_of_its_own() {
    // Out on 2021-06-15, back on 2022-06-15, out again on 2023-06-15: until 2026-06-15.
    let told = told(and(
        poor_then_out("2021-06-15"),
        [
            classified("2022-06-15", PHU_CAN, Above, Poor, 4),
            classified("2023-06-15", PHU_CAN, Poor, Above, 4),
        ],
    ));
    for (on, newly_escaped) in [
        ("2022-06-14", 1),
        ("2022-06-15", 0),
        ("2023-06-14", 0),
        ("2023-06-15", 1),
        ("2024-06-16", 1),
        ("2026-06-15", 1),
        ("2026-06-16", 0),
    ] {
        assert_eq!(told.on(PHU_CAN, "newly_escaped", on), newly_escaped, "{on}");
    }
}

#[test]
fn a_review_that_confirms_a_household_above_does_not_open_the_window_anew() {
    let confirmed = classified("2023-06-15", PHU_CAN, Above, Above, 4);
    let told = told(and(poor_then_out("2021-06-15"), [confirmed]));
    for (on, newly_escaped) in [("2023-06-15", 1), ("2024-06-15", 1), ("2024-06-16", 0)] {
        assert_eq!(told.on(PHU_CAN, "newly_escaped", on), newly_escaped, "{on}");
    }
}

#[test]
fn persons_who_come_and_go_inside_the_window_leave_nothing_behind_it() {
    // Four leave poverty; six from 2022; five from 2023, as the review tells.
    let told = told(and(
        poor_then_out("2021-06-15"),
        [
            resized("2022-01-01", PHU_CAN, 6),
            classified("2023-01-01", PHU_CAN, Above, Above, 5),
            resized("2024-06-16", PHU_CAN, 9),
        ],
    ));
    for (on, persons) in [
        ("2021-12-31", 4),
        ("2022-01-01", 6),
        ("2023-01-01", 5),
        ("2024-06-15", 5),
        ("2024-06-16", 0),
        ("2024-06-17", 0),
    ] {
        assert_eq!(told.on(PHU_CAN, "newly_escaped_persons", on), persons, "{on}");
    }
}

#[test]
fn a_move_takes_the_window_along() {
    // Out of poverty in Phú Cần on 2021-06-15, to Ia Sao in another district on 2022-03-01.
    let told = told(and(poor_then_out("2021-06-15"), [moved("2022-03-01", PHU_CAN, IA_SAO)]));
    for (on, krong_pa, ayun_pa) in
        [("2022-02-28", 1, 0), ("2022-03-01", 0, 1), ("2024-06-15", 0, 1), ("2024-06-16", 0, 0)]
    {
        assert_eq!(told.on(KRONG_PA, "newly_escaped", on), krong_pa, "{on}");
        assert_eq!(told.on(AYUN_PA, "newly_escaped", on), ayun_pa, "{on}");
        assert_eq!(told.on(GIA_LAI, "newly_escaped", on), krong_pa + ayun_pa, "{on}");
    }
}

#[test]
fn a_relapse_after_a_move_inside_the_province_is_recognised() {
    let told = told(and(
        poor_then_out("2021-06-15"),
        [moved("2022-03-01", PHU_CAN, PHU_TUC), classified("2024-06-15", PHU_TUC, Above, Poor, 4)],
    ));
    assert_eq!(told.table(PHU_TUC, Poor, "2024"), "0/0 +1/4 relapsed = 1/4");
}

#[test]
fn a_household_that_comes_with_its_exit_date_is_newly_escaped_for_the_rest_of_the_window() {
    let entries = [
        registered("2022-01-01", PHU_CAN, Above, 4).left("2021-06-15"),
        moved_in("2022-01-01", PHU_CAN, Above, 4).left("2021-06-15"),
    ];
    for entry in entries {
        let told = told([entry]);
        for (on, newly_escaped) in
            [("2021-12-31", 0), ("2022-01-01", 1), ("2024-06-15", 1), ("2024-06-16", 0)]
        {
            assert_eq!(told.on(PHU_CAN, "newly_escaped", on), newly_escaped, "{on}");
        }
    }
}

#[test]
fn an_exit_date_that_is_too_old_or_of_a_household_that_is_poor_says_nothing() {
    // Rose more than 36 months before it was registered.
    let old = told([
        registered("2022-01-01", PHU_CAN, Above, 4).left("2018-12-31"),
        classified("2022-06-01", PHU_CAN, Above, Poor, 4),
    ]);
    assert_eq!(old.on(PHU_CAN, "newly_escaped", "2022-01-01"), 0);
    assert_eq!(old.table(PHU_CAN, Poor, "2022"), "0/0 +1/4 newly_arisen = 1/4");
    // Poor now, whenever it once rose: the next exit is what counts.
    let poor = told([
        registered("2022-01-01", PHU_CAN, Poor, 4).left("2021-12-31"),
        classified("2022-06-01", PHU_CAN, Poor, Above, 4),
    ]);
    for (on, newly_escaped) in
        [("2022-01-01", 0), ("2022-06-01", 1), ("2025-06-01", 1), ("2025-06-02", 0)]
    {
        assert_eq!(poor.on(PHU_CAN, "newly_escaped", on), newly_escaped, "{on}");
    }
}

#[test]
fn dissolution_and_departure_end_the_memory_of_an_exit() {
    // It comes back within the window, without an exit date: a fall is newly arisen.
    for gone in [dissolved("2022-01-01", PHU_CAN), moved_out("2022-01-01", PHU_CAN)] {
        let told = told(and(
            poor_then_out("2021-06-15"),
            [
                gone,
                moved_in("2022-06-01", PHU_CAN, Above, 4),
                classified("2022-12-01", PHU_CAN, Above, Poor, 4),
            ],
        ));
        assert_eq!(told.on(PHU_CAN, "newly_escaped", "2022-07-01"), 0);
        assert_eq!(told.table(PHU_CAN, Poor, "2022"), "0/0 +1/4 newly_arisen = 1/4");
    }
}

#[test]
fn a_void_of_the_exit_closes_the_window() {
    let told = told(and(
        poor_then_out("2021-06-15"),
        [
            crate::story::voided("2023-01-01", PHU_CAN, 2),
            classified("2023-06-15", PHU_CAN, Poor, Poor, 4),
        ],
    ));
    for on in ["2021-06-15", "2024-06-15", "2024-06-16", "2026-06-16"] {
        assert_eq!(told.on(PHU_CAN, "newly_escaped", on), 0, "{on}");
        assert_eq!(told.standing(PHU_CAN, Poor, on), 1, "{on}");
    }
}

#[test]
fn a_stock_of_near_poor_and_newly_escaped_counts_a_household_once_at_any_time() {
    // Merit household: near-poor, above from 2022-01-01, so counted until 2025-01-01.
    let told = told([
        registered("2021-01-01", PHU_CAN, NearPoor, 4).with(&[Trait::Merit]),
        classified("2022-01-01", PHU_CAN, NearPoor, Above, 4),
    ]);
    for (on, counted) in
        [("2021-01-01", 1), ("2022-01-01", 1), ("2025-01-01", 1), ("2025-01-02", 0)]
    {
        assert_eq!(told.on(PHU_CAN, "near_or_escaped", on), counted, "{on}");
    }
}
