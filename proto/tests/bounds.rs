//! What one fact may tell at the most, as data.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(dead_code, clippy::unwrap_used)]

mod common;

use proto::bounds::Bounds;
use proto::catalogue::{Catalogue, Texts};
use proto::document::{Document, TYPES};
use proto::gazetteer::Gazetteer;
use proto::meaning::leaf;
use proto::reject::Reason;
use proto::types::Value;

/// A golden line of a type with a field set to a number.
fn with(line: &str, field: &str, number: i64) -> String {
    let mut document: serde_json::Value = serde_json::from_str(line).unwrap();
    document["data"][field] = number.into();
    document.to_string()
}

/// Every amount of every golden fact, and so of every type: its type and field, and the line.
fn amounts() -> Vec<(&'static str, &'static str, bool, String)> {
    let mut found = Vec::new();
    for line in common::golden_lines() {
        let mut document = Document::read(line.as_bytes()).unwrap();
        let (kind, of_one) = (document.data.kind(), document.household().is_some());
        let mut visit = |field: &'static str, value: Value<'_, '_>| {
            if let Value::Amount(_) = value {
                found.push((kind, field, of_one, line.clone()));
            }
            Ok(())
        };
        document.data.fields_mut().each(&mut visit).unwrap();
    }
    found
}

#[test]
fn every_amount_of_every_type_has_a_bound_and_beyond_it_is_refused_by_name() {
    let amounts = amounts();
    assert!(amounts.len() > 20, "{}", amounts.len());
    for (kind, field, of_one, line) in amounts {
        let bound = Bounds::embedded()
            .of(kind, field)
            .unwrap_or_else(|| panic!("{kind} {field} has no bound in bounds.toml"));
        let most = bound.most(of_one);
        let refused = |number: i64| {
            let taken = common::intake().take(with(&line, field, number).as_bytes());
            taken.err().filter(|why| why.field == format!("data.{field}"))
        };
        let why = refused(most + 1).unwrap_or_else(|| panic!("{kind} {field} takes {most} + 1"));
        assert_eq!(why.reason, Reason::OutOfRange, "{why}");
        assert!(why.message.contains(&most.to_string()), "{why}");
        assert_eq!(
            refused(most).map(|why| why.reason == Reason::OutOfRange),
            None,
            "{kind} {field}"
        );
    }
}

#[test]
fn a_golden_loan_of_a_million_billion_is_read_and_no_longer_taken() {
    let lines = common::golden_lines();
    let line = lines.iter().find(|line| !common::is_plausible(line)).unwrap();
    assert!(Document::read(line.as_bytes()).is_ok());
    let why = common::intake().take(line.as_bytes()).unwrap_err();
    assert_eq!((why.reason, why.field.as_str()), (Reason::OutOfRange, "data.amount"));
}

#[test]
fn a_broken_file_of_bounds_is_refused_with_its_line() {
    assert!(TYPES.contains(&"vn.tonghop.loan.disbursed.v1"));
    for (text, expected) in [
        ("[loan.disbursed.amount]\nmost = \"many\"\nwhy = \"\"", "line 2"),
        ("[loan.disbursed.amount]\nmost = 1", "why"),
        ("[loan.disbursed.amount]\nmost = 1\nwhy = \"\"\nleast = 0", "least"),
    ] {
        let why = Bounds::read(text).unwrap_err().to_string();
        assert!(why.contains(expected), "{why}");
    }
}

/// A journal may have what intake refuses: the fold holds just that, by the same field and bound.
#[test]
fn the_fold_holds_what_intake_refuses() {
    let bounds = &Catalogue::embedded().plan.bounds;
    let mut held = 0;
    for (kind, field, of_one, line) in amounts() {
        let most = Bounds::embedded().of(kind, field).unwrap().most(of_one);
        let passed = |number: i64| {
            let line = with(&line, field, number);
            let document = Document::read(line.as_bytes()).unwrap();
            let leaf = leaf(line.as_bytes());
            let meaning = document.meaning(&leaf, 1, Gazetteer::embedded()).unwrap();
            let passed = bounds.passed_by(&meaning.facts[0]);
            passed.filter(|passed| passed.field == field).map(|passed| passed.most)
        };
        assert_eq!(passed(most), None, "{kind} {field}");
        // Some bounds are the most that can be read at all: beyond, it is no fact.
        if Document::read(with(&line, field, most + 1).as_bytes()).is_ok() {
            assert_eq!(passed(most + 1), Some(most), "{kind} {field}");
            held += 1;
        }
    }
    assert!(held > 20, "{held}");
}

#[test]
fn bounds_are_part_of_the_catalogue_and_of_its_hash() {
    let load = |bounds: &str| Catalogue::load(&Texts { bounds, ..*Texts::embedded() });
    let embedded = Catalogue::embedded();
    let none = load("").unwrap();
    assert_eq!(none.plan.bounds, domain::bounds::Bounds::default());
    assert_ne!(none.hash(), embedded.hash());
    let other = Texts::embedded().bounds.replacen("10_000_000_000", "10_000_000_001", 1);
    assert_ne!(load(&other).unwrap().hash(), embedded.hash(), "another bound makes other figures");
    for wrong in ["[loan.given.amount]", "[loan.disbursed.sum]"] {
        let defects = load(&format!("{wrong}\nmost = 1\nwhy = \"\"")).unwrap_err();
        assert_eq!((defects.len(), defects[0].file), (1, "bounds.toml"), "{defects:?}");
    }
}
