//! What the report states and nothing counts: targets in their versions, plans, money decided on,
//! figures from outside, and the communes' population.

use domain::time::Day;
use serde::Deserialize;
use serde_json::{Value, json};

use super::communes::{Commune, Communes};
use super::pen::{Draft, Pen, day, object, workday};

const YEAR: &str = "2021";
const HALF: &str = "2021-H1@administrative";

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statements {
    target: Vec<Target>,
    funds: Vec<Funds>,
    external: Vec<External>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    id: String,
    unit: String,
    village: Option<String>,
    on: String,
    sequence: Option<u32>,
    #[serde(default)]
    adjusted: bool,
    indicator: String,
    value: String,
    qualifier: Option<String>,
    set_by: String,
    reference: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Funds {
    id: String,
    unit: String,
    village: Option<String>,
    on: String,
    project: String,
    fund: String,
    amount: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct External {
    id: String,
    unit: String,
    village: Option<String>,
    on: String,
    indicator: String,
    value: String,
    reference: String,
}

/// States everything of the file, and what each commune states of itself.
pub(super) fn state(pen: &mut Pen, communes: &Communes) {
    let file: Statements = toml::from_str(include_str!("../../scenario/statements.toml"))
        .unwrap_or_else(|error| {
            panic!("the scenario's statements are checked by tests: {}", error.message())
        });
    for target in &file.target {
        target.state(pen);
    }
    for funds in &file.funds {
        let data = object([
            ("unit", json!(funds.unit)),
            ("village", json!(funds.village)),
            ("project", json!(funds.project)),
            ("fund", json!(funds.fund)),
            ("amount", json!(funds.amount)),
        ]);
        echo(pen, "funds.allocated", &funds.id, &funds.on, None, data);
    }
    for external in &file.external {
        let data = object([
            ("unit", json!(external.unit)),
            ("village", json!(external.village)),
            ("indicator", json!(external.indicator)),
            ("period", json!(HALF)),
            ("value", json!(external.value)),
            ("level", json!("official")),
            ("reference", json!(external.reference)),
        ]);
        echo(pen, "external.reported", &external.id, &external.on, None, data);
    }
    for (nth, commune) in communes.commune.iter().enumerate() {
        count(pen, commune);
        take_over_targets(pen, commune, nth as u64);
    }
}

impl Target {
    fn state(&self, pen: &mut Pen) {
        let data = object([
            ("unit", json!(self.unit)),
            ("village", json!(self.village)),
            ("indicator", json!(self.indicator)),
            ("period", json!(YEAR)),
            ("value", json!(self.value)),
            ("qualifier", json!(self.qualifier)),
            ("set_by", json!(self.set_by)),
            ("reference", json!(self.reference)),
        ]);
        let kind = if self.adjusted { "target.adjusted" } else { "target.assigned" };
        echo(pen, kind, &self.id, &self.on, self.sequence, data);
    }
}

fn echo(pen: &mut Pen, kind: &str, id: &str, on: &str, sequence: Option<u32>, data: Value) {
    let (id, on) = (id.to_owned(), day(on));
    pen.tell(Draft { kind, id, subject: None, on, sequence, data, echo: true });
}

/// The communes' people are published in sum; their households are inferred.
fn count(pen: &mut Pen, commune: &Commune) {
    let mut tell = |id: &str, field: &str, value: u64, reference: &str| {
        let data = json!({ "unit": commune.unit, field: value, "reference": reference });
        plain(pen, "census.reported", format!("{id}-{}", commune.unit), day("2021-01-01"), data);
    };
    tell("population", "population", commune.population, "Báo cáo số 209/BC-UBND: 90.330 người");
    let inferred = "suy từ Quyết định số 235/QĐ-UBND: 702 hộ = 3,68 %";
    tell("households", "households", commune.households, inferred);
}

/// Ten communes take over the last target after 12 May, four have not by the report.
fn take_over_targets(pen: &mut Pen, commune: &Commune, nth: u64) {
    let mut target = |id: &str, kind: &str, on: Day, value: u64, set_by: &str| {
        let data = json!({
            "unit": commune.unit,
            "indicator": "poor_households_reduction",
            "period": YEAR,
            "value": value.to_string(),
            "set_by": set_by,
        });
        plain(pen, kind, format!("target-{id}-{}", commune.unit), on, data);
    };
    let first = day("2021-01-01");
    target("december", "target.assigned", first, commune.target_december, "district_committee");
    let march = workday("2021-03-23", "2021-03-31", nth);
    target("march", "target.adjusted", march, commune.target_march, "commune");
    if commune.adjusted {
        let may = workday("2021-05-14", "2021-06-10", nth);
        target("may", "target.adjusted", may, commune.target_may, "commune");
    }
}

fn plain(pen: &mut Pen, kind: &str, id: String, on: Day, data: Value) {
    pen.tell(Draft { kind, id, subject: None, on, sequence: None, data, echo: false });
}
