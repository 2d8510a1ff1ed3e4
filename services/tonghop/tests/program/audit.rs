//! Closings, replays, explanations and revisions, as an auditor asks for them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::runner::{json, run, simulated, start, stop, succeed, text, until};

const PERIOD: &str = "2021-H1@administrative";

/// The province of the simulation, the period, and what closes it.
struct Closed {
    folder: tempfile::TempDir,
    data: PathBuf,
    vintage: PathBuf,
    id: String,
}

fn fact(kind: &str, id: &str, rest: &str, data: &str) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.{kind}.v1\",\"source\":\"urn:test:audit\",\
         \"id\":\"{id}\",{rest},\"data\":{{{data}}}}}\n"
    )
}

fn closing(unit: &str, id: &str) -> String {
    let by = if unit == "VN" { "government" } else { "province" };
    let data = format!(
        "\"unit\":\"{unit}\",\"period\":\"{PERIOD}\",\"level\":\"official\",\"set_by\":\"{by}\""
    );
    fact("period.closed", id, "\"time\":\"2021-06-15T17:05:00+07:00\"", &data)
}

fn household(kind: &str, id: &str, on: &str, data: &str) -> String {
    let rest =
        format!("\"subject\":\"household/52.74f874a7ac1ab96d\",\"time\":\"{on}T07:00:00+07:00\"");
    fact(kind, id, &rest, &format!("\"unit\":\"L-24097\",{data}"))
}

fn loan(id: &str, on: &str, amount: u64) -> String {
    let data = format!(
        "\"class\":\"other\",\"programme\":\"difficult_area_business\",\
         \"purpose\":\"production_and_business\",\"amount\":{amount}"
    );
    household("loan.disbursed", id, on, &data)
}

fn import(data: &Path, folder: &Path, lines: &str) {
    let file = folder.join("next.ndjson");
    std::fs::write(&file, lines).expect("a file");
    succeed(&["import", text(&file), "--data", text(data)]);
}

impl Closed {
    /// A journal with these facts, closed for a unit.
    fn of(unit: &str, lines: &str) -> Closed {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        import(&data, folder.path(), &format!("{lines}{}", closing(unit, "closing-1")));
        let entries = std::fs::read_dir(data.join("vintages")).expect("there are vintages");
        let vintages: Vec<PathBuf> = entries.map(|one| one.expect("a file").path()).collect();
        let [vintage] = vintages.as_slice() else { panic!("one vintage: {vintages:?}") };
        let id = format!("{unit}.{PERIOD}.official.1");
        Closed { data, vintage: vintage.clone(), id, folder }
    }

    fn import(&self, lines: &str) {
        import(&self.data, self.folder.path(), lines);
    }

    fn audit(&self, more: &[&str]) -> (bool, Value) {
        let data = text(&self.data);
        let mut arguments =
            vec!["audit", "--vintage", &self.id, "--data", data, "--format", "json"];
        arguments.extend(more);
        let output = run(&arguments);
        let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.success(), told)
    }

    fn revisions(&self) -> Value {
        json(&["revisions", "--vintage", &self.id, "--data", text(&self.data)])
    }

    /// A row of revisions: then, now, change and causes.
    fn row(&self, unit: &str, of: &str) -> Option<Value> {
        let told = self.revisions();
        let rows = told["rows"].as_array().expect("rows").clone();
        rows.into_iter().find(|row| {
            row["kind"] == "figure" && row["unit"] == unit && row["of"] == of && row["by"] == ""
        })
    }
}

/// One household of Phú Cần that is poor and borrows twice.
fn story() -> String {
    household("household.registered", "H", "2021-01-01", "\"standing\":\"poor\",\"persons\":4")
        + &loan("L-1", "2021-02-01", 40_000_000)
        + &loan("L-2", "2021-03-01", 10_000_000)
}

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

