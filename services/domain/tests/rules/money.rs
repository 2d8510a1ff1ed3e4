//! Money that one unit hands on to another: counted once wherever both are, and where it is.

use domain::atlas::Unit;
use domain::batch::evaluate;
use domain::books::Books;
use domain::catalogue::Filter;
use domain::fact::{Fact, Subject, What};
use domain::figures::{Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::story::{Tell, allotted, fact, period, withdrawn};
use crate::world::{
    AYUN_PA, CHU_GU, CHU_GU_WEST, GIA_LAI, KRONG_PA, NEW_GIA_LAI, NEW_PHU_TUC, PHU_CAN, PHU_TUC,
    UNITS, VIET_NAM, rules,
};

/// Each fact of money is its own subject.
fn collective(facts: impl IntoIterator<Item = Fact>) -> Vec<(Subject, Fact)> {
    let numbered = crate::story::numbered(facts).into_iter();
    numbered
        .map(|fact| match fact.what {
            What::Voided { of } => (Subject(of), fact),
            _ => (Subject(fact.key), fact),
        })
        .collect()
}

fn books(facts: impl IntoIterator<Item = Fact>) -> Books {
    crate::story::told_of(collective(facts)).books
}

fn figure(books: &Books, unit: Unit, indicator: &str, time: Time) -> i128 {
    let rules = rules();
    let reader = Reader { rules: &rules, books, fold: None };
    let question = Question { unit, indicator, filter: Filter::new(), time };
    match reader.figure(&question).value {
        Value::Missing(Missing::NotReported) => 0,
        Value::Whole(sum) => sum,
        other => panic!("{other:?}"),
    }
}

/// Allocated, received, handed on and kept, of a year.
fn line(books: &Books, unit: Unit, year: &str) -> [i128; 4] {
    let time = Time::Period(period(year));
    ["allocated", "received", "handed_on", "kept"].map(|id| figure(books, unit, id, time))
}

#[test]
fn each_dong_counts_once_in_whatever_holds_it() {
    // The province has 7.4 and hands 4.2 of it on, a part of that twice.
    let told = books([
        allotted("2021-02-01", GIA_LAI, None, 7_400),
        allotted("2021-03-01", KRONG_PA, Some(GIA_LAI), 4_200),
        allotted("2021-04-01", PHU_TUC, Some(KRONG_PA), 1_000),
        allotted("2021-04-01", PHU_CAN, Some(GIA_LAI), 500),
    ]);
    let table = [
        (VIET_NAM, [7_400, 0, 0, 0], "the nation has what came from outside"),
        (GIA_LAI, [7_400, 7_400, 4_700, 2_700], "so has the province"),
        (KRONG_PA, [4_700, 4_200, 1_000, 3_200], "with the commune that the province gave to"),
        (PHU_TUC, [1_000, 1_000, 0, 1_000], "the last receiver"),
        (PHU_CAN, [500, 500, 0, 500], "past the district"),
        (AYUN_PA, [0; 4], "a district that nothing came to"),
        (NEW_GIA_LAI, [7_400, 7_400, 4_700, 2_700], "what took the province in has what it had"),
        (NEW_PHU_TUC, [1_500, 1_500, 0, 1_500], "and so at the lower level"),
    ];
    for (unit, expected, why) in table {
        assert_eq!(line(&told, unit, "2021"), expected, "{why}");
    }
}

#[test]
fn what_is_taken_back_is_had_by_nobody_or_again_by_the_giver() {
    let told = books([
        allotted("2021-02-01", KRONG_PA, None, 900),
        allotted("2021-03-01", PHU_TUC, Some(KRONG_PA), 400),
        withdrawn("2021-05-01", PHU_TUC, Some(KRONG_PA), 150),
        withdrawn("2021-06-01", KRONG_PA, None, 200),
    ]);
    assert_eq!(line(&told, KRONG_PA, "2021"), [700, 700, 250, 450]);
    assert_eq!(line(&told, PHU_TUC, "2021"), [250, 250, 0, 250]);
    assert_eq!(line(&told, VIET_NAM, "2021"), [700, 0, 0, 0]);
}

#[test]
fn what_is_kept_is_of_all_years_so_far() {
    let told = books([
        allotted("2021-12-31", GIA_LAI, None, 100),
        allotted("2022-01-03", KRONG_PA, Some(GIA_LAI), 60),
    ]);
    // Nothing came to the province in 2022, and it has handed on what came before.
    assert_eq!(line(&told, GIA_LAI, "2021"), [100, 100, 0, 100]);
    assert_eq!(line(&told, GIA_LAI, "2022"), [0, 0, 60, 40]);
    assert_eq!(line(&told, KRONG_PA, "2022"), [60, 60, 0, 60]);
    // More handed on than was ever received shows.
    let told = books([allotted("2022-01-03", KRONG_PA, Some(GIA_LAI), 60)]);
    assert_eq!(line(&told, GIA_LAI, "2022"), [0, 0, 60, -60]);
}

#[test]
fn money_without_a_giver_counts_as_it_always_did() {
    let told =
        books([allotted("2021-02-01", GIA_LAI, None, 7), allotted("2021-02-01", PHU_TUC, None, 4)]);
    let time = Time::Period(period("2021"));
    for (unit, expected) in [(VIET_NAM, 11), (GIA_LAI, 11), (KRONG_PA, 4), (PHU_TUC, 4)] {
        assert_eq!(figure(&told, unit, "allocated", time), expected, "{unit:?}");
    }
}

#[test]
fn a_part_of_a_divided_commune_receives_for_what_took_it_in() {
    let told = books([allotted("2021-02-01", CHU_GU_WEST, Some(KRONG_PA), 30)]);
    assert_eq!(line(&told, CHU_GU, "2021")[1], 30);
    assert_eq!(line(&told, NEW_PHU_TUC, "2021")[1], 30);
    assert_eq!(line(&told, KRONG_PA, "2021"), [0, 0, 30, -30]);
}

#[derive(Clone, Debug)]
struct Paid {
    at: usize,
    giver: Option<usize>,
    amount: i64,
    back: bool,
    voided: bool,
}

fn paid() -> impl Strategy<Value = Paid> {
    let amount = prop_oneof![0..1_000i64, Just(i64::MAX), Just(i64::MAX - 1)];
    let unit = 0..UNITS.len();
    (unit.clone(), prop::option::of(unit), amount, any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(at, giver, amount, back, voided)| Paid { at, giver, amount, back, voided })
}

/// What the money in a unit comes to, told plainly: what came in less what went out.
fn plainly(all: &[Paid], unit: Unit) -> i128 {
    let is_in = |place: usize| rules().atlas.holds(unit, UNITS[place].into());
    let one = |paid: &Paid| {
        let (came, went) = (is_in(paid.at), paid.giver.is_some_and(is_in));
        let amount = if paid.back { -i128::from(paid.amount) } else { paid.amount.into() };
        match (came, went) {
            (true, false) => amount,
            (false, true) => -amount,
            _ => 0,
        }
    };
    all.iter().filter(|paid| !paid.voided).map(one).sum()
}

fn facts(all: &[Paid]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (index, paid) in all.iter().enumerate() {
        let name = index as u64 + 1;
        let make = if paid.back { withdrawn } else { allotted };
        let giver = paid.giver.map(|at| UNITS[at]);
        facts.push(make("2021-05-05", UNITS[paid.at], giver, paid.amount).named(name));
        if paid.voided {
            let of = crate::story::key(name);
            facts.push(fact("2021-05-06", UNITS[paid.at], What::Voided { of }).named(500 + name));
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn money_in_a_unit_is_what_came_in_less_what_went_out(all in vec(paid(), 1..12)) {
        let told = books(facts(&all));
        let time = Time::Period(period("2021"));
        for unit in UNITS {
            prop_assert_eq!(figure(&told, *unit, "allocated", time), plainly(&all, *unit), "{:?}", unit);
        }
    }

    #[test]
    fn order_batches_and_shards_of_money_do_not_matter(
        (all, order) in vec(paid(), 1..12).prop_flat_map(|all| {
            let count = facts(&all).len();
            (Just(all), Just((0..count).collect::<Vec<_>>()).prop_shuffle())
        }),
        shards in 1u64..4,
    ) {
        let facts = collective(facts(&all));
        let wanted = evaluate(facts.clone(), &rules(), 2).digest(b"");
        let mut live = Fold::new(rules());
        order.iter().for_each(|at| drop(live.apply(vec![facts[*at].clone()])));
        prop_assert_eq!(live.books.digest(b""), wanted);
        let mut merged = Books::default();
        for shard in 0..shards {
            let own = facts.iter().filter(|(subject, _)| subject.0.0[0] % shards == shard).cloned();
            merged.merge(evaluate(own, &rules(), 1));
        }
        prop_assert_eq!(merged.digest(b""), wanted);
    }
}
