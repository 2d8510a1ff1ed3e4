//! Targets over a longer time than the one asked for.

mod common;

use common::{Said, day, fold, unit};
use domain::disclosure::{Disclosure, Guard};
use domain::figures::{Question, Reader, Time};
use domain::fold::Fold;
use query::{Elapsed, LineValue, Target, in_force, target};

const COMMUNE: &str = "L-01834";
const FALL: &str = "poor_households_reduction";

/// Two poor households; one rises in 2021. A target of the term asks for one.
const TERM: [Said<'_>; 4] = [
    (
        "household.registered",
        "2020-12-31",
        "19.a1",
        r#"{"unit":"L-01834","standing":"poor","persons":3}"#,
    ),
    (
        "household.registered",
        "2020-12-31",
        "19.a2",
        r#"{"unit":"L-01834","standing":"poor","persons":3}"#,
    ),
    (
        "household.classified",
        "2021-12-10",
        "19.a1",
        r#"{"unit":"L-01834","from":"poor","to":"above","persons":3,"cause":"review"}"#,
    ),
    (
        "target.assigned",
        "2023-04-01",
        "",
        r#"{"unit":"L-01834","indicator":"poor_households_reduction","period":"2021-2025@programme","value":"1","set_by":"province"}"#,
    ),
];

const YEAR: Said<'_> = (
    "target.assigned",
    "2023-03-01",
    "",
    r#"{"unit":"L-01834","indicator":"poor_households_reduction","period":"2023","value":"1","set_by":"province"}"#,
);

fn period(text: &str) -> Time {
    Time::Period(text.parse().expect("a period"))
}

fn actual(target: &Target) -> i64 {
    let LineValue::Whole { value } = target.actual.value else { panic!("{target:?}") };
    value
}

/// What each version asks for, what is done of it, whether it is met, and what is over of it.
fn told(target: &Target) -> Vec<(&str, i128, Option<bool>, Option<Elapsed>)> {
    let one = |version: &query::TargetVersion| version.attainment.expect("it can be measured");
    let versions = target.versions.iter();
    versions.map(|v| (v.period.as_str(), one(v).done.numerator(), one(v).met, v.elapsed)).collect()
}

fn holds(fold: &Fold, time: Time) -> Option<i128> {
    let read = |question: &Question<'_>| Reader::from(fold).figure(question).value;
    let found = in_force(fold, unit(COMMUNE), FALL, time, read)?;
    found.done.map(|done| done.numerator())
}

#[test]
fn three_years_of_five_are_not_the_term() {
    let fold = fold(&TERM);
    let found =
        target(&Guard::new(&fold, Disclosure::EVERYTHING), unit(COMMUNE), FALL, period("2023"));
    assert_eq!(actual(&found), 0, "nobody rose in 2023");
    let over = Some(Elapsed { days: 1095, of: 1826 });
    assert_eq!(told(&found), [("2021-2025@programme", 1, None, over)], "of the term, so far");
    assert_eq!(holds(&fold, period("2023")), None, "a year is not held against it");

    let whole = target(
        &Guard::new(&fold, Disclosure::EVERYTHING),
        unit(COMMUNE),
        FALL,
        period("2021-2025@programme"),
    );
    assert_eq!(told(&whole), [("2021-2025@programme", 1, Some(true), None)]);
    assert_eq!(holds(&fold, period("2021-2025@programme")), Some(1));
}

#[test]
fn each_version_is_measured_over_its_own_period() {
    let mut said = TERM.to_vec();
    said.push(YEAR);
    let fold = fold(&said);
    let year =
        target(&Guard::new(&fold, Disclosure::EVERYTHING), unit(COMMUNE), FALL, period("2023"));
    assert_eq!(told(&year), [("2023@civil", 0, Some(false), None)]);
    // The year's was set before the term's; it is the one in force all the same.
    let days = Time::Days(day("2023-01-01"), day("2023-12-31"));
    let both = target(&Guard::new(&fold, Disclosure::EVERYTHING), unit(COMMUNE), FALL, days);
    let over = Some(Elapsed { days: 1095, of: 1826 });
    let expected = [("2021-2025@programme", 1, None, over), ("2023@civil", 0, Some(false), None)];
    assert_eq!(told(&both), expected);
    assert_eq!((actual(&both), holds(&fold, days)), (0, Some(0)));
}
