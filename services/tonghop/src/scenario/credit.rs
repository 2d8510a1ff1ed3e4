//! 1,779 households borrow about 113 billion đồng from eight programmes of the Bank for Social
//! Policies.

use serde_json::json;

use super::communes::{Communes, Over};
use super::households::{Household, Register, Village};
use super::pen::{Pen, mix, workday};

/// A programme with what is published of it.
struct Programme {
    programme: &'static str,
    purpose: &'static str,
    class: &'static str,
    households: u64,
    over: Over,
    /// Amounts in million đồng, in turn; modelled so that all come to about 113 billion.
    millions: &'static [u64],
}

const HOUSEHOLD_MILLIONS: &[u64] = &[60, 70, 80, 90, 100, 70, 80, 85, 75, 70, 80, 90];

/// Those whose borrowers are a class of the record.
const OF_CLASSES: [Programme; 3] = [
    of_class("poor_household", "poor", 269, Over::Poor),
    of_class("near_poor_household", "near_poor", 366, Over::NearPoor),
    of_class("newly_escaped_household", "newly_escaped", 429, Over::NearPoor),
];

const fn of_class(
    programme: &'static str,
    class: &'static str,
    households: u64,
    over: Over,
) -> Programme {
    let (purpose, millions) = ("household_economy", HOUSEHOLD_MILLIONS);
    Programme { programme, purpose, class, households, over, millions }
}

/// Those whose borrowers are anybody. The report names six groups, which come to 1,768; the other
/// eleven households are taken to be of the two programmes it counts and does not name.
const OF_OTHERS: [Programme; 5] = [
    of_others("clean_water_and_sanitation", "sanitation_and_water", 258, Over::Rural, &[20]),
    of_others(
        "difficult_area_business",
        "production_and_business",
        329,
        Over::Rural,
        &[40, 50, 60, 50],
    ),
    of_others("job_creation", "job_creation", 117, Over::Population, &[40, 50, 60]),
    of_others("student", "study", 8, Over::Population, &[25]),
    of_others("social_housing", "housing", 3, Over::Population, &[350]),
];

const fn of_others(
    programme: &'static str,
    purpose: &'static str,
    households: u64,
    over: Over,
    millions: &'static [u64],
) -> Programme {
    Programme { programme, purpose, class: "other", households, over, millions }
}

/// Pays every loan out: one to a household.
pub(super) fn lend(pen: &mut Pen, communes: &Communes, register: &Register) {
    let mut number = 0;
    for programme in &OF_CLASSES {
        let shares = communes.spread(programme.households, programme.over);
        for (village, share) in register.communes.iter().zip(shares) {
            for household in members(village, programme.class).iter().rev().take(share as usize) {
                number += 1;
                programme.pay_out(pen, &household.subject, &household.unit, number);
            }
        }
    }
    for programme in &OF_OTHERS {
        let shares = communes.spread(programme.households, programme.over);
        for (commune, share) in communes.commune.iter().zip(shares) {
            for _ in 0..share {
                number += 1;
                let subject = pen.household();
                programme.pay_out(pen, &subject, &commune.unit, number);
            }
        }
    }
}

fn members<'a>(village: &'a Village, class: &str) -> &'a [Household] {
    match class {
        "poor" => &village.poor,
        "near_poor" => &village.near_poor,
        _ => &village.newly_escaped,
    }
}

impl Programme {
    fn pay_out(&self, pen: &mut Pen, subject: &str, unit: &str, number: usize) {
        let millions = self.millions[number % self.millions.len()];
        let data = json!({
            "unit": unit,
            "class": self.class,
            "programme": self.programme,
            "purpose": self.purpose,
            "amount": millions * 1_000_000,
        });
        let on = workday("2021-01-04", "2021-06-11", mix(number as u64));
        pen.about(subject, "loan.disbursed", format!("loan-{number}"), on, data);
    }
}
