//! Rates of units that ended or began in the time asked for, and their fall since its opening.

mod common;

use common::{Said, day, fold, unit};
use domain::catalogue::Filter;
use domain::figures::{Figure, Question, Reader, Time, Value};
use domain::fold::Fold;

fn asked(fold: &Fold, key: &str, indicator: &str, time: &str) -> Figure {
    let time = Time::Period(time.parse().expect("a period"));
    let (unit, filter) = (unit(key), Filter::new());
    Reader::from(fold).figure(&Question { unit, indicator, filter, time })
}

fn census(on: &'static str, data: &'static str) -> Said<'static> {
    ("census.reported", on, "", data)
}

const POOR: Said<'_> = (
    "household.registered",
    "2020-12-31",
    "52.a1",
    r#"{"unit":"L-24097","standing":"poor","persons":3}"#,
);
const RISES: Said<'_> = (
    "household.classified",
    "2025-02-10",
    "52.a1",
    r#"{"unit":"L-24097","from":"poor","to":"above","persons":3,"cause":"review"}"#,
);
const TERM: &str = "2021-2025@programme";

#[test]
fn a_district_that_ended_in_the_year_has_the_rate_of_its_communes_on_its_last_day() {
    let fold = fold(&[
        POOR,
        census("2021-01-01", r#"{"unit":"L-24097","households":40}"#),
        census("2022-01-01", r#"{"unit":"L-24097","households":50}"#),
    ]);
    let before = asked(&fold, "L-637", "poverty_rate", "2024");
    assert_eq!((before.value, before.marks.base), (Value::Ratio(1, 50), None));
    for time in ["2025", TERM] {
        let rate = asked(&fold, "L-637", "poverty_rate", time);
        assert_eq!(rate.value, Value::Ratio(1, 50), "{time}");
        assert_eq!(rate.marks.base, Some(day("2025-06-30")), "{time}: it says of which day");
        assert_eq!(rate.marks.children.map(|(told, _)| told), Some(1), "{time}");
    }
}

#[test]
fn a_province_that_only_changed_its_key_stands_over_what_it_stated_before() {
    let fold = fold(&[
        (
            "household.registered",
            "2025-02-01",
            "04.a1",
            r#"{"unit":"L-01267","standing":"poor","persons":3}"#,
        ),
        census("2025-01-01", r#"{"unit":"L-04","households":1000}"#),
    ]);
    let rate = asked(&fold, "N-04", "poverty_rate", "2025");
    assert_eq!(rate.value, Value::Ratio(1, 1000));
    assert_eq!(rate.marks.base, Some(day("2025-06-30")));
}

#[test]
fn the_fall_of_a_rate_is_known_for_the_term_and_its_last_year() {
    let fold = fold(&[POOR, RISES, census("2021-01-01", r#"{"unit":"L-24097","households":40}"#)]);
    for key in ["L-24097", "L-637"] {
        for time in ["2025", TERM] {
            let fall = asked(&fold, key, "poverty_rate_reduction", time);
            let expected = Value::Points { before: (1, 40), after: (0, 40) };
            assert_eq!(fall.value, expected, "{key} {time}");
        }
    }
}

#[test]
fn a_census_of_the_first_day_is_what_the_opening_stands_over() {
    let fold = fold(&[
        POOR,
        census("2021-01-01", r#"{"unit":"L-24097","households":40}"#),
        census("2021-11-01", r#"{"unit":"L-24097","households":50}"#),
    ]);
    let fall = asked(&fold, "L-24097", "poverty_rate_reduction", "2021");
    assert_eq!(fall.value, Value::Points { before: (1, 40), after: (1, 50) });
    assert_eq!(fall.marks.base, Some(day("2021-01-01")), "it says of which day");
    // A rate on a day is not over what was stated later.
    let rate = asked(&fold, "L-24097", "poverty_rate", "2020");
    assert!(matches!(rate.value, Value::Missing(_)), "{rate:?}");
}

/// Statistics are published after what they are of.
#[test]
fn a_census_that_was_published_later_is_shown_for_the_day_that_it_is_of() {
    let fold = fold(&[
        POOR,
        census(
            "2022-06-30",
            r#"{"unit":"L-24097","households":40,"population":160,"counted_on":"2021-12-31"}"#,
        ),
    ]);
    // One that holds from a day on is known of no time before.
    for (time, expected) in
        [("2020", None), ("2021-H1", None), ("2021", Some(40)), ("2022", Some(40))]
    {
        for key in ["L-24097", "L-637"] {
            let households = asked(&fold, key, "households", time);
            assert_eq!(households.as_whole(), expected, "{key} {time}");
            let rate = asked(&fold, key, "poverty_rate", time);
            let is_known = rate.value == Value::Ratio(1, 40);
            assert_eq!(is_known, expected.is_some(), "{key} {time}: {rate:?}");
        }
    }
    assert_eq!(asked(&fold, "L-24097", "population", "2021").as_whole(), Some(160));
}

#[test]
fn the_fall_of_a_rate_is_known_over_a_census_of_the_first_day_that_was_published_later() {
    let of_first_days = fold(&[
        POOR,
        RISES,
        census("2022-03-01", r#"{"unit":"L-24097","households":40,"counted_on":"2021-01-01"}"#),
        census("2026-03-01", r#"{"unit":"L-24097","households":50,"counted_on":"2025-01-01"}"#),
    ]);
    let only_last_year = fold(&[
        POOR,
        RISES,
        census("2026-03-01", r#"{"unit":"L-24097","households":50,"counted_on":"2025-01-01"}"#),
    ]);
    let term = Value::Points { before: (1, 40), after: (0, 50) };
    let last_year = Value::Points { before: (1, 50), after: (0, 50) };
    for key in ["L-24097", "L-637"] {
        let fall = |fold, time| asked(fold, key, "poverty_rate_reduction", time);
        let over_term = fall(&of_first_days, TERM);
        assert_eq!(over_term.value, term, "{key}");
        assert!(over_term.marks.base >= Some(day("2021-01-01")), "{key}: it says of which day");
        // The census of before the year is what its opening stands over.
        assert_eq!(
            fall(&of_first_days, "2025").value,
            Value::Points { before: (1, 40), after: (0, 50) }
        );
        assert_eq!(fall(&only_last_year, "2025").value, last_year, "{key}");
        assert!(matches!(fall(&only_last_year, TERM).value, Value::Missing(_)), "{key}");
    }
}
