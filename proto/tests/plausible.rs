//! What figures can be, as data; and what is nonsense for good is refused at the door.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(dead_code, clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use proto::catalogue::Catalogue;
use proto::gazetteer::Lang;
use proto::intake::Intake;
use proto::plausible::{Of, Plausible};
use proto::reject::Reason;

#[test]
fn every_rule_names_indicators_that_there_are_and_one_bound() {
    let plan = &Catalogue::embedded().plan;
    let mut ids = BTreeSet::new();
    for rule in &Plausible::embedded().rules {
        assert!(ids.insert(&rule.id), "{} stands twice", rule.id);
        let others = rule.at_least.iter().chain(&rule.at_most);
        let named = rule.indicators.iter().chain(&rule.all_but).chain(others);
        for id in named {
            assert!(plan.indicator(id).is_some(), "{}: there is no {id}", rule.id);
        }
        assert_ne!(rule.indicators.is_empty(), rule.all_but.is_empty(), "{}", rule.id);
        let bounds = [rule.least.is_some(), rule.most.is_some(), rule.at_least.is_some()]
            .into_iter()
            .chain([rule.at_most.is_some(), rule.within.is_some()]);
        assert_eq!(bounds.filter(|is| *is).count(), 1, "{}: one bound", rule.id);
        if rule.of == Of::Stated {
            assert!(rule.least.is_some() || rule.most.is_some(), "{}: a number", rule.id);
        } else {
            assert!(rule.all_but.is_empty(), "{}: figures are named", rule.id);
        }
        for lang in [Lang::Vi, Lang::En] {
            assert!(!rule.name(lang).is_empty() && !rule.remedy(lang).is_empty(), "{}", rule.id);
        }
        assert_ne!(rule.name(Lang::Vi), rule.name(Lang::En), "{}", rule.id);
    }
}

#[test]
fn what_is_nonsense_for_good_is_refused_at_the_door() {
    let target = |indicator: &str, value: &str| {
        format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.target.assigned.v1","source":"urn:k","id":"1","time":"2021-05-12T08:00:00+07:00","data":{{"unit":"L-637","indicator":"{indicator}","period":"2021","value":"{value}","set_by":"commune"}}}}"#
        )
    };
    let outside = |indicator: &str, value: &str| {
        format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.external.reported.v1","source":"urn:k","id":"1","time":"2021-05-12T08:00:00+07:00","data":{{"unit":"L-637","indicator":"{indicator}","period":"2021","value":"{value}","level":"official","reference":"x"}}}}"#
        )
    };
    let table = [
        (target("poverty_rate", "-40"), Some("stated_below_zero")),
        (target("poverty_rate", "100.01"), Some("stated_over_whole")),
        (target("poverty_rate", "100"), None),
        (target("poverty_rate", "0"), None),
        (target("loan_households", "-1"), Some("stated_below_zero")),
        (target("loan_households", "25000"), None),
        // A fall may be a rise.
        (target("poor_households_reduction", "-40"), None),
        (target("poverty_rate_reduction", "-0.4"), None),
        (target("poverty_rate_reduction", "101"), Some("stated_over_whole")),
        (outside("trained_labour_rate", "512"), Some("stated_over_whole")),
        (outside("trained_labour_rate", "76.5"), None),
        (outside("income_per_capita", "-1"), Some("stated_below_zero")),
    ];
    for (line, rule) in table {
        let plan = &Catalogue::embedded().plan;
        let intake = Intake { plan, ..common::intake() };
        let refused = intake.take(line.as_bytes()).err();
        assert_eq!(refused.is_some(), rule.is_some(), "{line}: {refused:?}");
        if let (Some(why), Some(rule)) = (refused, rule) {
            assert_eq!((why.reason, &*why.field), (Reason::OutOfRange, "data.value"), "{line}");
            assert!(why.message.contains(rule), "{line}: {why}");
        }
    }
}

#[test]
fn a_bound_is_passed_beyond_it_and_not_at_it() {
    let rules = Plausible::embedded();
    let over = rules.rule("over_whole").unwrap();
    let table = [
        ((100, 1), false),
        ((10_001, 100), true),
        ((999_999 * 100, 90_330), true),
        // Products that 128 bits do not hold.
        ((i128::MAX, i128::MAX / 50), false),
        ((i128::MAX, 7), true),
        ((-1, 1), false),
    ];
    for (value, passes) in table {
        assert_eq!(over.passed(value).is_some(), passes, "{value:?}");
    }
}
