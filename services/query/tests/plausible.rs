//! Figures that cannot be are found, with their bound; what can be is not.

mod common;

use common::{Said, day, fold, unit};
use domain::batch::evaluate;
use domain::disclosure::{Disclosure, Guard};
use domain::figures::Time;
use domain::fold::Fold;
use proto::document::Document;
use proto::gazetteer::Gazetteer;
use proto::meaning::{Meaning, leaf};
use query::plausible::judged;
use query::{FiguresQuery, JUDGED_MAX, LineValue, Query, When};

/// Whoever is told everything.
fn open(fold: &Fold) -> Guard<'_> {
    Guard::new(fold, Disclosure::EVERYTHING)
}

fn year(text: &str) -> Time {
    Time::Period(text.parse().expect("a period"))
}

fn census(on: &'static str, data: &'static str) -> Said<'static> {
    ("census.reported", on, "", data)
}

/// What is found of a unit and below, as `rule unit indicator value > bound`.
fn found(fold: &Fold, key: &str, time: Time) -> Vec<String> {
    let judged = judged(&open(fold), unit(key), time, JUDGED_MAX);
    let line = |one: query::Implausible| {
        let value = match one.value {
            LineValue::Ratio { numerator, denominator } => format!("{numerator}/{denominator}"),
            LineValue::Whole { value } => value.to_string(),
            LineValue::Stated { value } => value,
            other => format!("{other:?}"),
        };
        let of = one.bound_unit.or(one.bound_indicator).unwrap_or_default();
        let text =
            format!("{} {} {} {value} {} {of}", one.rule, one.unit, one.indicator, one.bound);
        text.trim_end().to_owned()
    };
    judged.found.into_iter().map(line).collect()
}

/// A district of 19,076 households and 90,330 persons.
const DISTRICT: Said<'_> = (
    "census.reported",
    "2021-01-02",
    "",
    r#"{"unit":"L-637","households":19076,"population":90330}"#,
);

