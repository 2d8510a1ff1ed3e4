//! The boundary change of 1 July 2025 in figures, on the real gazetteer: Krông Pa's fourteen
//! communes that became four, and a commune that was divided.

use std::sync::Arc;

use domain::atlas::{Place, Unit};
use domain::batch::evaluate;
use domain::catalogue::Catalogue;
use domain::codes::{Cause, Standing};
use domain::contribution::Rules;
use domain::fact::{Entry, Fact, Key, Subject, What};
use domain::fold::Fold;
use domain::household::Head;
use domain::plan::{Plan, standing_column};
use domain::posting::Slot;
use domain::rollup::View;
use domain::time::Day;
use proto::gazetteer::Gazetteer;

fn unit(key: &str) -> Unit {
    Gazetteer::embedded().unit(key).unwrap_or_else(|| panic!("no unit {key}"))
}

fn day(text: &str) -> Day {
    text.parse().expect("a date")
}

/// Movements and standings need no catalogue.
fn rules() -> Arc<Rules> {
    let plan = Plan::compile(&Catalogue::default()).expect("an empty catalogue");
    Arc::new(Rules { atlas: Gazetteer::embedded().atlas.clone(), plan })
}

struct Journal(Vec<(Subject, Fact)>);

impl Journal {
    fn tell(&mut self, household: u64, on: &str, at: Place, what: What) {
        let name = self.0.len() as u64 + 1;
        let (key, on) = (Key([name, 1]), day(on));
        let fact =
            Fact { key, content: name, respelt: 0, position: name, sequence: 0, on, at, what };
        self.0.push((Subject(Key([household, 2])), fact));
    }

    fn register(&mut self, household: u64, at: Place, persons: u16) {
        let standing = Standing::Poor;
        let entry = Entry { standing, persons, traits: Default::default(), left_poverty: None };
        self.tell(household, "2021-01-01", at, What::Registered(entry));
    }

    /// Leaves poverty by the review of December 2025.
    fn rise(&mut self, household: u64, at: Unit, persons: u16) {
        let (from, to, cause) = (Standing::Poor, Standing::Above, Cause::Review);
        let what = What::Classified { from, to, cause, persons, traits: None };
        self.tell(household, "2025-12-01", at.into(), what);
    }

    fn told(self) -> Told {
        let rules = rules();
        let mut fold = Fold::new(Arc::clone(&rules));
        for fact in &self.0 {
            fold.apply(vec![fact.clone()]);
        }
        let replayed = evaluate(self.0, &rules, 2);
        assert_eq!(fold.books.digest(b""), replayed.digest(b""));
        assert_eq!(fold.books.findings.len(), 0, "{:?}", fold.books.findings);
        Told { fold, rules }
    }
}

struct Told {
    fold: Fold,
    rules: Arc<Rules>,
}

impl Told {
    /// Poor households and persons, and whether they rest on the gazetteer's default.
    fn poor(&self, unit: Unit, on: &str) -> (i128, i128, bool) {
        let view = View { rollup: &self.fold.books.rollup, atlas: &self.rules.atlas };
        let of = |head| {
            let slots = Slot(0)..=Slot::from(day(on));
            view.sum(unit, &[standing_column(Standing::Poor, head)], slots)
        };
        let (households, allocated) = of(Head::Households);
        (households, of(Head::Persons).0, allocated)
    }
}

/// The fourteen communes of Krông Pa, and the four that took them in.
const KRONG_PA: [(&str, &str); 14] = [
    ("L-24076", "N-24076"), // Phú Túc
    ("L-24079", "N-24112"), // Ia RSai
    ("L-24082", "N-24109"), // Ia RSươm
    ("L-24085", "N-24112"), // Chư Gu
    ("L-24088", "N-24076"), // Đất Bằng
    ("L-24091", "N-24076"), // Ia Mlăh
    ("L-24094", "N-24109"), // Chư Drăng
    ("L-24097", "N-24076"), // Phú Cần
    ("L-24100", "N-24100"), // Ia HDreh
    ("L-24103", "N-24100"), // Ia RMok
    ("L-24106", "N-24076"), // Chư Ngọc
    ("L-24109", "N-24109"), // Uar
    ("L-24112", "N-24112"), // Chư Rcăm
    ("L-24115", "N-24100"), // Krông Năng
];

