//! What units state of a period, whenever they state it.

mod common;

use common::{Said, day, fold, unit};
use domain::catalogue::Filter;
use domain::disclosure::{Disclosure, Guard};
use domain::figures::{Figure, Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use query::targets;

const DISTRICT: &str = "L-394";

fn asked(fold: &Fold, indicator: &str, time: Time) -> Figure {
    let (unit, filter) = (unit(DISTRICT), Filter::new());
    Reader::from(fold).figure(&Question { unit, indicator, filter, time })
}

fn period(text: &str) -> Time {
    Time::Period(text.parse().expect("a period"))
}

fn stated(text: &str) -> Value {
    Value::Stated(text.parse().expect("a decimal"))
}

const TRAINED: [Said<'_>; 3] = [
    (
        "external.reported",
        "2022-03-15",
        "",
        r#"{"unit":"L-394","indicator":"trained_labour_rate","period":"2021","value":"76.5","level":"official","reference":"Niên giám 2021"}"#,
    ),
    (
        "external.reported",
        "2023-12-31",
        "",
        r#"{"unit":"L-394","indicator":"trained_labour_rate","period":"2023","value":"79","level":"estimate","reference":"ước"}"#,
    ),
    (
        "external.reported",
        "2024-03-31",
        "",
        r#"{"unit":"L-394","indicator":"trained_labour_rate","period":"2023","value":"80.2","level":"official","reference":"Niên giám 2023"}"#,
    ),
];

#[test]
fn a_figure_published_after_its_year_is_that_years() {
    let fold = fold(&TRAINED);
    let value = |time| asked(&fold, "trained_labour_rate", time).value;
    assert_eq!(value(period("2021")), stated("76.5"));
    assert_eq!(value(period("2022")), Value::Missing(Missing::NotStated));
    assert_eq!(value(period("2023")), stated("80.2"), "the later, official one");
    let days = Time::Days(day("2023-01-01"), day("2023-06-30"));
    assert_eq!(value(days), stated("80.2"));
}

fn target(on: &'static str, data: &'static str) -> Said<'static> {
    ("target.assigned", on, "", data)
}

#[test]
fn a_target_set_after_its_period_is_a_version_of_it() {
    let fold = fold(&[
        target(
            "2021-03-01",
            r#"{"unit":"L-394","indicator":"poor_households","period":"2021","value":"90","set_by":"province"}"#,
        ),
        target(
            "2022-01-10",
            r#"{"unit":"L-394","indicator":"poor_households","period":"2021","value":"80","set_by":"province"}"#,
        ),
    ]);
    let found =
        targets(&Guard::new(&fold, Disclosure::EVERYTHING), unit(DISTRICT), &[], period("2021"));
    let values: Vec<_> = found[0].versions.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(values, ["90", "80"]);
}

#[test]
fn of_days_the_figure_for_the_shorter_period_counts_whichever_was_stated_last() {
    let said = |on, period, value: &str| {
        let data = format!(
            r#"{{"unit":"L-394","indicator":"trained_labour_rate","period":"{period}","value":"{value}","level":"official","reference":"x"}}"#
        );
        ("external.reported", on, "", data)
    };
    let told = [said("2023-04-10", "2023-Q1", "70"), said("2024-03-31", "2023", "80")];
    let told: Vec<Said<'_>> =
        told.iter().map(|(kind, on, of, data)| (*kind, *on, *of, data.as_str())).collect();
    let fold = fold(&told);
    let at =
        |first, last| asked(&fold, "trained_labour_rate", Time::Days(day(first), day(last))).value;
    assert_eq!(at("2023-03-01", "2023-03-31"), stated("70"));
    assert_eq!(at("2023-01-01", "2023-12-31"), stated("80"));
}