#[test]
fn what_cannot_be_is_found_with_its_bound() {
    let cards = r#"{"unit":"L-637","kind":"health_card","group":"poor","quantity":999999,"persons":999999,"counted_in":"card"}"#;
    let allocated =
        r#"{"unit":"L-637","project":"livelihood","fund":"central_budget","amount":100}"#;
    let disbursed =
        r#"{"unit":"L-637","project":"livelihood","fund":"central_budget","amount":100000}"#;
    let handed_on = r#"{"unit":"L-24076","project":"livelihood","fund":"central_budget","amount":150,"from":"L-637"}"#;
    let cases: &[(&str, &[Said<'_>], &[&str])] = &[
        ("a sound district", &[DISTRICT], &[]),
        (
            "a commune of more households than its district, and fewer persons than households",
            &[
                DISTRICT,
                census("2021-01-03", r#"{"unit":"L-24076","households":99999,"population":3}"#),
            ],
            &[
                "more_than_the_unit_above L-24076 households 99999 19076 L-637",
                "fewer_persons_than_households L-24076 population 3 99999 households",
            ],
        ),
        (
            "communes of more households together than their district",
            &[
                DISTRICT,
                census("2021-01-03", r#"{"unit":"L-24076","households":10000}"#),
                census("2021-01-03", r#"{"unit":"L-24079","households":9077}"#),
            ],
            &["more_than_the_unit_above L-637 households 19077 19076 L-637"],
        ),
        (
            "communes of just as many households as their district",
            &[
                DISTRICT,
                census("2021-01-03", r#"{"unit":"L-24076","households":10000}"#),
                census("2021-01-03", r#"{"unit":"L-24079","households":9076}"#),
            ],
            &[],
        ),
        (
            "a coverage of 1,107 %",
            &[DISTRICT, ("support.delivered", "2021-01-04", "", cards)],
            &["over_whole L-637 health_insurance_coverage 999999/90330 100"],
        ),
        (
            "a disbursement of 100,000 %",
            &[
                ("funds.allocated", "2021-01-03", "", allocated),
                ("funds.disbursed", "2021-01-04", "", disbursed),
            ],
            &[
                "over_whole L-637 disbursement_rate 100000/100 100",
                "disbursed_more_than_allocated L-637 funds_left -99900 0",
            ],
        ),
        (
            "more handed on than was received",
            &[
                ("funds.allocated", "2021-01-03", "", allocated),
                ("funds.allocated", "2021-01-04", "", handed_on),
            ],
            &["handed_on_more_than_received L-637 funds_kept -50 0"],
        ),
    ];
    for (what, said, expected) in cases {
        assert_eq!(found(&fold(said), "L-637", year("2021")), *expected, "{what}");
    }
}

#[test]
fn what_was_stored_before_the_door_knew_is_found() {
    let target = |id: u8, on: &str, value: &str| {
        let line = format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.target.assigned.v1","source":"urn:k","id":"{id}","time":"{on}T08:00:00+07:00","data":{{"unit":"L-637","indicator":"poverty_rate","period":"2021@civil","value":"{value}","set_by":"commune"}}}}"#
        );
        let document = Document::read(line.as_bytes()).expect("it is a document");
        document.meaning(&leaf(line.as_bytes()), 0, Gazetteer::embedded()).expect("it means this")
    };
    let mut fold = fold(&[]);
    let mut tell = |meaning: Meaning| {
        let facts = meaning.facts.into_iter().map(|fact| (meaning.subject, fact));
        fold.apply(facts.collect());
        found(&fold, "L-637", year("2021"))
    };
    let wanted = ["stated_below_zero L-637 poverty_rate -40 0"];
    assert_eq!(tell(target(1, "2021-03-01", "-40")), wanted);
    assert!(tell(target(2, "2021-04-01", "11.5")).is_empty(), "it was set anew");
}

#[test]
fn the_order_of_facts_and_a_replay_find_the_same() {
    let said = [census("2021-01-03", r#"{"unit":"L-24076","households":99999}"#), DISTRICT];
    let live = fold(&said);
    let other = fold(&[said[1], said[0]]);
    let wanted = ["more_than_the_unit_above L-24076 households 99999 19076 L-637"];
    assert_eq!(found(&live, "L-637", year("2021")), wanted);
    assert_eq!(found(&other, "L-637", year("2021")), wanted);
    let facts = live.timelines().flat_map(|(subject, timeline)| {
        timeline.facts().iter().map(move |fact| (subject, fact.clone())).collect::<Vec<_>>()
    });
    let mut replayed = Fold::new(live.rules.clone());
    replayed.books = evaluate(facts, &live.rules, 2);
    assert_eq!(found(&replayed, "L-637", year("2021")), wanted);
}

#[test]
fn findings_are_of_the_time_asked_for_and_of_as_many_units_as_are_bearable() {
    let fold = fold(&[DISTRICT, census("2022-03-03", r#"{"unit":"L-24076","households":99999}"#)]);
    assert!(found(&fold, "L-637", year("2021")).is_empty(), "it came later");
    assert_eq!(found(&fold, "L-637", year("2022")).len(), 1);
    let days = Time::Days(day("2022-01-01"), day("2022-04-01"));
    assert_eq!(found(&fold, "L-637", days).len(), 1);
    let whole = judged(&open(&fold), unit("L-637"), year("2022"), JUDGED_MAX);
    assert_eq!((whole.units, whole.is_whole), (15, true), "the district and its communes");
    let part = judged(&open(&fold), unit("VN"), year("2022"), JUDGED_MAX);
    assert_eq!((part.units, part.is_whole), (JUDGED_MAX as u32, false));
}

#[test]
fn the_public_is_not_told_of_few_households_that_their_figure_cannot_be() {
    let cards = |quantity: u32| {
        format!(
            r#"{{"unit":"L-637","kind":"health_card","group":"poor","quantity":{quantity},"persons":{quantity},"counted_in":"card"}}"#
        )
    };
    let census = census("2021-01-02", r#"{"unit":"L-637","households":1,"population":2}"#);
    for (persons, told) in [(4, 0), (5, 1)] {
        let cards = cards(persons);
        let fold = fold(&[census, ("support.delivered", "2021-01-04", "", &cards)]);
        assert_eq!(found(&fold, "L-637", year("2021")).len(), 1, "of {persons}");
        let public = Guard::new(&fold, Disclosure::public(5));
        let judged = judged(&public, unit("L-637"), year("2021"), JUDGED_MAX);
        assert_eq!(judged.found.len(), told, "of {persons}, for the public");
    }
}

#[test]
fn a_figure_that_cannot_be_is_marked_where_it_is_shown() {
    let cards = r#"{"unit":"L-637","kind":"health_card","group":"poor","quantity":999999,"persons":999999,"counted_in":"card"}"#;
    let fold = fold(&[DISTRICT, ("support.delivered", "2021-01-04", "", cards)]);
    let query = Query::Figures(FiguresQuery {
        unit: "L-637".to_owned(),
        when: When::period("2021".parse().expect("a period")),
        indicators: vec!["health_insurance_coverage".to_owned(), "population".to_owned()],
        by: Vec::new(),
        children: false,
        boundaries: Default::default(),
        books_only: false,
    });
    let answer =
        query::answer(&fold, Disclosure::EVERYTHING, 2, &query::Editions::embedded(), &query)
            .expect("it is told");
    let query::Body::Figures { figures, .. } = answer.body else { panic!("figures") };
    assert_eq!(figures[0].marks, ["implausible:over_whole"]);
    assert!(figures[1].marks.is_empty());
    let said = query::labels::mark(proto::gazetteer::Lang::Vi, &figures[0].marks[0]);
    assert_eq!(said, "không hợp lý: tỷ lệ quá 100 %");
}
