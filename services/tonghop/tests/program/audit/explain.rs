//! Explanations: a figure opens to the facts behind it.

use serde_json::Value;

use crate::runner::{json, simulated, succeed, text};

#[test]
fn a_figure_opens_to_facts_that_sum_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 6_000, 8);
    let data = folder.path().join("data");
    succeed(&["import", text(&file), "--data", text(&data)]);
    let indicators = [
        "poor_households",
        "near_poor_persons",
        "newly_escaped_households",
        "loan_instances",
        "loan_amount",
        "loan_households",
        "houses_completed",
        "poor_households_rose_above",
        "poor_households_reduction",
        "poverty_rate",
        "poverty_rate_reduction",
    ];
    let mut opened = 0;
    for indicator in indicators {
        let asked = ["explain", "--unit", "VN", "--indicator", indicator, "--period", "2021"];
        let told = json(&[&asked[..], &["--limit", "1000000", "--data", text(&data)]].concat());
        opened += check(&told);
    }
    assert!(opened > 500, "only {opened} postings");
}

/// Checks that what is listed sums to the value, everywhere in the tree; how many are listed.
fn check(one: &Value) -> i64 {
    let facts = one["facts"].as_array().expect("facts");
    let listed: i64 = facts.iter().filter_map(|fact| fact["by"].as_i64()).sum();
    if let Some(sum) = one["sum"].as_i64() {
        assert_eq!(one["value"], sum.to_string(), "{}", one["indicator"]);
        assert_eq!(listed, sum, "{}", one["indicator"]);
    }
    let parts = one["parts"].as_array().expect("parts");
    facts.len() as i64 + parts.iter().map(check).sum::<i64>()
}
