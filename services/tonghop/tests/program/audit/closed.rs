//! A journal that was closed for a unit, and the facts that go into it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::runner::{json, run, succeed, text};

pub(super) const PERIOD: &str = "2021-H1@administrative";

/// The province of the simulation, the period, and what closes it.
pub(super) struct Closed {
    pub(super) folder: tempfile::TempDir,
    pub(super) data: PathBuf,
    pub(super) vintage: PathBuf,
    pub(super) id: String,
}

pub(super) fn fact(kind: &str, id: &str, rest: &str, data: &str) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.{kind}.v1\",\"source\":\"urn:test:audit\",\
         \"id\":\"{id}\",{rest},\"data\":{{{data}}}}}\n"
    )
}

pub(super) fn closing(unit: &str, id: &str) -> String {
    let by = if unit == "VN" { "government" } else { "province" };
    let data = format!(
        "\"unit\":\"{unit}\",\"period\":\"{PERIOD}\",\"level\":\"official\",\"set_by\":\"{by}\""
    );
    fact("period.closed", id, "\"time\":\"2021-06-15T17:05:00+07:00\"", &data)
}

pub(super) fn household(kind: &str, id: &str, on: &str, data: &str) -> String {
    let rest =
        format!("\"subject\":\"household/52.74f874a7ac1ab96d\",\"time\":\"{on}T07:00:00+07:00\"");
    fact(kind, id, &rest, &format!("\"unit\":\"L-24097\",{data}"))
}

pub(super) fn loan(id: &str, on: &str, amount: u64) -> String {
    let data = format!(
        "\"class\":\"other\",\"programme\":\"difficult_area_business\",\
         \"purpose\":\"production_and_business\",\"amount\":{amount}"
    );
    household("loan.disbursed", id, on, &data)
}

pub(super) fn import(data: &Path, folder: &Path, lines: &str) {
    let file = folder.join("next.ndjson");
    std::fs::write(&file, lines).expect("a file");
    succeed(&["import", text(&file), "--data", text(data)]);
}

impl Closed {
    /// A journal with these facts, closed for a unit.
    pub(super) fn of(unit: &str, lines: &str) -> Closed {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        import(&data, folder.path(), &format!("{lines}{}", closing(unit, "closing-1")));
        let entries = std::fs::read_dir(data.join("vintages")).expect("there are vintages");
        let mut vintages: Vec<PathBuf> = entries.map(|one| one.expect("a file").path()).collect();
        vintages.retain(|path| path.extension().is_some_and(|end| end == "txt"));
        let [vintage] = vintages.as_slice() else { panic!("one vintage: {vintages:?}") };
        let id = format!("{unit}.{PERIOD}.official.1");
        Closed { data, vintage: vintage.clone(), id, folder }
    }

    pub(super) fn import(&self, lines: &str) {
        import(&self.data, self.folder.path(), lines);
    }

    pub(super) fn audit(&self, more: &[&str]) -> (bool, Value) {
        let data = text(&self.data);
        let mut arguments =
            vec!["audit", "--vintage", &self.id, "--data", data, "--format", "json"];
        arguments.extend(more);
        let output = run(&arguments);
        let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.success(), told)
    }

    pub(super) fn revisions(&self) -> Value {
        json(&["revisions", "--vintage", &self.id, "--data", text(&self.data)])
    }

    /// A row of revisions: then, now, change and causes.
    pub(super) fn row(&self, unit: &str, of: &str) -> Option<Value> {
        let told = self.revisions();
        let rows = told["rows"].as_array().expect("rows").clone();
        rows.into_iter().find(|row| {
            row["kind"] == "figure" && row["unit"] == unit && row["of"] == of && row["by"] == ""
        })
    }
}

/// One household of Phú Cần that is poor and borrows twice.
pub(super) fn story() -> String {
    household("household.registered", "H", "2021-01-01", "\"standing\":\"poor\",\"persons\":4")
        + &loan("L-1", "2021-02-01", 40_000_000)
        + &loan("L-2", "2021-03-01", 10_000_000)
}
