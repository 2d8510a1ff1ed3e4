//! Under a source nobody but its owner writes: a district's next closing cannot be taken from it.

use std::path::Path;

use serde_json::{Value, json};

use crate::runner::{
    digest, json as told, run, run_with_input, start, stop, succeed, text, until, wait,
};
use crate::serve::{address, metric, post};

const PASSWORD: &str = "mua xuan 2021 o Krong Pa\n";

fn officer(data: &Path, name: &str, unit: &str) -> String {
    let add = ["user", "add", name, "--role", "officer", "--unit", unit, "--data", text(data)];
    let added = run_with_input(&add, PASSWORD);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let said = String::from_utf8_lossy(&added.stdout).into_owned();
    assert!(said.contains(&format!("urn:tonghop:user:{name}")), "{said}");
    succeed(&["user", "token", name, "--data", text(data)]).trim().to_owned()
}

fn fact(source: &str, kind: &str, data: &Value) -> String {
    let fact = json!({
        "specversion": "1.0", "type": format!("vn.tonghop.{kind}.v1"), "source": source,
        "id": "closing-2021-Q2", "time": "2021-07-01T07:00:00+07:00", "data": data,
    });
    fact.to_string()
}

fn closing(source: &str) -> String {
    let data = json!({
        "unit": "L-637", "period": "2021-Q2", "level": "official",
        "set_by": "district_committee", "reference": "209/BC-UBND",
    });
    fact(source, "period.closed", &data)
}

fn activity(source: &str) -> String {
    let data = json!({ "unit": "L-24094", "kind": "training_class", "count": 1 });
    fact(source, "activity.held", &data)
}

/// What became of a line.
fn outcome(answer: &(u16, String)) -> Value {
    let line = answer.1.lines().find(|line| line.starts_with("{\"line\"")).unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|_| panic!("no outcome: {answer:?}"))
}

#[test]
fn a_commune_cannot_take_the_id_of_its_districts_next_closing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (commune, district) = (officer(&data, "an", "L-24094"), officer(&data, "hoa", "L-637"));
    let source = |args: &[&str]| run(&[&["source"], args, &["--data", text(&data)]].concat());
    assert!(source(&["add", "urn:district", "--unit", "Krông Pa, Gia Lai"]).status.success());
    for wrong in [vec!["add", "urn:x"], vec!["add", "urn:x", "--user", "an", "--unit", "L-637"]] {
        assert_eq!(source(&wrong).status.code(), Some(2), "{wrong:?}");
    }
    let list = told(&["source", "list", "--data", text(&data)]);
    let expected = json!([
        { "source": "urn:district", "unit": "L-637", "own": false },
        { "source": "urn:tonghop:user:an", "user": "an", "own": true },
        { "source": "urn:tonghop:user:hoa", "user": "hoa", "own": true },
    ]);
    assert_eq!(list, expected);

    let server = start(&["up", "--listen", "127.0.0.1:0", "--data", text(&data)]);
    let at = address(&data);
    for squatted in ["urn:district", "urn:tonghop:user:hoa", "urn:other"] {
        let became = outcome(&post(&at, &commune, &activity(squatted)));
        let why = (&became["outcome"], &became["reason"], &became["field"]);
        let expected = (&json!("rejected"), &json!("not_your_source"), &json!("source"));
        assert_eq!(why, expected, "{squatted}: {became}");
    }
    let became = outcome(&post(&at, &commune, &activity("urn:tonghop:user:an")));
    assert_eq!(became["outcome"], "accepted", "its own it has: {became}");
    let became = outcome(&post(&at, &district, &closing("urn:district")));
    assert_eq!(became["outcome"], "accepted", "{became}");
    // What is registered while the server runs holds at once.
    assert!(source(&["add", "urn:other", "--user", "hoa"]).status.success());
    let became = outcome(&post(&at, &district, &activity("urn:other")));
    assert_eq!(became["outcome"], "accepted", "{became}");
    until("everything is folded", || metric(&at, "tonghop_lag_records") == Some(0));
    stop(&server);
    assert!(wait(server).success(), "it stops by itself");

    let closings = told(&["closings", "--data", text(&data), "--unit", "L-637"]);
    let closings = closings.to_string();
    assert!(closings.contains("L-637.2021-Q2@civil.official.1"), "it is in force: {closings}");
}

#[test]
fn an_import_is_told_of_sources_that_have_an_owner_and_figures_do_not_ask_who_that_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    officer(&data, "hoa", "L-637");
    succeed(&["source", "add", "urn:district", "--unit", "L-637", "--data", text(&data)]);
    let file = folder.path().join("facts.ndjson");
    let facts =
        [closing("urn:district"), activity("urn:other"), activity("urn:tonghop:user:hoa/1")];
    std::fs::write(&file, facts.join("\n")).expect("it is written");
    let output = run(&["import", text(&file), "--data", text(&data)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "whoever imports is trusted: {said}");
    assert!(
        said.contains("1 facts have the source urn:district, which belongs to unit L-637"),
        "{said}"
    );
    assert!(said.contains("urn:tonghop:user:hoa/1, which belongs to user hoa"), "{said}");
    assert!(!said.contains("urn:other"), "{said}");
    let again = told(&["import", text(&file), "--data", text(&data)]);
    assert_eq!(again["owned"][0], json!({ "source": "urn:district", "unit": "L-637", "facts": 1 }));

    // Whose a source is is a rule of the door: what is in the journal counts whoever owns it now.
    let before = digest(&data);
    succeed(&["source", "remove", "urn:district", "--data", text(&data)]);
    succeed(&["rebuild", "--data", text(&data)]);
    assert_eq!(digest(&data), before);
}
