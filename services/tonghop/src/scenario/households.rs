//! The households of the record, and what they were given one by one.

use domain::time::Day;
use serde_json::{Value, json};

use super::communes::{Commune, Communes, Over};
use super::pen::{Pen, day, mix, object, workday};

/// A household of the record.
pub(super) struct Household {
    pub(super) unit: String,
    pub(super) subject: String,
    number: usize,
}

/// The poor, near-poor and newly escaped households of one commune.
pub(super) struct Village {
    pub(super) poor: Vec<Household>,
    pub(super) near_poor: Vec<Household>,
    pub(super) newly_escaped: Vec<Household>,
    unit: String,
    income_poor: usize,
    exits_march: usize,
    exits: usize,
}

/// The record when it began.
pub(super) struct Register {
    pub(super) communes: Vec<Village>,
}

/// The reviews after which a household counts as newly escaped in the whole of 2021's first half.
const REVIEWS: [&str; 3] = ["2018-12-14", "2019-12-13", "2020-12-14"];
const POOR_BY_INCOME: u64 = 1_997;
const IN_NEED_OF_A_HOUSE: u64 = 395;

impl Register {
    /// Registers every household on the first day.
    pub(super) fn open(pen: &mut Pen, communes: &Communes) -> Register {
        let income_poor = communes.spread(POOR_BY_INCOME, Over::Poor);
        let in_need = communes.spread(IN_NEED_OF_A_HOUSE, Over::Poor);
        let mut number = 0;
        let mut enter =
            |pen: &mut Pen, commune: &Commune, standing: &str, traits: Value, left: Value| {
                number += 1;
                let household =
                    Household { unit: commune.unit.clone(), subject: pen.household(), number };
                let data = object([
                    ("unit", json!(household.unit)),
                    ("standing", json!(standing)),
                    ("persons", json!(persons(number))),
                    ("traits", traits),
                    ("left_poverty", left),
                ]);
                let id = format!("registered-{number}");
                pen.about(&household.subject, "household.registered", id, day("2021-01-01"), data);
                household
            };
        let mut villages = Vec::new();
        for (at, commune) in communes.commune.iter().enumerate() {
            let traits = |nth: u64| {
                let mut traits = Vec::new();
                traits.extend((nth < income_poor[at]).then_some("income_poor"));
                traits.extend((nth < in_need[at]).then_some("housing_difficulty"));
                if traits.is_empty() { Value::Null } else { json!(traits) }
            };
            let left = |nth: u64| json!(REVIEWS[nth as usize % REVIEWS.len()]);
            let poor =
                (0..commune.poor).map(|n| enter(pen, commune, "poor", traits(n), Value::Null));
            let poor = poor.collect();
            let near = (0..commune.near_poor)
                .map(|_| enter(pen, commune, "near_poor", Value::Null, Value::Null));
            let near_poor = near.collect();
            let above = (0..commune.newly_escaped)
                .map(|n| enter(pen, commune, "above", Value::Null, left(n)));
            let newly_escaped = above.collect();
            villages.push(Village {
                poor,
                near_poor,
                newly_escaped,
                unit: commune.unit.clone(),
                income_poor: income_poor[at] as usize,
                exits_march: commune.target_march as usize,
                exits: commune.target() as usize,
            });
        }
        Register { communes: villages }
    }

    fn village(&self, unit: &str) -> &Village {
        let found = self.communes.iter().find(|one| one.unit == unit);
        found.unwrap_or_else(|| panic!("{unit} is a commune of the district"))
    }

    /// What households were given one by one, and their registrations to exit.
    pub(super) fn support(&self, pen: &mut Pen) {
        for village in &self.communes {
            village.pay_electricity(pen);
            village.register_to_exit(pen);
        }
        self.build_houses(pen);
        self.build_toilets(pen);
        self.help_after_lightning(pen);
    }

    /// 21 houses: 11 new, 10 repaired, 3 of the new ones finished.
    fn build_houses(&self, pen: &mut Pen) {
        // Seven communes are named for the seven new houses of the disaster relief fund.
        let relief = ["L-24097", "L-24082", "L-24079", "L-24109", "L-24094", "L-24106", "L-24088"];
        let fund = "provincial_disaster_relief_fund";
        for (nth, unit) in relief.into_iter().enumerate() {
            let on = workday("2021-03-15", "2021-04-16", nth as u64 * 3);
            let household = &self.village(unit).poor[0];
            let house = House { construction: "new", fund, organiser: None };
            house.start(pen, household, on, 50_000_000);
            if nth < 3 {
                house.complete(pen, household, workday("2021-05-24", "2021-06-11", nth as u64 * 4));
            }
        }
        // Where the ten repairs were is not told.
        for (nth, village) in self.communes.iter().take(10).enumerate() {
            let house = House { construction: "repair", fund, organiser: None };
            let on = workday("2021-03-22", "2021-05-14", nth as u64 * 3);
            house.start(pen, &village.poor[1], on, 10_000_000);
        }
        for (nth, unit) in ["L-24100", "L-24103", "L-24112"].into_iter().enumerate() {
            let house = House {
                construction: "new",
                fund: "fund_for_the_poor",
                organiser: Some("fatherland_front"),
            };
            let on = workday("2021-04-05", "2021-05-14", nth as u64 * 7);
            house.start(pen, &self.village(unit).poor[2], on, 40_000_000);
        }
        let organiser = Some("farmers_association");
        let house = House { construction: "new", fund: "farmers_association", organiser };
        house.start(pen, &self.village("L-24085").poor[3], day("2021-05-19"), 50_000_000);
    }

