//! Money at several levels, from facts to figures: each đồng once, and every figure opens.

use serde_json::Value;

use crate::runner::{json, succeed, text};

/// A city is allotted 7.4 billion and hands 4.2 of it on to two communes, of which it takes 0.2 back.
const FACTS: &[(&str, &str, &str)] = &[
    ("allocated", "2022-02-10", r#""unit":"L-624","amount":7400000000"#),
    ("allocated", "2022-03-10", r#""unit":"L-24073","amount":3000000000,"from":"L-624""#),
    ("allocated", "2022-03-10", r#""unit":"L-24041","amount":1400000000,"from":"L-624""#),
    ("withdrawn", "2022-09-10", r#""unit":"L-24041","amount":200000000,"to":"L-624""#),
    ("disbursed", "2022-11-10", r#""unit":"L-24073","amount":1850000000"#),
];

fn line((nth, (kind, on, data)): (usize, &(&str, &str, &str))) -> String {
    format!(
        r#"{{"specversion":"1.0","type":"vn.tonghop.funds.{kind}.v1","source":"urn:money","id":"{nth}","time":"{on}","data":{{"project":"livelihood","fund":"central_budget",{data}}}}}"#
    )
}

#[test]
fn money_handed_on_counts_once_at_every_level_and_opens_to_its_facts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("money.ndjson");
    let lines: Vec<String> = FACTS.iter().enumerate().map(line).collect();
    std::fs::write(&file, lines.join("\n")).expect("it is written");
    let data = folder.path().join("data");
    succeed(&["import", text(&file), "--data", text(&data)]);
    let shown = |unit: &str, period: &str| -> Vec<Value> {
        let ids = "funds_allocated,funds_received,funds_handed_on,funds_kept,funds_withdrawn,\
                   funds_left,disbursement_rate";
        let answer = json(&[
            "figures",
            "--data",
            text(&data),
            "--unit",
            unit,
            "--period",
            period,
            "--indicator",
            ids,
        ]);
        let lines = answer["figures"].as_array().expect("figures").clone();
        let value = |line: &Value| match &line["value"] {
            Value::Null => serde_json::json!([line["numerator"], line["denominator"]]),
            value => value.clone(),
        };
        lines.iter().map(value).collect()
    };
    let million = |value: i64| Value::from(value * 1_000_000);
    let whole = |all: [i64; 6]| all.map(million).to_vec();
    let table = [
        ("L-624", whole([7_400, 7_400, 4_200, 3_200, 0, 5_550])),
        ("L-64", whole([7_400, 0, 0, 0, 0, 5_550])),
        ("VN", whole([7_400, 0, 0, 0, 0, 5_550])),
        ("L-24073", whole([3_000, 3_000, 0, 3_000, 0, 1_150])),
        ("L-24041", whole([1_200, 1_200, 0, 1_200, 200, 1_200])),
    ];
    for (unit, expected) in table {
        assert_eq!(shown(unit, "2022")[..6], expected, "{unit}");
    }
    let rate = &shown("L-624", "2022")[6];
    assert_eq!(rate.to_string(), "[1850000000,7400000000]", "a quarter, not a sixth");
    // Nothing comes twice by being recomputed.
    let rebuilt = json(&["rebuild", "--data", text(&data)]);
    assert_eq!(rebuilt["equal"], true);
    for (unit, indicator, sum) in [
        ("L-624", "funds_allocated", 7_400),
        ("L-624", "funds_handed_on", 4_200),
        ("L-24041", "funds_allocated", 1_200),
    ] {
        let opened = json(&[
            "explain",
            "--data",
            text(&data),
            "--unit",
            unit,
            "--period",
            "2022",
            "--indicator",
            indicator,
        ]);
        let facts = opened["facts"].as_array().expect("facts");
        let told: i64 = facts.iter().map(|fact| fact["by"].as_i64().expect("a number")).sum();
        assert_eq!(Value::from(told), million(sum), "{unit} {indicator}: {opened}");
        assert_eq!(opened["sum"], million(sum), "{unit} {indicator}");
    }
    let kept = json(&[
        "explain",
        "--data",
        text(&data),
        "--unit",
        "L-624",
        "--period",
        "2022",
        "--indicator",
        "funds_kept",
    ]);
    let parts = kept["parts"].as_array().expect("two parts");
    let sums: Vec<&Value> = parts.iter().map(|part| &part["sum"]).collect();
    assert_eq!(sums, [&million(7_400), &million(4_200)]);
}
