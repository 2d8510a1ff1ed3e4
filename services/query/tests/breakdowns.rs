//! Breakdowns that are not kept are refused.

mod common;

use common::fold;
use domain::disclosure::Disclosure;
use domain::time::Period;
use query::{Body, Boundaries, Editions, FiguresQuery, Query, When, answer};

fn asked(indicators: &[&str], by: &[&str]) -> Result<Vec<String>, String> {
    let fold = fold(&[(
        "loan.disbursed",
        "2023-03-05",
        "19.a1",
        r#"{"unit":"L-01834","class":"poor","programme":"poor_household","purpose":"household_economy","amount":10000006}"#,
    )]);
    let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
    let query = Query::Figures(FiguresQuery {
        unit: "L-01834".to_owned(),
        when: When::period("2023".parse::<Period>().expect("a year")),
        indicators: owned(indicators),
        by: owned(by),
        children: false,
        boundaries: Boundaries::Own,
        books_only: true,
    });
    let found = answer(&fold, Disclosure::EVERYTHING, 1, &Editions::embedded(), &query)
        .map_err(|why| why.to_string())?;
    let Body::Figures { figures, .. } = found.body else { panic!("figures") };
    Ok(figures.into_iter().map(|line| line.indicator).collect())
}

#[test]
fn a_total_never_stands_for_a_breakdown() {
    let refused = asked(&["poor_households"], &["class"]).expect_err("stocks are not kept so");
    assert!(refused.contains("by class: poor_households (by nothing)"), "{refused}");
    assert!(refused.contains("loan_amount"), "which are: {refused}");

    let refused = asked(&["loan_amount", "poverty_rate"], &["class"]).expect_err("a rate is not");
    assert_eq!(
        refused,
        "not broken down by class: poverty_rate (by nothing); these are: loan_amount"
    );
    let refused = asked(&["loan_households"], &["class", "purpose"]).expect_err("not together");
    assert!(refused.contains("(only by class or programme or purpose)"), "{refused}");
}

#[test]
fn without_indicators_all_that_are_broken_down_so_are_told() {
    let told = asked(&[], &["purpose"]).expect("loans are");
    assert!(told.contains(&"loan_amount".to_owned()), "{told:?}");
    assert!(!told.contains(&"poor_households".to_owned()), "{told:?}");
    assert_eq!(asked(&["loan_amount"], &["class"]).map(|lines| lines.len()), Ok(2));
}
