//! Shares where not every unit has told its denominator, with the real catalogue and gazetteer.

use std::sync::Arc;

use domain::codes::{Confirmation, Qualifier, Standing};
use domain::contribution::Rules;
use domain::fact::{Decimal, Entry, Fact, Key, Stated, StatedKind, Subject, What};
use domain::figures::{Figure, Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;

const DISTRICT: &str = "L-637";
const COMMUNES: [&str; 3] = ["L-24076", "L-24097", "L-24100"];

fn fact(name: u64, at: &str, what: What) -> (Subject, Fact) {
    let at = Gazetteer::embedded().unit(at).expect("a unit").into();
    let on = "2021-03-01".parse().expect("a day");
    let key = Key([name, 1]);
    (
        Subject(key),
        Fact { key, content: name, respelt: 0, position: name, sequence: 0, on, at, what },
    )
}

/// Poor households in a commune.
fn poor(first: u64, at: &str, count: u64) -> Vec<(Subject, Fact)> {
    let entry = Entry {
        standing: Standing::Poor,
        persons: 4,
        traits: Default::default(),
        left_poverty: None,
    };
    (first..first + count).map(|name| fact(name, at, What::Registered(entry))).collect()
}

fn census(name: u64, at: &str, households: i64) -> Vec<(Subject, Fact)> {
    let stated = Stated {
        indicator: "households".into(),
        kind: StatedKind::Census,
        period: None,
        counted_on: None,
        value: Decimal::whole(households),
        qualifier: Qualifier::Exact,
        level: Confirmation::Official,
        set_by: None,
        reference: "".into(),
    };
    vec![fact(name, at, What::Stated(Box::new([stated])))]
}

fn rate(facts: &[Vec<(Subject, Fact)>], unit: &str) -> Figure {
    let plan = Catalogue::embedded().plan.clone();
    let rules = Rules { atlas: Gazetteer::embedded().atlas.clone(), plan };
    let mut fold = Fold::new(Arc::new(rules));
    fold.apply(facts.concat());
    let unit = Gazetteer::embedded().unit(unit).expect("a unit");
    let time = Time::Period("2021-H1@administrative".parse().expect("a period"));
    let question = Question { unit, indicator: "poverty_rate", filter: Default::default(), time };
    Reader::from(&fold).figure(&question)
}

#[test]
fn the_same_units_stand_above_and_below_the_line_of_a_share() {
    let [a, b, c] = COMMUNES;
    let poor = [poor(1, a, 2), poor(10, b, 5), poor(20, c, 1)].concat();
    let (of_a, of_b) = (census(100, a, 40), census(101, b, 50));
    let of_district = census(102, DISTRICT, 400);
    let table = [
        // Nobody has told: there is no rate, whatever is counted.
        (vec![poor.clone()], Value::Missing(Missing::NoDenominator), None),
        // The five households of the second commune have no denominator yet.
        (vec![poor.clone(), of_a.clone()], Value::Ratio(2, 40), Some((1, 14))),
        (vec![poor.clone(), of_a.clone(), of_b], Value::Ratio(7, 90), Some((2, 14))),
        // The district's own number holds for all of it, and the lists do not.
        (vec![poor.clone(), of_a, of_district.clone()], Value::Ratio(2, 40), Some((1, 14))),
    ];
    for (facts, value, children) in table {
        let figure = rate(&facts, DISTRICT);
        assert_eq!((figure.value, figure.marks.children), (value, children));
    }
    // Where that is the only one, there is nothing better, and it is said.
    let figure = rate(&[poor, of_district], DISTRICT);
    assert_eq!((figure.value, figure.marks.communes), (Value::Ratio(8, 400), Some((3, 14))));
}

#[test]
fn what_is_incomplete_below_is_not_complete_above() {
    let [a, b, _] = COMMUNES;
    let facts = [poor(1, a, 2), poor(10, b, 5), census(100, a, 40)];
    let province = rate(&facts, "L-64");
    assert_eq!(province.value, Value::Ratio(2, 40));
    let (told, all) = province.marks.children.expect("it is put together");
    assert_eq!(told, 0, "the district lacks most of its communes");
    assert!(all > 10);
}
