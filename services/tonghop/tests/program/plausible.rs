//! Figures that cannot be: refused at the door where they are nonsense for good, else found.

use serde_json::Value;

use crate::runner::{json, run, succeed, text};

const FACTS: &[(&str, &str, &str)] = &[
    ("census.reported", "2021-01-02", r#""unit":"L-637","households":19076,"population":90330"#),
    ("census.reported", "2021-01-03", r#""unit":"L-24076","households":99999,"population":3"#),
    (
        "funds.allocated",
        "2021-01-03",
        r#""unit":"L-637","project":"livelihood","fund":"central_budget","amount":100"#,
    ),
    (
        "funds.disbursed",
        "2021-01-04",
        r#""unit":"L-637","project":"livelihood","fund":"central_budget","amount":100000"#,
    ),
    (
        "support.delivered",
        "2021-01-04",
        r#""unit":"L-637","kind":"health_card","group":"poor","quantity":999999,"persons":999999,"counted_in":"card""#,
    ),
    (
        "external.reported",
        "2021-06-04",
        r#""unit":"L-637","indicator":"trained_labour_rate","period":"2021","value":"512","level":"official","reference":"x""#,
    ),
    (
        "target.assigned",
        "2021-05-12",
        r#""unit":"L-637","indicator":"poverty_rate","period":"2021","value":"-40","set_by":"commune""#,
    ),
];

fn line((nth, (kind, on, data)): (usize, &(&str, &str, &str))) -> String {
    format!(
        r#"{{"specversion":"1.0","type":"vn.tonghop.{kind}.v1","source":"urn:k","id":"{nth}","time":"{on}","data":{{{data}}}}}"#
    )
}

#[test]
fn nonsense_is_refused_or_found_and_said_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("contra.ndjson");
    let lines: Vec<String> = FACTS.iter().enumerate().map(line).collect();
    std::fs::write(&file, lines.join("\n")).expect("it is written");
    let data = folder.path().join("data");
    let output = run(&["import", text(&file), "--data", text(&data), "--format", "json"]);
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&summary["accepted"], &summary["reasons"]["out_of_range"]), (&5.into(), &2.into()));

    let asked = ["findings", "--data", text(&data), "--unit", "L-637", "--period", "2021"];
    let answer = json(&asked);
    let found = answer["figures"]["found"].as_array().expect("figures");
    let mut rules: Vec<&str> = found.iter().filter_map(|one| one["rule"].as_str()).collect();
    rules.sort_unstable();
    assert_eq!(
        rules,
        [
            "disbursed_more_than_allocated",
            "fewer_persons_than_households",
            "more_than_the_unit_above",
            "over_whole",
            "over_whole",
        ]
    );
    assert_eq!(answer["figures"]["is_whole"], true);
    let of = |rule: &str| found.iter().find(|one| one["rule"] == rule).expect("it is found");
    let commune = of("more_than_the_unit_above");
    assert_eq!((&commune["unit"], &commune["bound_unit"]), (&"L-24076".into(), &"L-637".into()));
    assert_eq!((&commune["value"], &commune["bound"]), (&"99999".into(), &"19076".into()));

    for (lang, said) in [
        ("vi", ["Số liệu không hợp lý", "nhiều hơn cả đơn vị cấp trên", "99.999", "19.076"]),
        ("en", ["Figures that cannot be", "more than in the unit above", "99,999", "19,076"]),
    ] {
        let shown = succeed(&[&asked[..], &["--lang", lang]].concat());
        for said in said {
            assert!(shown.contains(said), "{said}: {shown}");
        }
        let mark =
            if lang == "vi" { "không hợp lý: tỷ lệ quá 100 %" } else { "implausible: " };
        let figures = succeed(&[
            "figures",
            "--data",
            text(&data),
            "--unit",
            "L-637",
            "--period",
            "2021",
            "--indicator",
            "health_insurance_coverage",
            "--lang",
            lang,
        ]);
        assert!(figures.contains(mark), "{figures}");
    }
    // Without a time there is nothing to judge a figure by.
    let timeless = json(&["findings", "--data", text(&data), "--unit", "L-637"]);
    assert!(timeless.get("figures").is_none(), "{timeless}");
}