#[test]
fn the_fourteen_communes_of_krong_pa_are_restated_exactly_as_four() {
    // One poor household in the first commune, two in the second, …, fourteen in the last, each
    // of as many persons as the commune has households.
    let mut journal = Journal(Vec::new());
    let mut household = 0;
    for (index, (old, _)) in (1u16..).zip(KRONG_PA) {
        for _ in 0..index {
            household += 1;
            journal.register(household, unit(old).into(), index);
        }
    }
    let told = journal.told();
    for (index, (old, _)) in (1i128..).zip(KRONG_PA) {
        assert_eq!(told.poor(unit(old), "2025-06-30"), (index, index * index, false), "{old}");
    }
    // By hand, from the list above: N-24076 has 1 + 5 + 6 + 8 + 11, N-24112 has 2 + 4 + 13,
    // N-24109 has 3 + 7 + 12, N-24100 has 9 + 10 + 14; persons are the sums of their squares.
    let new =
        [("N-24076", 31, 247), ("N-24112", 19, 189), ("N-24109", 22, 202), ("N-24100", 33, 377)];
    for on in ["2021-01-01", "2025-07-01"] {
        for (key, households, persons) in new {
            assert_eq!(told.poor(unit(key), on), (households, persons, false), "{key} on {on}");
        }
        // 1 + … + 14 = 105; 1² + … + 14² = 1.015, in the district, both provinces, the nation.
        for key in ["L-637", "L-64", "N-52", "VN"] {
            assert_eq!(told.poor(unit(key), on), (105, 1_015, false), "{key} on {on}");
        }
    }
}

#[test]
fn an_exit_in_the_new_commune_leaves_the_old_one_in_both_generations() {
    // Registered in the old Phú Cần, reviewed in the new Phú Túc.
    let mut journal = Journal(Vec::new());
    journal.register(1, unit("L-24097").into(), 4);
    journal.register(2, unit("L-24097").into(), 5);
    journal.rise(1, unit("N-24076"), 4);
    let told = journal.told();
    for key in ["L-24097", "L-637", "L-64", "N-24076", "N-52", "VN"] {
        assert_eq!(told.poor(unit(key), "2025-11-30"), (2, 9, false), "{key}");
        assert_eq!(told.poor(unit(key), "2025-12-01"), (1, 5, false), "{key}");
    }
}

/// A divided commune whose default successor and another one are known.
fn divided() -> (Unit, Unit, Unit) {
    let gazetteer = Gazetteer::embedded();
    let successions = gazetteer.successions();
    let other = successions
        .iter()
        .find(|s| !s.default && gazetteer.key(s.old).starts_with("L-"))
        .expect("some commune was divided");
    let default =
        successions.iter().find(|s| s.default && s.old == other.old).expect("it has a default");
    (other.old, default.new, other.new)
}

#[test]
fn a_divided_commune_without_a_part_is_allocated_to_its_default_and_with_one_is_not() {
    let (old, default, other) = divided();
    let part = Gazetteer::embedded().atlas.part(old, other).expect("a part");
    let mut journal = Journal(Vec::new());
    journal.register(1, old.into(), 4);
    journal.register(2, part, 5);
    let told = journal.told();
    let on = "2025-07-01";
    assert_eq!(told.poor(old, on), (2, 9, false), "its own figures are its own");
    assert_eq!(told.poor(default, on), (1, 4, true), "marked");
    assert_eq!(told.poor(other, on), (1, 5, false));
}

#[test]
fn a_household_of_a_divided_commune_may_be_reviewed_by_any_of_its_successors() {
    // Nothing says which part it lives in: neither successor contradicts the record, and the
    // household leaves the cells that received it, those of the default.
    let (old, default, other) = divided();
    for reviewer in [default, other] {
        let mut journal = Journal(Vec::new());
        journal.register(1, old.into(), 4);
        journal.rise(1, reviewer, 4);
        let told = journal.told();
        for unit in [old, default, other] {
            assert_eq!(told.poor(unit, "2025-12-01"), (0, 0, false));
        }
    }
}

#[test]
fn every_old_commune_stands_in_one_commune_of_today() {
    // Each of the 10.035 old communes has one household: all of them are found again in the
    // communes of today, none twice.
    let gazetteer = Gazetteer::embedded();
    let atlas = &gazetteer.atlas;
    let is_commune = |unit: Unit, letter| {
        atlas.record(unit).level == domain::atlas::Level::Commune
            && gazetteer.key(unit).starts_with(letter)
    };
    let mut journal = Journal(Vec::new());
    let old: Vec<Unit> = atlas.units().filter(|unit| is_commune(*unit, "L-")).collect();
    for (household, unit) in old.iter().enumerate() {
        journal.register(household as u64, Place::from(*unit), 1);
    }
    let told = journal.told();
    let new = atlas.units().filter(|unit| is_commune(*unit, "N-"));
    let total: i128 = new.map(|unit| told.poor(unit, "2025-07-01").0).sum();
    assert_eq!(total, old.len() as i128);
    assert_eq!(told.poor(unit("VN"), "2025-07-01").0, total);
}
