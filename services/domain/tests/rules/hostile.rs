//! What nobody should send: nothing of it may stop the fold or make two folds differ.

use std::time::{Duration, Instant};

use domain::batch::evaluate;
use domain::codes::Class;
use domain::codes::Standing::{Above, NearPoor, Poor};
use domain::fact::{Fact, Subject};
use domain::fold::Fold;
use domain::posting::{Column, Posting, Site, Slot};
use domain::rollup::Rollup;
use domain::time::Day;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample;

use crate::story::{
    Tell, classified, dissolved, electricity, key, loan, moved_in, moved_out, numbered, registered,
    resized, told, told_of, voided,
};
use crate::world::{PHU_CAN, PHU_TUC, VIET_NAM, rules};

fn on(day: Day, fact: Fact) -> Fact {
    Fact { on: day, ..fact }
}

#[test]
fn the_first_and_the_last_day_that_can_be_told_hold_facts() {
    let any = "2021-01-01";
    for last in [Day::MAX, Day::MAX.previous(), Day(65_000)] {
        let told = told([
            on(Day::MIN, registered(any, PHU_CAN, Poor, 4)),
            on(Day::MIN, classified(any, PHU_CAN, Poor, Above, 4)),
            on(Day::MIN, loan(any, PHU_CAN, Class::Poor, 1)),
            on(Day(64_000), classified(any, PHU_CAN, Above, Poor, 4)),
            on(last, classified(any, PHU_CAN, Poor, Above, 5)),
            on(last, resized(any, PHU_CAN, 6)),
            on(last, loan(any, PHU_CAN, Class::NewlyEscaped, 1)),
            on(last, dissolved(any, PHU_CAN)),
        ]);
        for class in [Poor, NearPoor, Above] {
            assert_eq!(told.standing(PHU_CAN, class, &Day::MAX.to_string()), 0);
        }
        assert_eq!(told.on(PHU_CAN, "newly_escaped", &Day::MAX.to_string()), 0);
    }
}

#[test]
fn an_exit_date_at_the_edge_of_time_is_no_edge_of_the_program() {
    for left in [Day::MIN, Day::MAX, Day(64_900)] {
        let mut entry = moved_in("2021-01-01", PHU_CAN, Above, 4).left("2021-01-01");
        if let domain::fact::What::MovedIn(entry) = &mut entry.what {
            entry.left_poverty = Some(left);
        }
        let told = told([
            entry,
            classified("2021-02-01", PHU_CAN, Above, Poor, 4),
            dissolved("2021-03-01", PHU_CAN),
        ]);
        for day in ["2021-02-01", "2021-03-01", "2179-06-06"] {
            assert_eq!(told.on(PHU_CAN, "newly_escaped", day), 0, "{left}");
        }
    }
}

#[test]
fn households_of_nobody_and_of_very_many_are_counted_as_told() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, u16::MAX),
        resized("2021-02-01", PHU_CAN, 0),
        classified("2021-03-01", PHU_CAN, Poor, NearPoor, u16::MAX),
    ]);
    let poor = "0/0 +1/65535 registered -1/65535 to_other_class +0/0 size_change = 0/0";
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), poor.replace(" +0/0 size_change", ""));
    assert_eq!(told.persons(PHU_CAN, Poor, "2021-02-01"), 0);
    assert_eq!(told.standing(PHU_CAN, Poor, "2021-02-01"), 1);
}

