//! Not reported is not zero: what is known of a unit, and from which day on.

use std::collections::BTreeMap;

use domain::atlas::{Place, Unit};
use domain::catalogue::Filter;
use domain::codes::{
    Class,
    Standing::{NearPoor, Poor},
};
use domain::fact::{Fact, StatedKind, What};
use domain::figures::{Figure, Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::plan::LIST_COLUMN;
use domain::posting::{Site, Slot};
use proptest::prelude::*;

use crate::random::journal;
use crate::story::{
    Told, day, dissolved, fact, loan, moved_out, registered, stated, told, told_apart, voided,
};
use crate::world::{
    IA_MLAH, IA_SAO, IA_SO, KRONG_PA, NEW_AYUN_PA, NEW_GIA_LAI, NEW_PHU_TUC, PHU_CAN, PHU_TUC,
    PLACES, THAI_BINH, UNITS, VIET_NAM, rules,
};

fn opened(on: &str, at: Unit) -> Fact {
    fact(on, at, What::ListOpened)
}

fn figure(told: &Told, unit: Unit, indicator: &str, on: &str) -> Figure {
    let rules = rules();
    let reader = Reader { rules: &rules, books: &told.books, fold: None };
    let time = Time::Days(day("2021-01-01"), day(on));
    reader.figure(&Question { unit, indicator, filter: Filter::new(), time })
}

/// `2`, `2 of 1/5`, `not_reported`.
fn said(told: &Told, unit: Unit, indicator: &str, on: &str) -> String {
    let figure = figure(told, unit, indicator, on);
    match (figure.value, figure.marks.communes) {
        (Value::Whole(value), None) => value.to_string(),
        (Value::Whole(value), Some((open, all))) => format!("{value} of {open}/{all}"),
        (Value::Missing(why), _) => why.code().to_owned(),
        (other, _) => panic!("{other:?}"),
    }
}

const STOCK: &str = "poor_minority";

#[test]
fn what_nobody_reported_is_not_zero() {
    let census = stated("2021-01-01", PHU_CAN, "households", StatedKind::Census, 100);
    let told = told_apart([vec![census]]);
    for unit in [VIET_NAM, KRONG_PA, PHU_CAN, NEW_PHU_TUC] {
        for indicator in [STOCK, "loans", "loan_amount", "rice_kg"] {
            assert_eq!(said(&told, unit, indicator, "2021-12-31"), "not_reported", "{indicator}");
        }
    }
}

#[test]
fn an_open_list_with_nobody_on_it_is_a_zero_from_its_day_on() {
    let told = told_apart([vec![opened("2021-03-01", PHU_CAN)]]);
    let on = |unit, on| said(&told, unit, STOCK, on);
    assert_eq!(on(PHU_CAN, "2021-02-28"), "not_reported");
    assert_eq!(on(PHU_CAN, "2021-03-01"), "0");
    assert_eq!(on(KRONG_PA, "2021-03-01"), "0 of 1/5", "four of its communes and one of before");
    assert_eq!(on(PHU_TUC, "2021-12-31"), "not_reported");
    assert_eq!(on(THAI_BINH, "2021-12-31"), "not_reported");
    // It has reported: no loan is none.
    assert_eq!(said(&told, PHU_CAN, "loans", "2021-03-01"), "0");
}

#[test]
fn a_list_stays_open_when_all_have_left_it_and_closes_when_its_facts_never_were() {
    let leave: [fn(&str, Unit) -> Fact; 2] = [moved_out, dissolved];
    for leave in leave {
        let facts = vec![registered("2021-03-01", PHU_CAN, Poor, 4), leave("2021-05-01", PHU_CAN)];
        assert_eq!(said(&told_apart([facts]), PHU_CAN, STOCK, "2021-12-31"), "0");
    }
    let never = vec![registered("2021-03-01", PHU_CAN, Poor, 4), voided("2021-05-01", PHU_CAN, 1)];
    assert_eq!(said(&told(never), PHU_CAN, STOCK, "2021-12-31"), "not_reported");
}

#[test]
fn what_was_counted_elsewhere_opens_no_list() {
    let lent = loan("2021-03-01", PHU_CAN, Class::Poor, 5);
    let told = told_apart([vec![lent]]);
    assert_eq!(said(&told, PHU_CAN, STOCK, "2021-12-31"), "not_reported");
    assert_eq!(said(&told, PHU_CAN, "loans", "2021-12-31"), "1");
    assert_eq!(said(&told, PHU_CAN, "rice_kg", "2021-12-31"), "0");
}

#[test]
fn a_unit_of_today_knows_what_those_it_was_made_of_knew() {
    let told = told_apart([vec![opened("2021-03-01", IA_SAO)]]);
    assert_eq!(said(&told, NEW_AYUN_PA, STOCK, "2025-12-31"), "0");
    assert_eq!(said(&told, NEW_GIA_LAI, STOCK, "2025-12-31"), "0 of 1/4");
    // Phú Túc of today was made of three; one of them is silent.
    let two = [PHU_TUC, PHU_CAN].map(|commune| vec![opened("2021-03-01", commune)]);
    let told = told_apart(two);
    assert_eq!(said(&told, NEW_PHU_TUC, STOCK, "2025-12-31"), "0 of 0/1");
    let told = told_apart([vec![opened("2025-07-01", NEW_PHU_TUC)]]);
    assert_eq!(said(&told, NEW_PHU_TUC, STOCK, "2025-07-01"), "0");
}

#[test]
fn a_district_is_whole_when_every_commune_in_force_has_opened_its_list() {
    let communes = [PHU_TUC, PHU_CAN, IA_MLAH, IA_SO, Unit(11)];
    let told = told_apart(communes.map(|commune| vec![opened("2021-03-01", commune)]));
    assert_eq!(said(&told, KRONG_PA, STOCK, "2021-03-01"), "0");
    // One ended on the last day of 2024.
    let told = told_apart(communes[..4].iter().map(|one| vec![opened("2021-03-01", *one)]));
    assert_eq!(said(&told, KRONG_PA, STOCK, "2024-12-31"), "0 of 4/5");
    assert_eq!(said(&told, KRONG_PA, STOCK, "2025-01-01"), "0 of 3/4");
}

#[test]
fn a_missing_value_has_a_stable_name() {
    assert_eq!(Missing::NotReported.code(), "not_reported");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    /// The two ends of a movement table are the stocks of those days, known as far as these are.
    #[test]
    fn the_ends_of_a_movement_table_are_figures_of_their_days(
        facts in journal(),
        year in 2019u16..2026,
    ) {
        let mut fold = Fold::new(rules());
        fold.apply(facts);
        let reader = Reader::from(&fold);
        let days = [format!("{year}-01-01"), format!("{year}-12-31")].map(|on| day(&on));
        for unit in UNITS.iter().copied() {
            for class in [Poor, NearPoor] {
                let table = reader.movements(unit, class, Time::Days(days[0], days[1]));
                let ends = [
                    (days[0].previous(), table.opening, table.opening_of),
                    (days[1], table.closing, table.of),
                ];
                for (on, heads, of) in ends {
                    let lists = reader.lists(unit, on);
                    let communes = (lists.open, lists.communes);
                    prop_assert_eq!(of.missing.is_some(), !lists.any && heads.households == 0);
                    let is_part = of.missing.is_none() && !lists.is_complete();
                    prop_assert_eq!(of.communes, is_part.then_some(communes));
                }
            }
        }
    }

    /// What is remembered of a site is what its cells say, however often somebody asked between.
    #[test]
    fn the_first_day_of_a_list_is_that_of_its_cells(
        facts in journal(),
        asked in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let mut fold = Fold::new(rules());
        for (number, fact) in facts.into_iter().enumerate() {
            fold.apply(vec![fact]);
            if asked[number % asked.len()] {
                let mut expected = BTreeMap::<Site, Slot>::new();
                for (site, cell) in fold.books.rollup.cells().filter(|(_, cell)| cell.column <= LIST_COLUMN) {
                    let first = expected.entry(site).or_insert(cell.slot);
                    *first = cell.slot.min(*first);
                }
                let reader = Reader::from(&fold);
                for place in (0..PLACES).map(Place) {
                    let first = reader.first_listed(place).map(Slot::from);
                    prop_assert_eq!(first, expected.get(&Site::place(place)).copied());
                }
            }
        }
    }
}
