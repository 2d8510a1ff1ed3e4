//! Facts that the importers refuse and a journal may have all the same: never counted in silence.

use domain::codes::Standing::Poor;
use domain::codes::{ActivityKind, Code as _};
use domain::fact::{Event, EventKind, Fact, StatedKind, What};

use crate::story::{
    Tell, allotted, correction, electricity, fact, house_started, registered, rice, stated, told,
    voided,
};
use crate::world::{GIA_LAI, HOUSE_MAX, KRONG_PA, PHU_CAN, rules};

fn house(amount: i64) -> Fact {
    house_started("2021-03-01", PHU_CAN, 1).by_event(|event| event.amount = amount)
}

fn household() -> Fact {
    registered("2020-01-01", PHU_CAN, Poor, 4)
}

fn census(households: i64) -> Fact {
    stated("2021-03-01", PHU_CAN, "households", StatedKind::Census, households)
}

/// Lights for many households at once, counted in households.
fn lights(households: u32) -> Fact {
    electricity("2021-03-01", PHU_CAN).by_event(|event| {
        (event.single, event.households, event.quantity) = (false, households, 50);
    })
}

#[test]
fn a_number_beyond_its_bound_is_held_and_at_the_bound_it_counts() {
    let of_one = |persons| {
        let lights = electricity("2021-03-01", PHU_CAN);
        vec![household(), lights.by_event(|event| event.persons = persons)]
    };
    // The facts, what counts of them, and whether they are found.
    let cases: [(Vec<Fact>, &str, i128, bool); 8] = [
        (vec![household(), house(HOUSE_MAX)], "started", 1, false),
        (vec![household(), house(HOUSE_MAX + 1)], "started", 0, true),
        (vec![household(), house(1_000_000_000_000_000)], "started", 0, true),
        (of_one(20), "electricity", 1, false),
        (of_one(21), "electricity", 0, true),
        // Of many households others are the most.
        (vec![rice("2021-03-01", PHU_CAN, 9, 21, 15)], "rice_persons", 21, false),
        (vec![rice("2021-03-01", PHU_CAN, 9, 1_000_000, 15)], "rice_persons", 1_000_000, false),
        (vec![rice("2021-03-01", PHU_CAN, 9, 1_000_001, 15)], "rice_persons", 0, true),
    ];
    for (number, (facts, indicator, counted, is_found)) in cases.into_iter().enumerate() {
        let last = facts.len();
        let told = told(facts);
        let found = is_found.then(|| format!("beyond_bound {last}"));
        assert_eq!(told.findings(), found.into_iter().collect::<Vec<_>>(), "case {number}");
        assert_eq!(told.flow(PHU_CAN, indicator, "2021"), counted, "case {number}");
    }
}

#[test]
fn a_census_beyond_its_bound_is_not_stated() {
    for (households, stands) in [(1_000_000, 1), (1_000_001, 0)] {
        let told = told([census(households)]);
        assert_eq!(told.books.statements.iter().count(), stands);
        assert_eq!(told.findings().len(), 1 - stands);
    }
    // Such a number may be planned, or be a figure from outside: that is judged as a figure.
    let target = stated("2021-03-01", PHU_CAN, "households", StatedKind::Target, 1_000_001);
    assert_eq!(told([target]).findings(), [""; 0]);
}

#[test]
fn what_is_held_leaves_room_for_what_is_right() {
    let right = house(30).named(3);
    let corrected = [vec![household(), house(HOUSE_MAX + 1)], correction(2, right).to_vec()];
    for facts in [
        corrected.concat(),
        vec![household(), house(HOUSE_MAX + 1), house(30)],
        vec![household(), house(30), house(HOUSE_MAX + 1), voided("2021-04-01", PHU_CAN, 3)],
    ] {
        let told = told(facts);
        assert_eq!(told.flow(PHU_CAN, "started", "2021"), 1);
        let twice = told.findings().iter().any(|one| one.starts_with("started_twice"));
        assert!(!twice, "what does not count was not the first start: {:?}", told.findings());
    }
}

#[test]
fn the_bound_that_is_passed_is_known_by_name() {
    let bounds = &rules().plan.bounds;
    let passed = |fact: &Fact| bounds.passed_by(fact).map(|one| (one.field.to_string(), one.most));
    assert_eq!(passed(&house(HOUSE_MAX + 1)), Some(("amount".into(), HOUSE_MAX)));
    assert_eq!(passed(&census(1_000_001)), Some(("households".into(), 1_000_000)));
    assert_eq!(passed(&house(HOUSE_MAX)), None);
    let held = Event {
        giver: None,
        kind: EventKind::ActivityHeld,
        attributes: [ActivityKind::ALL[0].index(), 0, 0, 0, 0, 0],
        single: false,
        households: 0,
        persons: 0,
        quantity: 501,
        work: 0,
        amount: 0,
    };
    let held = fact("2021-03-01", PHU_CAN, What::Event(held));
    assert_eq!(passed(&held), Some(("count".into(), 500)));
}

#[test]
fn a_bound_of_no_number_is_an_error() {
    let mut bounds = domain::bounds::Bounds::default();
    for (kind, field) in
        [("loan.given", "amount"), ("loan.disbursed", "sum"), ("census.reported", "amount")]
    {
        let why = bounds.add(kind, field, 1, 1).expect_err("there is no such number");
        assert!(why.contains(kind), "{why}");
    }
}

#[test]
fn a_delivery_counted_in_households_that_tells_none_is_found_and_the_rest_of_it_counts() {
    let told_of = |fact: Fact| {
        let told = told([fact]);
        (told.flow(PHU_CAN, "electricity", "2021"), told.findings())
    };
    assert_eq!(told_of(lights(0)), (1, vec!["households_not_told 1".to_owned()]));
    assert_eq!(told_of(lights(50)), (1, vec![]));
    let rice = rice("2021-03-01", PHU_CAN, 0, 0, 15);
    assert_eq!(told([rice]).findings(), [""; 0], "it is counted in kilograms");
    // One household is one.
    assert_eq!(told([household(), electricity("2021-03-01", PHU_CAN)]).findings(), [""; 0]);
}

#[test]
fn fields_that_cannot_both_be_true_are_held() {
    let many = electricity("2021-03-01", PHU_CAN).by_event(|event| event.households = 500);
    let own = allotted("2021-03-01", KRONG_PA, Some(KRONG_PA), 7);
    let opened = |at| fact("2021-03-01", at, What::ListOpened);
    for facts in [vec![household(), many], vec![own], vec![opened(KRONG_PA)]] {
        let last = facts.len();
        let told = told(facts.clone());
        assert_eq!(told.findings(), [format!("contradiction {last}")]);
        assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 0);
        assert_eq!(told.flow(KRONG_PA, "received", "2021"), 0);
        let mut without = crate::story::told(facts[..last - 1].to_vec());
        let mut with = told;
        with.books.findings.clear();
        without.books.findings.clear();
        assert_eq!(with.digest(), without.digest(), "nothing of it counts");
    }
    let from_above = allotted("2021-03-01", KRONG_PA, Some(GIA_LAI), 7);
    for fact in [from_above, opened(PHU_CAN)] {
        assert_eq!(told([fact]).findings(), [""; 0]);
    }
}