/// A payment that nobody can pay: the sum of two does not fit in 64 bits.
fn amounts() -> impl Strategy<Value = i64> {
    let edges = [i64::MAX, i64::MAX - 1, i64::MIN, i64::MIN + 1, -1, 1, 1_000_000_000_000_000];
    sample::select(edges.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Live, in batches, at once and in shards; in between a cell may need any number of bits.
    #[test]
    fn amounts_beyond_all_money_add_up_exactly(
        loans in vec((amounts(), 0u64..3, 0usize..2, any::<bool>()), 1..12),
        order in any::<u64>(),
    ) {
        let days = ["2021-01-31", "2021-02-01"];
        let mut facts = Vec::new();
        let (mut wanted, mut of_day) = (0i128, 0i128);
        for (number, (amount, subject, day, is_void)) in (1..).zip(&loans) {
            let subject = Subject(key(*subject));
            let fact = loan(days[*day], PHU_CAN, Class::Poor, *amount);
            facts.push((subject, fact.named(number).content(number)));
            if *is_void {
                let void = voided("2021-03-03", PHU_CAN, number);
                facts.push((subject, void.named(100 + number).content(100 + number)));
            } else {
                wanted += i128::from(*amount);
                of_day += if *day == 0 { i128::from(*amount) } else { 0 };
            }
        }
        facts.sort_by_key(|(_, fact)| (fact.key.0[0] ^ order).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let shards = facts.iter().cloned().partition::<Vec<_>, _>(|fact| fact.0.0.0[0] % 2 == 0);
        let mut merged = evaluate(shards.0, &rules(), 1);
        merged.merge(evaluate(shards.1, &rules(), 2));
        let told = told_of(facts);
        for unit in [PHU_CAN, VIET_NAM] {
            prop_assert_eq!(told.flow(unit, "loan_amount", "2021"), wanted);
            prop_assert_eq!(told.flow(unit, "loan_amount", "2021-01"), of_day);
        }
        prop_assert_eq!(merged.digest(b""), told.digest());
        prop_assert_eq!(merged.rollup.check(), told.books.rollup.check());
    }
}

#[test]
fn more_than_nine_thousand_of_the_largest_amounts_add_up() {
    // Loans of 10^15 in one commune on one day: 9,223 of them pass what 64 bits hold.
    let most = 1_000_000_000_000_000;
    let facts = (0..9_300).map(|n| {
        let fact = loan("2021-01-01", PHU_CAN, Class::Poor, most).named(n + 1).content(n + 1);
        (Subject(key(n)), fact)
    });
    let books = evaluate(facts, &rules(), 1);
    let told = crate::story::Told { books };
    assert_eq!(told.flow(VIET_NAM, "loan_amount", "2021"), 9_300 * i128::from(most));
}

#[test]
fn a_sum_over_days_that_does_not_fit_a_cell_is_the_sum_of_its_days() {
    let mut rollup = Rollup::default();
    for slot in 0..3 {
        let (site, column) = (Site(9), Column(1));
        rollup.post(&Posting { site, column, slot: Slot(slot), by: i64::MAX });
    }
    let wanted = 3 * i128::from(i64::MAX);
    assert_eq!(rollup.sum(Site(9), Column(1), Slot(0)..=Slot(9)), wanted);
    rollup.settle();
    assert_eq!(rollup.sum(Site(9), Column(1), Slot(0)..=Slot(9)), wanted);
}

#[test]
fn the_same_fact_often_in_one_batch_is_one_fact() {
    let facts = numbered([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        electricity("2021-03-31", PHU_CAN),
        voided("2021-04-01", PHU_CAN, 77),
    ]);
    let subject = Subject(key(1));
    let mut fold = Fold::new(rules());
    let batch: Vec<_> = [&facts[..], &facts[..], &facts[1..]]
        .concat()
        .into_iter()
        .enumerate()
        .map(|(position, fact)| (subject, Fact { position: 50 - position as u64, ..fact }))
        .collect();
    let applied = fold.apply(batch.clone());
    assert_eq!((applied.new.len(), applied.duplicates), (3, 5));
    let once = evaluate(facts.into_iter().map(|fact| (subject, fact)), &rules(), 1);
    assert_eq!(fold.books.digest(b""), { once }.digest(b""));
    let again = fold.apply(batch);
    assert_eq!((again.new.len(), again.duplicates), (0, 8));
    assert!(again.changes.iter().all(|change| *change == Default::default()));
}

#[test]
fn one_key_under_several_subjects_counts_once_even_with_the_same_content() {
    // A source that found one hash for an id of three households, and voids it for each. All lose
    // with the same finding; taking one away must not take another's away.
    let resize = resized("2021-01-01", PHU_CAN, 4).named(7).content(1);
    let void = voided("2021-02-01", PHU_CAN, 7).named(8).content(2);
    for voids in 0..=3 {
        let facts = (0..3).map(|n| (Subject(key(n)), resize.clone()));
        let told =
            told_of(facts.chain((0..voids).map(|n| (Subject(key(n)), void.clone()))).collect());
        let found: &[&str] = match voids {
            0 => &["unknown_household 7", "rival 7"],
            1 => &["rival 7"],
            _ => &["rival 7", "rival 8"],
        };
        assert_eq!(told.findings(), found, "{voids} voids");
    }
}

#[test]
fn a_thousand_voids_of_one_fact_take_no_longer_than_a_moment() {
    // A sender that retries a void with a new id each time.
    let voids = (0..1_000).map(|n| voided("2021-02-01", PHU_CAN, 1).named(n + 10));
    let facts = numbered([registered("2021-01-01", PHU_CAN, Poor, 4)].into_iter().chain(voids));
    let facts: Vec<_> = facts.into_iter().map(|fact| (Subject(key(1)), fact)).collect();
    let started = Instant::now();
    let books = evaluate(facts, &rules(), 1);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(books.findings.is_empty());
}

#[test]
fn a_column_whose_cells_cancel_is_no_column_of_its_site() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4),
        moved_out("2021-01-01", PHU_CAN),
        voided("2021-01-01", PHU_CAN, 1),
        voided("2021-01-01", PHU_CAN, 2),
    ]);
    assert_eq!(told.books.rollup.columns(Site::place(PHU_CAN.into())), []);
    let there = crate::story::told([registered("2021-01-01", PHU_TUC, Poor, 4)]);
    assert_eq!(there.books.rollup.columns(Site::place(PHU_TUC.into())).len(), 5);
}
