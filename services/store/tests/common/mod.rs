//! A small country, a small catalogue, and random facts for tests.

use std::sync::Arc;

use domain::atlas::{Atlas, Generation, Level, Place, Succession, Unit, UnitRecord};
use domain::batch::evaluate;
use domain::books::Digest;
use domain::catalogue::Catalogue;
use domain::codes::{Cause, Confirmation, Qualifier, Standing};
use domain::contribution::Rules;
use domain::fact::{
    Decimal, Entry, Event, EventKind, Fact, Key, Stated, StatedKind, Subject, Traits, What,
};
use domain::plan::Plan;
use domain::time::Day;
use store::Editions;

const CATALOGUE: &str = r#"
[[indicator]]
id = "poor_households"
vi = "Hộ nghèo"
en = "Poor households"
counted_in = "household"
combine = "sum"
measure = "stock"
head = "households"
standing = ["poor"]

[[indicator]]
id = "loans"
vi = "Lượt vay"
en = "Loans"
counted_in = "instance"
combine = "sum"
measure = "flow"
of = ["loan.disbursed"]
sum = "instances"
by = ["class"]

[[indicator]]
id = "loan_amount"
vi = "Số tiền vay"
en = "Amount lent"
counted_in = "vnd"
combine = "sum"
measure = "flow"
of = ["loan.disbursed"]
sum = "amount"

[[indicator]]
id = "loan_households"
vi = "Hộ vay"
en = "Households with loans"
counted_in = "household"
combine = "sum"
measure = "distinct"
of = ["loan.disbursed"]
grains = ["civil.month", "civil.year"]

[[indicator]]
id = "population"
vi = "Dân số"
en = "Population"
counted_in = "person"
combine = "own"
measure = "census"
"#;

/// Nation, two old provinces, four districts, sixteen communes; one new province with eight
/// communes, of which one took in parts of a divided commune.
pub(crate) fn rules() -> Arc<Rules> {
    let mut units = vec![record("VN", None, Level::Nation, None)];
    let mut communes = Vec::new();
    for province in 0..2 {
        let province = push(&mut units, Generation::Legacy, Level::Province, province, 0);
        for district in 0..2 {
            let district =
                push(&mut units, Generation::Legacy, Level::District, district, province);
            for commune in 0..4 {
                communes.push(push(
                    &mut units,
                    Generation::Legacy,
                    Level::Commune,
                    commune,
                    district,
                ));
            }
        }
    }
    let province = push(&mut units, Generation::New, Level::Province, 9, 0);
    let mut successions = Vec::new();
    for new in 0..8 {
        let new = push(&mut units, Generation::New, Level::Commune, new, province);
        for old in communes.iter().skip(usize::from(new) % 8 * 2).take(2) {
            let (old, new) = (Unit(*old), Unit(new));
            successions.push(Succession { old, new, default: true });
        }
    }
    let (old, new) = (Unit(communes[0]), Unit(units.len() as u16 - 1));
    successions.push(Succession { old, new, default: false });
    let atlas = Atlas::new(units, &successions);
    let catalogue: Catalogue = toml::from_str(CATALOGUE).unwrap();
    Arc::new(Rules { atlas, plan: Plan::compile(&catalogue).unwrap() })
}

fn push(
    units: &mut Vec<UnitRecord>,
    generation: Generation,
    level: Level,
    number: u16,
    parent: u16,
) -> u16 {
    let key = format!("{generation:?}-{level:?}-{parent}-{number}");
    units.push(record(&key, Some(generation), level, Some(Unit(parent))));
    units.len() as u16 - 1
}

fn record(
    key: &str,
    generation: Option<Generation>,
    level: Level,
    parent: Option<Unit>,
) -> UnitRecord {
    let (from, to) = (Day::MIN, Day::MAX);
    UnitRecord { key: key.into(), generation, level, parent, from, to }
}

pub(crate) fn editions() -> Editions {
    Editions {
        gazetteer: "g".into(),
        catalogue: "c".into(),
        shard: "whole".into(),
        milestones: "m".into(),
    }
}

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// The seed of a test: its own, or the one that is asked for.
pub(crate) fn seed(own: u64) -> u64 {
    std::env::var("TONGHOP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(own)
}

/// A journal of random facts, one at each position from 1: households with loans, moves, late and
/// repeated facts, voids and rivals, and what units state.
pub(crate) fn journal(random: &mut Random, rules: &Rules, length: u64) -> Vec<(Subject, Fact)> {
    let mut list: Vec<(Subject, Fact)> = Vec::new();
    let places: Vec<Place> = (0..rules.atlas.place_count() as u16)
        .map(Place)
        .filter(|place| {
            let unit = rules.atlas.record(rules.atlas.unit_of(*place));
            unit.level == Level::Commune && unit.generation == Some(Generation::Legacy)
        })
        .collect();
    for position in 1..=length {
        if !list.is_empty() && random.below(12) == 0 {
            let (subject, mut fact) = list[random.below(list.len() as u64) as usize].clone();
            fact.position = position;
            let before = fact.meaning();
            if random.below(3) == 0 {
                fact.content = random.next();
                // Half of them say the same in another spelling.
                fact.respelt = random.below(2) * (before ^ fact.content);
            }
            list.push((subject, fact));
            continue;
        }
        let subject = Subject(Key([random.below(40), 1]));
        let (key, content, respelt) = (Key([random.next(), random.next()]), random.next(), 0);
        let on = Day(7_700 + random.below(700) as u16);
        let home = subject.0.0[0] as usize;
        let at = places[(home + usize::from(random.below(10) == 0)) % places.len()];
        let what = what(random, &list);
        let sequence = random.below(3) as u32;
        list.push((subject, Fact { key, content, respelt, position, sequence, on, at, what }));
    }
    list
}

fn what(random: &mut Random, list: &[(Subject, Fact)]) -> What {
    let standing =
        |random: &mut Random| [Standing::Poor, Standing::NearPoor][random.below(2) as usize];
    match random.below(10) {
        0 | 1 => What::Registered(Entry {
            standing: standing(random),
            persons: 1 + random.below(6) as u16,
            traits: Traits::default(),
            left_poverty: None,
        }),
        2 | 3 => What::Classified {
            from: standing(random),
            to: standing(random),
            cause: Cause::Review,
            persons: 1 + random.below(6) as u16,
            traits: None,
        },
        4 if !list.is_empty() => {
            What::Voided { of: list[random.below(list.len() as u64) as usize].1.key }
        }
        5 => What::Stated(Box::new([Stated {
            indicator: ["population", "nonsense"][random.below(2) as usize].into(),
            kind: StatedKind::Census,
            period: None,
            counted_on: None,
            value: Decimal::whole(random.below(9_000) as i64),
            qualifier: Qualifier::Exact,
            level: Confirmation::Official,
            set_by: None,
            reference: "QĐ 25".into(),
        }])),
        _ => What::Event(Event {
            kind: EventKind::LoanDisbursed,
            attributes: [random.below(2) as u8, 0, 0, 0, 0, 0],
            single: true,
            households: 1,
            persons: 0,
            quantity: 1,
            work: 0,
            amount: random.below(100_000_000) as i64,
            giver: None,
        }),
    }
}

/// What the first facts of a journal come to.
pub(crate) fn truth(journal: &[(Subject, Fact)], position: u64, rules: &Rules) -> Digest {
    evaluate(journal[..position as usize].to_vec(), rules, 1).digest(b"test")
}
