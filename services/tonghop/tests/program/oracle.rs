//! Another engine, written from the meaning of the facts, gets the same figures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use domain::batch::evaluate;
use domain::catalogue::Filter;
use domain::codes::{Code, Standing};
use domain::contribution::Rules;
use domain::figures::{Question, Reader, Time};
use domain::time::Period;
use proto::catalogue::Catalogue;
use proto::document::Document;
use proto::gazetteer::Gazetteer;
use proto::meaning::leaf;

use crate::runner::{simulated, text};

const PERIODS: [&str; 4] = ["2021", "2023", "2025", "2021-H1@administrative"];

/// (unit, column, period) -> value, without zeros.
type Figures = BTreeMap<(String, String, String), i128>;

#[test]
fn an_sql_engine_agrees_on_stocks_flows_distinct_households_and_movements() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 60_000, 7);
    let theirs = theirs(folder.path(), &file);
    let ours = ours(&file);
    assert!(theirs.len() > 8_000, "only {} figures were compared", theirs.len());
    let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    let differ = |key: &&&(String, String, String)| ours.get(**key) != theirs.get(**key);
    let different: Vec<String> = keys
        .iter()
        .filter(differ)
        .map(|key| format!("{key:?}: ours {:?}, theirs {:?}", ours.get(*key), theirs.get(*key)))
        .collect();
    let listed = different.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(different.is_empty(), "{} of {} differ:\n{listed}", different.len(), keys.len());
}

fn theirs(folder: &Path, file: &Path) -> Figures {
    let python = std::env::var("TONGHOP_PYTHON").expect(
        "TONGHOP_PYTHON names a Python with tests/requirements.txt; `make test` brings one",
    );
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let out = folder.join("oracle.csv");
    let status = Command::new(python)
        .arg(format!("{root}/tests/oracle/oracle.py"))
        .arg(file)
        .args(["--units", &format!("{root}/proto/gazetteer/units.csv")])
        .args(["--successions", &format!("{root}/proto/gazetteer/successions.csv")])
        .args(["--periods", &PERIODS.join(","), "--out", text(&out)])
        .status()
        .expect("Python runs");
    assert!(status.success(), "the oracle failed: {status}");
    let csv = std::fs::read_to_string(out).expect("the oracle's figures");
    csv.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [unit, column, period, value] = cells[..] else { panic!("no row: {line}") };
            let key = (unit.to_owned(), column.to_owned(), period.to_owned());
            (key, value.parse().expect("a whole number"))
        })
        .collect()
}

fn ours(file: &Path) -> Figures {
    let gazetteer = Gazetteer::embedded();
    let rules = Rules { atlas: gazetteer.atlas.clone(), plan: Catalogue::embedded().plan.clone() };
    let lines = std::fs::read_to_string(file).expect("the facts");
    let mut facts = Vec::new();
    for (line, position) in lines.lines().zip(1..) {
        let document = Document::read(line.as_bytes()).expect("simulated facts are canonical");
        let leaf = leaf(line.as_bytes());
        let meaning = document.meaning(&leaf, position, gazetteer).expect("they mean something");
        facts.extend(meaning.facts.into_iter().map(|fact| (meaning.subject, fact)));
    }
    let books = evaluate(facts, &rules, 2);
    let reader = Reader { rules: &rules, books: &books, fold: None };
    let sites: BTreeSet<_> = books.rollup.cells().map(|(site, _)| site).collect();
    let units: BTreeSet<_> = sites
        .into_iter()
        .flat_map(|site| match site.which() {
            Ok(place) => rules.atlas.closure(place).to_vec(),
            Err(unit) => vec![unit],
        })
        .collect();
    let mut figures = Figures::new();
    for period in PERIODS {
        let time = Time::Period(period.parse::<Period>().expect("a period"));
        for unit in &units {
            let key = gazetteer.key(*unit).to_owned();
            let mut enter = |column: String, value: i128| {
                if value != 0 {
                    figures.insert((key.clone(), column, period.to_owned()), value);
                }
            };
            for (column, indicator, filter) in columns() {
                let question = Question { unit: *unit, indicator, filter, time };
                enter(column, reader.figure(&question).as_whole().expect("a whole number"));
            }
            for class in [Standing::Poor, Standing::NearPoor] {
                for (row, heads) in reader.movements(*unit, class, time).rows {
                    let name = |head| format!("movement.{}.{}.{head}", class.code(), row.code());
                    enter(name("households"), heads.households);
                    enter(name("persons"), heads.persons);
                }
            }
        }
    }
    figures
}

/// The oracle's column, and our indicator and filter.
fn columns() -> Vec<(String, &'static str, Filter)> {
    let mut columns: Vec<(String, &str, Filter)> = Vec::new();
    let plain = [
        ("poor_households", "poor_households"),
        ("near_poor_households", "near_poor_households"),
        ("poor_persons", "poor_persons"),
        ("near_poor_persons", "near_poor_persons"),
        ("newly_escaped_households", "newly_escaped_households"),
        ("loan_instances", "loan_instances"),
        ("loan_amount", "loan_amount"),
        ("loans_households", "loan_households"),
        ("electricity_instances", "electricity_household_times"),
        ("electricity_amount", "electricity_amount"),
        ("houses_started", "houses_supported"),
        ("houses_completed", "houses_completed"),
    ];
    columns.extend(plain.map(|(column, indicator)| (column.to_owned(), indicator, Filter::new())));
    for class in domain::codes::Class::ALL {
        let filter = Filter::from([("class".to_owned(), vec![class.code().to_owned()])]);
        for (column, indicator) in
            plain.into_iter().filter(|(column, _)| column.starts_with("loan"))
        {
            columns.push((format!("{column}.{}", class.code()), indicator, filter.clone()));
        }
    }
    columns
}