#[test]
fn an_audit_names_what_is_not_the_same() {
    let closed = Closed::of("L-637", &story());
    assert!(closed.audit(&[]).0);
    let right = std::fs::read_to_string(&closed.vintage).expect("it is there");
    let table = [
        (
            "figure\tL-24097\tloan_instances\t\t2\t",
            "figure\tL-24097\tloan_instances\t\t3\t",
            "loan_instances",
        ),
        ("movement\tL-637\tpoor\tclosing\t1\t4", "movement\tL-637\tpoor\tclosing\t2\t4", "poor"),
        ("figure\tL-637\tloan_amount\t\t50000000\t\n", "", "loan_amount"),
    ];
    for (from, to, named) in table {
        assert!(right.contains(from), "{from} is not in\n{right}");
        std::fs::write(&closed.vintage, right.replacen(from, to, 1)).expect("it is written");
        let (equal, told) = closed.audit(&[]);
        assert!(!equal, "{named}");
        assert_eq!(told["differences_count"], 1, "{told}");
        assert_eq!(told["differences"][0]["of"], named, "{told}");
    }
    // A figure that no fact and no definition explains is told to be so.
    let (from, to, named) = table[0];
    std::fs::write(&closed.vintage, right.replacen(from, to, 1)).expect("it is written");
    let row = closed.row("L-24097", named).expect("it differs");
    assert_eq!(row["causes"].to_string(), "{\"unexplained\":-1}");
    let roots: Vec<&str> = right.lines().filter(|line| line.starts_with("root ")).collect();
    let other = right.replace(roots[0], "root VHfs5UCfBDS7j05MIqhLqNxNvEGo+IXK2yddXyerbJo=");
    std::fs::write(&closed.vintage, other).expect("it is written");
    let (equal, told) = closed.audit(&[]);
    assert!(!equal && told["root"] != told["replayed_root"], "{told}");

    std::fs::write(&closed.vintage, &right[..right.len() - 9]).expect("it is written");
    let output = run(&["audit", "--vintage", &closed.id, "--data", text(&closed.data)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("line "), "{said}");
}

#[test]
fn what_cannot_be_audited_is_told() {
    let closed = Closed::of("L-637", &story());
    let data = text(&closed.data);
    let table: [(&[&str], &str); 4] = [
        (&["audit", "--vintage", "L-637.2021@civil.official.1"], "there are L-637.2021-H1"),
        (&["audit", "--unit", "L-638", "--period", PERIOD], "was not closed"),
        (&["revisions", "--vintage", "nothing"], "there is no vintage nothing"),
        (&["explain", "--unit", "L-637", "--indicator", "loanz", "--period", "2021"], "loan"),
    ];
    for (arguments, said) in table {
        let output = run(&[arguments, &["--data", data]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(said), "{arguments:?}: {told}");
    }
}

#[test]
fn closings_that_do_nothing_make_findings() {
    let closed = Closed::of("L-637", &story());
    closed.import(&(closing("L-637", "again") + &closing("L-24097", "commune")));
    let told = json(&["closings", "--data", text(&closed.data)]);
    let told = told["closings"].as_array().expect("closings");
    let verdicts: Vec<&str> = told
        .iter()
        .map(|one| one["refused"].as_str().or(one["vintage"].as_str()).expect("one of them"))
        .collect();
    let own = format!("L-24097.{PERIOD}.official.1");
    assert_eq!(verdicts, [closed.id.as_str(), "closed_already", &own]);
    let findings = json(&["findings", "--unit", "L-637", "--data", text(&closed.data)]);
    assert_eq!(findings["counts"]["closed_already"], 1, "{findings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vintage_is_the_same_from_a_server_an_archive_a_pack_and_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = journal::server::Config::new(folder.path().join("nats"));
    let server = journal::server::Server::start(config).await.expect("the server starts");
    let (url, data) = (server.url(), folder.path().join("data"));
    let facts = folder.path().join("facts.ndjson");
    std::fs::write(&facts, story() + &closing("L-637", "C") + &loan("late", "2021-05-05", 7))
        .expect("a file");
    let mut running = start(&["up", "--journal", &url, "--data", text(&data)]);
    succeed(&["import", text(&facts), "--journal", &url]);
    until("the closing is folded", || data.join("vintages").exists());
    let archive = folder.path().join("archive");
    succeed(&["archive", text(&archive), "--journal", &url, "--once"]);
    let id = format!("L-637.{PERIOD}.official.1");
    let [key, pack] = ["key", "pack.zip"].map(|name| folder.path().join(name));
    succeed(&["keygen", "--name", "tonghop.example", "--out", text(&key)]);
    let packing = ["pack", "--vintage", &id, "--data", text(&data), "--journal", &url];
    succeed(&[&packing[..], &["--key", text(&key), "--out", text(&pack)]].concat());
    let audit = |from: [&str; 2], threads: &str| {
        let asked = ["audit", "--vintage", &id, "--data", text(&data), "--threads", threads];
        json(&[&asked[..], &from].concat())
    };
    let mut digests = Vec::new();
    for threads in ["1", "2", "5"] {
        let sources = [["--journal", &url], ["--archive", text(&archive)], ["--pack", text(&pack)]];
        for from in sources {
            let told = audit(from, threads);
            assert_eq!(told["equal"], true, "{told}");
            digests.push(told["replayed"].clone());
        }
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "{digests:?}");
    stop(&running);
    running.wait().expect("it ends");
    server.stop().await.expect("the server stops");
}

#[test]
fn figures_are_told_as_they_were_known() {
    let closed = Closed::of("L-637", &story());
    closed.import(&loan("late", "2021-05-05", 7));
    let data = text(&closed.data);
    let asked = ["figures", "--unit", "L-637", "--indicator", "loan_instances", "--data", data];
    let loans = |then: &[&str]| {
        let told = json(&[&asked[..], &["--period", PERIOD], then].concat());
        told["figures"][0]["value"].as_i64().expect("a number")
    };
    let table: [(&[&str], i64); 7] = [
        (&[], 3),
        (&["--as-of", &closed.id], 2),
        (&["--as-of", "4"], 2),
        (&["--as-of", "2"], 1),
        (&["--as-of", "5"], 3),
        (&["--as-of", "2021-06-15"], 0),
        (&["--as-of", "2150-01-01T00:00:00Z"], 3),
    ];
    for (then, expected) in table {
        assert_eq!(loans(then), expected, "{then:?}");
    }
    let movements = ["movements", "--unit", "L-24097", "--period", PERIOD, "--data", data];
    let then = json(&[&movements[..], &["--as-of", &closed.id]].concat());
    assert_eq!(then["tables"], json(&movements)["tables"], "of what did not change");
    let output = run(&[&asked[..], &["--period", PERIOD, "--as-of", "99"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("ends at position 5"), "{said}");
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

#[test]
fn what_was_closed_without_a_key_is_signed_later_and_what_was_altered_never() {
    let closed = Closed::of("L-637", &story());
    closed.import(&closing("L-24097", "commune"));
    let right = std::fs::read_to_string(&closed.vintage).expect("it is there");
    let altered = right.replacen("loan_instances\t\t2", "loan_instances\t\t3", 1);
    assert_ne!(altered, right);
    std::fs::write(&closed.vintage, altered).expect("it is written");
    let key = closed.folder.path().join("key");
    succeed(&["keygen", "--name", "tonghop.example", "--out", text(&key)]);
    let up = ["up", "--data", text(&closed.data), "--key", text(&key), "--checkpoint-minutes", "0"];
    let mut running = start(&up);
    let note = |position: u64| closed.data.join(format!("checkpoints/{position:020}.note"));
    // They are signed in their order: when the second is, the first was looked at.
    until("the second closing is signed", || note(5).exists());
    stop(&running);
    running.wait().expect("it ends");
    assert!(!note(4).exists(), "the first says what the journal does not");
    let public = closed.folder.path().join("key.pub");
    succeed(&["verify", text(&note(5)), "--key", text(&public)]);
    let note = std::fs::read_to_string(note(5)).expect("it is there");
    assert!(note.contains(&format!("vintage L-24097.{PERIOD}.official.1 ")), "{note}");
}
