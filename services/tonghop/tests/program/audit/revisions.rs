//! Revisions: what was closed stays, and what came later is told beside it, by cause.

use serde_json::Value;

use super::closed::{Closed, PERIOD, closing, fact, household, import, loan, story};
use crate::runner::{json, simulated, succeed, text};

#[test]
fn what_was_closed_stays_and_what_came_later_is_told_by_cause() {
    let closed = Closed::of("L-637", &story());
    let frozen = std::fs::read(&closed.vintage).expect("it is there");
    let corrected = loan("L-1b", "2021-02-01", 30_000_000).replace(
        "\"subject\"",
        "\"correctsid\":\"L-1\",\"correctsreason\":\"wrong_value\",\"subject\"",
    );
    let void = household(
        "fact.voided",
        "V",
        "2021-03-02",
        "\"of\":{\"source\":\"urn:test:audit\",\"id\":\"L-2\"},\"reason\":\"entered_twice\"",
    );
    let classified = "\"from\":\"poor\",\"to\":\"above\",\"persons\":4,\"cause\":\"review\"";
    let late = household("household.classified", "K", "2021-06-10", classified);
    let after =
        household("household.size_changed", "S", "2021-07-01", "\"persons\":5,\"cause\":\"birth\"");
    closed.import(&[loan("L-3", "2021-05-01", 1_000_000), corrected, void, late, after].concat());

    assert_eq!(std::fs::read(&closed.vintage).expect("it is there"), frozen, "never altered");
    let table = [
        ("loan_instances", "2", "2", 0, r#"{"late":1,"voided":-1}"#),
        (
            "loan_amount",
            "50000000",
            "31000000",
            -19_000_000,
            r#"{"late":1000000,"corrected":-10000000,"voided":-10000000}"#,
        ),
        ("poor_households", "1", "0", -1, r#"{"late":-1}"#),
        ("poor_households_rose_above", "0", "1", 1, r#"{"late":1}"#),
    ];
    for (indicator, then, now, change, causes) in table {
        let row = closed.row("L-24097", indicator);
        // What cancels out is no change.
        let Some(row) = row else {
            assert_eq!(change, 0, "{indicator} is missing");
            continue;
        };
        assert_eq!((&row["then"], &row["now"]), (&Value::from(then), &Value::from(now)));
        assert_eq!(row["change"], change, "{indicator}");
        let causes: Value = serde_json::from_str(causes).expect("JSON");
        assert_eq!(row["causes"], causes, "{indicator}");
    }
    let (equal, told) = closed.audit(&[]);
    assert!(equal, "{told}");
    assert_eq!(told["live"]["equal"], true, "the live store equals the journal");
}

#[test]
fn the_causes_of_every_row_sum_to_its_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 6_000, 7);
    let lines = std::fs::read_to_string(&file).expect("the file is there");
    let lines: Vec<&str> = lines.lines().collect();
    // Every third fact is late, whatever it is about: also what others build upon.
    let (late, early): (Vec<_>, Vec<_>) = (0..).zip(&lines).partition(|(nth, _)| nth % 3 == 0);
    let [late, early] =
        [late, early].map(|part| part.into_iter().map(|(_, line)| *line).collect::<Vec<&str>>());
    let closed = Closed::of("VN", &(early.join("\n") + "\n"));
    let frozen = std::fs::read(&closed.vintage).expect("it is there");
    closed.import(&(late.join("\n") + "\n"));
    assert_eq!(std::fs::read(&closed.vintage).expect("it is there"), frozen);
    let told = closed.revisions();
    let mut explained = 0;
    for row in told["rows"].as_array().expect("rows") {
        let Some(change) = row["change"].as_i64() else { continue };
        let causes = row["causes"].as_object().expect("causes");
        let sum: i64 = causes.values().filter_map(Value::as_i64).sum();
        assert_eq!(sum, change, "{row}");
        // The definitions are the same: facts explain everything.
        let known = ["late", "corrected", "voided"];
        assert!(causes.keys().all(|cause| known.contains(&cause.as_str())), "{row}");
        explained += 1;
    }
    assert!(explained > 100, "only {explained} rows changed");
    assert!(closed.audit(&["--threads", "1"]).0 && closed.audit(&["--threads", "3"]).0);
}

#[test]
fn krong_pas_half_year_is_closed_and_what_came_later_stands_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    succeed(&["demo", "--no-serve", "--facts", "1000", "--data", text(&data)]);
    import(&data, folder.path(), &closing("L-637", "C"));
    let id = format!("L-637.{PERIOD}.official.1");
    // The published report: 2,342 poor households at the end, 1,779 borrowers.
    let asked = ["--unit", "L-637", "--indicator", "poor_households,loan_households"];
    let figures = |then: &[&str]| -> Vec<i64> {
        let all = [&["figures", "--period", PERIOD, "--data", text(&data)], &asked[..], then];
        let told = json(&all.concat());
        let figures = told["figures"].as_array().expect("figures").clone();
        figures.iter().map(|one| one["value"].as_i64().expect("a number")).collect()
    };
    assert_eq!(figures(&["--as-of", &id]), [2342, 1779]);

    let scenario =
        std::fs::read_to_string(data.join("krong-pa-2021h1.ndjson")).expect("it is there");
    let loan = scenario.lines().find(|line| line.contains("\"id\":\"loan-889\"")).expect("a loan");
    let loan: Value = serde_json::from_str(loan).expect("JSON");
    let rest = format!("\"subject\":{},\"time\":\"2021-06-20T07:00:00+07:00\"", loan["subject"]);
    let name = format!("{{\"source\":{},\"id\":{}}}", loan["source"], loan["id"]);
    let void = fact(
        "fact.voided",
        "V",
        &rest,
        &format!("\"unit\":{},\"of\":{name},\"reason\":\"entered_twice\"", loan["data"]["unit"]),
    );
    let late =
        household("household.registered", "H", "2021-05-20", "\"standing\":\"poor\",\"persons\":3")
            .replace("74f874a7ac1ab96d", "00000000000000aa");
    import(&data, folder.path(), &(void + &late));

    assert_eq!(figures(&["--as-of", &id]), [2342, 1779], "what was closed stays");
    assert_eq!(figures(&[]), [2343, 1778], "now");
    let told = json(&["revisions", "--vintage", &id, "--data", text(&data)]);
    let of = |indicator: &str| {
        let rows = told["rows"].as_array().expect("rows");
        let row = rows.iter().find(|row| {
            row["unit"] == "L-637"
                && row["of"] == indicator
                && row["by"] == ""
                && row["kind"] == "figure"
        });
        row.map(|row| (row["change"].as_i64(), row["causes"].to_string()))
    };
    let table =
        [("poor_households", 1, "{\"late\":1}"), ("loan_households", -1, "{\"voided\":-1}")];
    for (indicator, change, causes) in table {
        assert_eq!(of(indicator), Some((Some(change), causes.to_owned())), "{indicator}");
    }
    let audit = json(&["audit", "--unit", "L-637", "--period", PERIOD, "--data", text(&data)]);
    assert_eq!(audit["equal"], true, "{audit}");
}
