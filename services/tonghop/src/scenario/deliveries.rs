//! What the report counts without telling households apart, spread over communes and days.

use domain::time::Day;
use serde::Deserialize;
use serde_json::{Value, json};

use super::communes::{Communes, Over, spread};
use super::pen::{DISTRICT, Draft, Pen, day, object};

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deliveries {
    support: Vec<Support>,
    activity: Vec<Activity>,
}

/// One support with its totals in the district.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Support {
    id: String,
    kind: String,
    group: Option<String>,
    organiser: Option<String>,
    fund: Option<String>,
    occasion: Option<String>,
    counted_in: String,
    quantity: Option<u64>,
    /// Instead of a quantity.
    quantity_per_person: Option<u64>,
    households: Option<u64>,
    persons: Option<u64>,
    amount: Option<u64>,
    over: Over,
    days: Vec<String>,
}

/// One activity with its totals in the district.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Activity {
    id: String,
    kind: String,
    topic: Option<String>,
    organiser: Option<String>,
    count: u64,
    participants: Option<u64>,
    over: Over,
    days: Vec<String>,
}

/// Delivers and holds everything of the file.
pub(super) fn deliver(pen: &mut Pen, communes: &Communes) {
    let file: Deliveries = toml::from_str(include_str!("../../scenario/deliveries.toml"))
        .unwrap_or_else(|error| {
            panic!("the scenario's deliveries are checked by tests: {}", error.message())
        });
    for support in &file.support {
        support.deliver(pen, communes);
    }
    for activity in &file.activity {
        activity.hold(pen, communes);
    }
}

/// Where and when a share of a total falls, and its weight.
struct Share<'a> {
    unit: &'a str,
    on: Day,
    weight: u64,
}

fn shares<'a>(communes: &'a Communes, over: Over, days: &[String]) -> Vec<Share<'a>> {
    let units: Vec<(&str, u64)> = match over {
        Over::District => vec![(DISTRICT, 1)],
        _ => {
            let units = communes.commune.iter().map(|one| one.unit.as_str());
            units.zip(communes.weights(over)).collect()
        }
    };
    let on = |(unit, weight)| days.iter().map(move |text| Share { unit, on: day(text), weight });
    units.into_iter().flat_map(on).collect()
}

impl Support {
    fn deliver(&self, pen: &mut Pen, communes: &Communes) {
        let shares = shares(communes, self.over, &self.days);
        let weights: Vec<u64> = shares.iter().map(|share| share.weight).collect();
        // What is told first leads: everything else follows it.
        let leading = self.quantity.or(self.households).expect("quantity or households");
        let leading = spread(leading, &weights);
        let follow = |total: Option<u64>| total.map(|total| spread(total, &leading));
        let households = follow(self.households);
        let persons = follow(self.persons);
        let amount = follow(self.amount);
        for (at, share) in shares.iter().enumerate() {
            let part = |of: &Option<Vec<u64>>| of.as_ref().map(|all| all[at]);
            let quantity = match (self.quantity_per_person, part(&persons)) {
                (Some(each), Some(persons)) => each * persons,
                (_, _) => leading[at],
            };
            if quantity == 0 {
                continue;
            }
            let data = object([
                ("unit", json!(share.unit)),
                ("kind", json!(self.kind)),
                ("group", json!(self.group)),
                ("organiser", json!(self.organiser)),
                ("fund", json!(self.fund)),
                ("occasion", json!(self.occasion)),
                ("quantity", json!(quantity)),
                ("counted_in", json!(self.counted_in)),
                ("households", json!(part(&households))),
                ("persons", json!(part(&persons))),
                ("amount", json!(part(&amount))),
            ]);
            tell(pen, "support.delivered", &self.id, share, data);
        }
    }
}

impl Activity {
    fn hold(&self, pen: &mut Pen, communes: &Communes) {
        let shares = shares(communes, self.over, &self.days);
        let weights: Vec<u64> = shares.iter().map(|share| share.weight).collect();
        let counts = spread(self.count, &weights);
        let participants = self.participants.map(|total| spread(total, &counts));
        for (at, share) in shares.iter().enumerate() {
            if counts[at] == 0 {
                continue;
            }
            let data = object([
                ("unit", json!(share.unit)),
                ("kind", json!(self.kind)),
                ("topic", json!(self.topic)),
                ("organiser", json!(self.organiser)),
                ("count", json!(counts[at])),
                ("participants", json!(participants.as_ref().map(|all| all[at]))),
            ]);
            tell(pen, "activity.held", &self.id, share, data);
        }
    }
}

fn tell(pen: &mut Pen, kind: &str, stem: &str, share: &Share<'_>, data: Value) {
    let id = format!("{stem}-{}-{}", share.unit, share.on);
    pen.tell(Draft { kind, id, subject: None, on: share.on, sequence: None, data, echo: false });
}