    /// 94 million đồng for 16 poor and near-poor households of buôn Tieng in Uar.
    fn build_toilets(&self, pen: &mut Pen) {
        let uar = self.village("L-24109");
        let helped = uar.poor.iter().skip(8).take(9).chain(uar.near_poor.iter().take(7));
        for household in helped {
            let data = object([
                ("unit", json!(household.unit)),
                ("village", json!("buôn Tieng")),
                ("kind", json!("toilet")),
                ("group", json!("poor_and_near_poor")),
                ("organiser", json!("government")),
                ("quantity", json!(1)),
                ("counted_in", json!("household")),
                ("amount", json!(5_875_000)),
            ]);
            let id = format!("toilet-{}", household.number);
            pen.about(&household.subject, "support.delivered", id, day("2021-05-20"), data);
        }
    }

    /// One near-poor household of buôn Tờ Tung, Ia HDreh.
    fn help_after_lightning(&self, pen: &mut Pen) {
        let household = &self.village("L-24100").near_poor[7];
        let data = object([
            ("unit", json!(household.unit)),
            ("village", json!("buôn Tờ Tung")),
            ("kind", json!("emergency")),
            ("group", json!("near_poor")),
            ("organiser", json!("government")),
            ("occasion", json!("accident")),
            ("quantity", json!(1)),
            ("counted_in", json!("household")),
            ("amount", json!(5_400_000)),
        ]);
        let id = "emergency-lightning".to_owned();
        pen.about(&household.subject, "support.delivered", id, day("2021-05-18"), data);
    }
}

impl Village {
    /// Two quarters at 49,000 đồng a month to each household poor by income.
    fn pay_electricity(&self, pen: &mut Pen) {
        for household in &self.poor[..self.income_poor] {
            for (quarter, first, last) in
                [(1, "2021-03-22", "2021-04-09"), (2, "2021-05-31", "2021-06-11")]
            {
                let data = object([
                    ("unit", json!(household.unit)),
                    ("kind", json!("electricity")),
                    ("group", json!("income_poor")),
                    ("organiser", json!("government")),
                    ("occasion", json!("regular")),
                    ("quantity", json!(1)),
                    ("counted_in", json!("household")),
                    ("amount", json!(3 * 49_000)),
                ]);
                let id = format!("electricity-{}-q{quarter}", household.number);
                let on = workday(first, last, mix(self.exits as u64));
                pen.about(&household.subject, "support.delivered", id, on, data);
            }
        }
    }

    /// As many as the commune's target of March says; more where it has taken over that of May.
    fn register_to_exit(&self, pen: &mut Pen) {
        for (nth, household) in self.poor.iter().rev().take(self.exits).enumerate() {
            let (first, last) = if nth < self.exits_march {
                ("2021-03-29", "2021-04-23")
            } else {
                ("2021-05-24", "2021-06-11")
            };
            let on = workday(first, last, mix(household.number as u64));
            let data = json!({ "unit": household.unit, "year": 2021, "sponsor": "assigned" });
            let id = format!("exit-{}", household.number);
            pen.about(&household.subject, "household.registered_to_exit", id, on, data);
        }
    }
}

/// A house that a poor household is helped to build.
struct House {
    construction: &'static str,
    fund: &'static str,
    organiser: Option<&'static str>,
}

impl House {
    fn start(&self, pen: &mut Pen, household: &Household, on: Day, amount: u64) {
        self.tell(pen, household, ("house.started", "house"), on, json!(amount));
    }

    /// What it cost in all is not told.
    fn complete(&self, pen: &mut Pen, household: &Household, on: Day) {
        self.tell(pen, household, ("house.completed", "house-done"), on, Value::Null);
    }

    fn tell(
        &self,
        pen: &mut Pen,
        household: &Household,
        (kind, stem): (&str, &str),
        on: Day,
        amount: Value,
    ) {
        let data = object([
            ("unit", json!(household.unit)),
            ("house", json!("h1")),
            ("construction", json!(self.construction)),
            ("fund", json!(self.fund)),
            ("class", json!("poor")),
            ("organiser", json!(self.organiser)),
            ("amount", amount),
        ]);
        pen.about(&household.subject, kind, format!("{stem}-{}", household.number), on, data);
    }
}

/// Two to eight persons.
fn persons(number: usize) -> u64 {
    let sizes = [2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8];
    sizes[(mix(number as u64) % sizes.len() as u64) as usize]
}
