//! Shares over units of which some have not told their denominator.

use std::sync::Arc;

use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::codes::{Confirmation, Qualifier, Standing};
use domain::contribution::Rules;
use domain::disclosure::{Disclosure, Guard};
use domain::fact::{Decimal, Entry, Fact, Key, Stated, StatedKind, Subject, Traits, What};
use domain::figures::{Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::time::Day;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use query::{LineValue, Side, compare};

const DISTRICT: &str = "L-637";
/// Phú Cần, Ia Mlah and Đất Bằng: three of its communes.
const COMMUNES: [&str; 3] = ["L-24097", "L-24079", "L-24082"];

fn unit(key: &str) -> Unit {
    Gazetteer::embedded().unit(key).unwrap_or_else(|| panic!("no unit {key}"))
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A district in which each commune has so many poor households on 1 January 2021.
fn world(poor: [u64; 3], censuses: &[(&str, usize, i64)]) -> Fold {
    let mut fold = Fold::new(Arc::new(Rules {
        atlas: Gazetteer::embedded().atlas.clone(),
        plan: Catalogue::embedded().plan.clone(),
    }));
    let mut facts = Vec::new();
    let mut next = 0;
    let mut tell = |on: &str, commune: usize, what| {
        next += 1;
        let key = Key([next, 0]);
        let (on, at) = (day(on), unit(COMMUNES[commune]).into());
        facts.push((
            Subject(key),
            Fact { key, content: next, respelt: 0, position: next, sequence: 0, on, at, what },
        ));
    };
    for (commune, count) in poor.into_iter().enumerate() {
        for _ in 0..count {
            let (standing, traits) = (Standing::Poor, Traits::default());
            let entry = Entry { standing, persons: 4, traits, left_poverty: None };
            tell("2021-01-01", commune, What::Registered(entry));
        }
    }
    for (on, commune, households) in censuses {
        let stated = Stated {
            indicator: "households".into(),
            kind: StatedKind::Census,
            period: None,
            counted_on: None,
            value: Decimal::whole(*households),
            qualifier: Qualifier::Exact,
            level: Confirmation::Official,
            set_by: None,
            reference: "".into(),
        };
        tell(on, *commune, What::Stated(Box::new([stated])));
    }
    fold.apply(facts);
    fold
}

fn days(first: &str, last: &str) -> Time {
    Time::Days(day(first), day(last))
}

#[test]
fn a_share_is_compared_over_the_units_that_told_at_both_times() {
    // The second commune tells in June: the district's share is then of two communes, not of one.
    let fold = world(
        [10, 40, 7],
        &[("2021-01-01", 0, 100), ("2021-05-01", 0, 200), ("2021-06-01", 1, 100)],
    );
    let reader = Reader::from(&fold);
    let rate = |time| {
        let filter = Filter::new();
        reader.figure(&Question { unit: unit(DISTRICT), indicator: "poverty_rate", filter, time })
    };
    let (before, after) = (days("2021-01-01", "2021-03-31"), days("2021-04-01", "2021-06-30"));
    assert_eq!(rate(before).value, Value::Ratio(10, 100));
    assert_eq!(rate(after).value, Value::Ratio(50, 300), "two communes have told by then");

    let side = |time| Side { unit: unit(DISTRICT), time };
    let indicators = ["poverty_rate", "poverty_rate_reduction", "poor_households"];
    let found =
        compare(&Guard::new(&fold, Disclosure::EVERYTHING), side(before), side(after), &indicators);
    let LineValue::Ratio { numerator, denominator } = found[0].second.value else {
        panic!("a share: {:?}", found[0].second)
    };
    assert_eq!((numerator, denominator), (10, 200), "the commune that told at both times");
    assert_eq!(found[0].second.children.map(|(told, _)| told), Some(1));
    let difference = found[0].difference.expect("they can be compared");
    assert_eq!((difference.numerator(), difference.denominator()), (-1, 20), "it fell, not rose");
    assert_eq!(found[2].difference.map(|one| one.numerator()), Some(0));

    let filter = Filter::new();
    let fell = reader.figure(&Question {
        unit: unit(DISTRICT),
        indicator: "poverty_rate_reduction",
        filter,
        time: after,
    });
    assert_eq!(fell.value, Value::Points { before: (10, 100), after: (10, 200) });
    assert_eq!(fell.marks.children.map(|(told, _)| told), Some(1));
}

#[test]
fn shares_of_different_units_have_no_difference() {
    let fold = world([10, 40, 7], &[("2021-01-01", 0, 100), ("2021-06-01", 1, 100)]);
    let side = |time| Side { unit: unit(DISTRICT), time };
    let (nothing, after) = (days("2020-01-01", "2020-12-31"), days("2021-04-01", "2021-06-30"));
    let found = compare(
        &Guard::new(&fold, Disclosure::EVERYTHING),
        side(nothing),
        side(after),
        &["poverty_rate"],
    );
    assert!(found[0].difference.is_none() && found[0].effects.is_none());
}
