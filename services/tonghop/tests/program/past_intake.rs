//! Facts that are in the journal past the importers: from an older program, or from another publisher.
//! What no importer would take is held or noted, by name, and never counted in silence.

use std::path::Path;

use journal::{Entry, Options, Writer};
use serde_json::{Value, json};

use crate::runner::{json as answer, run, start, stop, succeed, text, wait};
use crate::serve::{address, ask, officer};

/// Puts lines into the journal of a data folder as whoever may publish can: nobody looks at them.
pub(crate) fn publish(data: &Path, lines: &[String]) {
    let url = format!("dir:{}", data.join("journal").display());
    let entries: Vec<Entry> = lines.iter().map(|line| Entry::new("VN", line.clone())).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut writer = Writer::open(&url, &Options::create()).await.expect("it opens");
        writer.append(&entries).await.expect("they are taken");
    });
}

/// A fact of Krông Pa district, about its one household or about none.
pub(crate) fn line(id: &str, kind: &str, day: &str, of_one: bool, data: &str) -> String {
    let subject = match of_one {
        true => r#""subject":"household/52.7d1f0c52a9e84b36","#,
        false => "",
    };
    format!(
        r#"{{"specversion":"1.0","type":"vn.tonghop.{kind}.v1","source":"//xa.example/phu-can","id":"{id}",{subject}"time":"{day}T07:00:00+07:00","data":{{"unit":"L-24097",{data}}}}}"#
    )
}

/// A loan of so many đồng.
pub(crate) fn loan(id: &str, amount: u64) -> String {
    let data = format!(
        r#""class":"poor","programme":"poor_household","purpose":"household_economy","amount":{amount}"#
    );
    line(id, "loan.disbursed", "2021-03-05", true, &data)
}

pub(crate) fn household() -> String {
    let data = r#""standing":"poor","persons":4"#;
    line("H", "household.registered", "2021-01-01", true, data)
}

/// A million billion: a misplaced number, in a field of money.
pub(crate) const TOO_MUCH: u64 = 1_000_000_000_000_000;

fn value(data: &Path, indicator: &str) -> Value {
    let args = ["figures", "--data", text(data), "--unit", "L-637", "--period", "2021"];
    answer(&[&args[..], &["--indicator", indicator]].concat())["figures"][0]["value"].clone()
}

#[test]
fn what_no_importer_takes_is_held_or_noted_by_name_wherever_it_came_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    officer(&data);
    let lights = r#""kind":"electricity","quantity":50,"counted_in":"household","amount":600000"#;
    let own = r#""project":"livelihood","fund":"central_budget","amount":7,"from":"L-24097""#;
    let past = [
        loan("L2", TOO_MUCH),
        line("S1", "support.delivered", "2021-03-06", false, lights),
        line("F1", "funds.allocated", "2021-03-07", false, own),
        line("C1", "census.reported", "2021-03-08", false, r#""households":99000000"#),
    ];
    // They are none that an importer would take today.
    let file = folder.path().join("past.ndjson");
    std::fs::write(&file, past.join("\n")).expect("it is written");
    let refused = run(&["import", text(&file), "--data", text(&data), "--format", "json"]);
    let summary: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&json!(0), &json!(4)), "{summary}");

    publish(&data, &[household(), loan("L1", 30_000_000)]);
    publish(&data, &past);
    assert_eq!(value(&data, "loan_amount"), 30_000_000);
    assert_eq!(value(&data, "loan_instances"), 1);

    let args = ["findings", "--data", text(&data), "--unit", "L-637"];
    let told = answer(&args);
    let counts = json!({ "beyond_bound": 2, "contradiction": 1, "households_not_told": 1 });
    assert_eq!(told["counts"], counts, "{told}");
    let of = |reason: &str| -> Vec<&Value> {
        let found = told["findings"].as_array().expect("a list");
        found.iter().filter(|one| one["reason"] == reason).collect()
    };
    let bounds: Vec<&Value> = of("beyond_bound").iter().map(|one| &one["bound"]).collect();
    let census = json!({ "field": "households", "most": 40_000_000 });
    let amount = json!({ "field": "amount", "most": 10_000_000_000u64 });
    assert_eq!(bounds, [&census, &amount], "the latest first");
    assert_eq!(of("beyond_bound")[1]["treatment"], "held");
    assert_eq!(of("households_not_told")[0]["treatment"], "noted");
    assert!(of("contradiction")[0].get("bound").is_none());

    // The same in both languages, as a table, and as CSV.
    for (lang, parts) in [
        ("vi", ["nhiều nhất 10.000.000.000", "Gửi dữ kiện đính chính có số hộ", "tạm giữ"]),
        ("en", ["at most 10,000,000,000", "Send a correction with the number of", "held"]),
    ] {
        let table = succeed(&[&args[..], &["--lang", lang]].concat());
        let flat = table.split(['│', '┆', '|']).collect::<String>();
        let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(flat.contains(part), "{part} is not in\n{table}");
        }
    }
    let csv = succeed(&[&args[..], &["--format", "csv"]].concat());
    assert!(csv.contains("amount<=10000000000") && csv.contains("position,bound"), "{csv}");

    // What is folded one by one is what a replay comes to.
    let rebuilt = answer(&["rebuild", "--data", text(&data)]);
    assert_eq!(rebuilt["equal"], true, "{rebuilt}");

    let server = start(&["up", "--listen", "127.0.0.1:0", "--data", text(&data)]);
    let (status, listed) =
        ask(&address(&data), "GET /v1/findings?unit=L-637&reason=beyond_bound", "", "");
    stop(&server);
    wait(server);
    assert_eq!(status, 200, "{listed}");
    assert!(listed.contains(r#""bound":{"field":"amount","most":10000000000}"#), "{listed}");
    assert!(!listed.contains(&TOO_MUCH.to_string()), "what it told is not repeated");
}
